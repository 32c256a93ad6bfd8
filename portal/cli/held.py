"""`portal held …`: what waits for a person, until the desk exists."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.parts import opened_parts, workshop_of
from portal.cli.tables import print_table
from portal.cli.wording import reason_in_words, without_numbers
from portal.ingest.errors import CannotReview
from portal.ingest.review.acts import LARGEST_ASSESSMENT, NO_ASSESSMENT, Assessment, find_assessment
from portal.ingest.review.confirming import HeaderOrder, confirm_header
from portal.ingest.review.held import HeldView, get_held, list_held
from portal.ingest.review.releasing import Approved, refuse_held, release_held
from portal.settings import Settings


@click.group()
def held() -> None:
    """Records that wait for a person."""


@held.command("list")
@click.option("--source", "source_name", help="Only of this source.")
@click.option("--all", "is_all", is_flag=True, help="Those already decided or superseded as well.")
@click.pass_obj
def list_waiting(settings: Settings, source_name: str | None, is_all: bool) -> None:
    """What waits, the oldest first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        items = list_held(session, source_name=source_name, state=None if is_all else "waiting")
    rows = [
        (
            item.id,
            item.source_name,
            without_numbers(item.record_id) or "(absent records)",
            item.state,
            _people(item),
            without_numbers(item.title)[:40],
            "; ".join(reason_in_words(r) for r in item.reasons if r.severity == "hold")[:120],
        )
        for item in items
    ]
    print_table(("id", "source", "record", "state", "people", "title", "why"), rows, empty="Nothing waits.")


@held.command("show")
@click.argument("held_id", metavar="ID")
@click.pass_obj
def show(settings: Settings, held_id: str) -> None:
    """Why one record waits, and what a release would publish."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        item = get_held(session, held_id)
    click.echo(f"{item.title}\n")
    click.echo(f"record     {item.source_name}:{item.record_id}")
    click.echo(f"state      {item.state}, held {item.held_at:%Y-%m-%d %H:%M} UTC in run {item.run_id}")
    click.echo(f"data       {item.data_digest}\npage       {item.page_digest}")
    if item.reviewer:
        click.echo(f"decided by {item.reviewer}: {item.review_reason}")
    _show_review(item)
    click.echo("\nWhy:")
    for reason in item.reasons:
        click.echo(f"  {reason.severity:6} {reason_in_words(reason)}")
    for slug, rows, columns in item.tables:
        click.echo(f"\nTable {slug}: {rows} rows; columns {', '.join(columns)}" if columns else f"\nFile {slug}")
    for record_id in item.missing[:50]:
        click.echo(f"  missing {record_id}")


def _people(item: HeldView) -> str:
    """Who is missing, in the list."""
    if item.state != "waiting" or not item.asks_for_two:
        return ""
    return f"{item.approval.person[:20]} + 1" if item.approval else "2"


def _show_review(item: HeldView) -> None:
    for act in item.acts:
        click.echo(f"{act.act:10} {act.acted_at:%Y-%m-%d %H:%M} UTC {act.person}: {act.reason}")
        if act.assessment_sha256:
            click.echo(f"           assessment of privacy {act.assessment_sha256}; `portal held assessment {item.id}`")
    if item.state != "waiting":
        return
    if item.asks_for_two and item.approval:
        click.echo(f"people     approved by {item.approval.person}; a second, different person is missing")
    elif item.asks_for_two:
        is_void = any(act.act == "approve" for act in item.acts)
        click.echo(f"people     two are asked for{'; the approval was voided by a newer judgement' if is_void else ''}")
    if item.asks_for_assessment and not (item.approval and item.approval.assessment_sha256):
        click.echo("assessment asked for: a release makes personal information public (--assessment FILE)")


@held.command("assessment")
@click.argument("held_id", metavar="ID")
@click.pass_obj
def assessment(settings: Settings, held_id: str) -> None:
    """Print the assessment of privacy that was archived with the decision."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        get_held(session, held_id)
        found = find_assessment(session, held_id)
    if found is None:
        raise CannotReview("No assessment was archived with this record's review.")
    click.echo(found.text, nl=not found.text.endswith("\n"))


@held.command("header")
@click.argument("held_id", metavar="ID")
@click.option(
    "--row", type=click.IntRange(1), help="Number of the header's first row in the file; else the proposed one."
)
@click.option("--rows", type=click.IntRange(1, 3), help="How many rows the header takes.")
@click.option("--no-header", is_flag=True, help="There is no header; the data begin at the row.")
@click.option("--names", default="", help="Names of the columns where there is no header, with commas between them.")
@click.option("--sheet", help="Which sheet, or member of the archive, where there are several.")
@click.option("--part", help="Which part of the record, where there are several.")
@click.option("--person", required=True, help="Who says so, by name; it is kept.")
@click.pass_obj
def header(
    settings: Settings,
    held_id: str,
    *,
    row: int | None,
    rows: int | None,
    no_header: bool,
    names: str,
    sheet: str | None,
    part: str | None,
    person: str,
) -> None:
    """Confirm or change the proposed header; the delivery is read again from the quarantine and judged."""
    given = tuple(name.strip() for name in names.replace("，", ",").split(",")) if names else ()
    order = HeaderOrder(person=person, row=row, rows=0 if no_header else rows, names=given, part=part, sheet=sheet)
    with opened_parts(settings) as worker:
        settled = confirm_header(workshop_of(worker), held_id, order)
        worker.parts.search.close_difference()
    click.echo(f"Read again as confirmed by {order.person}: {settled.action.value}.")
    if settled.dataset_id and settled.version:
        click.echo(f"Published as {settled.dataset_id}@v{settled.version}.")
    for reason in settled.reasons:
        if reason.severity in {"hold", "refuse"}:
            click.echo(f"  {reason.severity:6} {reason_in_words(reason)}")


@held.command("release")
@click.argument("held_id", metavar="ID")
@click.option("--reviewer", required=True, help="Who decides, by name; it is kept.")
@click.option("--reason", required=True, help="Why it may be public; it is kept.")
@click.option(
    "--assessment",
    "assessment_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Assessment of privacy (text or Markdown, UTF-8, at most 100 kB), archived with the decision.",
)
@click.pass_obj
def release(settings: Settings, held_id: str, reviewer: str, reason: str, assessment_file: Path | None) -> None:
    """Publish exactly what was held. Missing records: withdraw them.

    Where two people are asked for, the first one's release is an approval; a second, different person releases the same.
    """
    given = _read_assessment(assessment_file) if assessment_file else NO_ASSESSMENT
    with opened_parts(settings) as worker:
        published = release_held(workshop_of(worker), held_id, reviewer, reason, assessment=given)
        worker.parts.search.close_difference()
    if published is None:
        click.echo("The missing records are withdrawn.")
    elif isinstance(published, Approved):
        click.echo(
            f"Approved by {published.person}. Nothing is published: a second, different person must release {held_id}."
        )
    else:
        click.echo(f"Published as {published[0]}@v{published[1]}, released by {reviewer}.")


def _read_assessment(path: Path) -> Assessment:
    with path.open("rb") as file:
        return Assessment.of(file.read(LARGEST_ASSESSMENT + 1))


@held.command("refuse")
@click.argument("held_id", metavar="ID")
@click.option("--reviewer", required=True, help="Who decides, by name; it is kept.")
@click.option("--reason", required=True, help="Why it may not be public; it is kept.")
@click.pass_obj
def refuse(settings: Settings, held_id: str, reviewer: str, reason: str) -> None:
    """Decide that this is not published. What is published of it already stays."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        refuse_held(session, held_id, reviewer, reason, datetime.now(UTC))
    click.echo(f"{held_id} is refused by {reviewer}.")
