"""`portal application …`, `portal grant …`, `portal agreement …`: conditional datasets, decided by named people."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.grants import (
    ApplicationView,
    Reviewer,
    add_agreement,
    approve_application,
    find_agreement,
    get_agreement,
    get_application,
    list_applications,
    list_grants,
    refuse_application,
    revoke_grant,
    write_as_reviewer,
)
from portal.kernel.errors import NotFound
from portal.settings import Settings

_PERSON = click.option("--person", required=True, help="Who decides, by name; it is kept.")
_REASON = click.option("--reason", required=True, help="What the applicant reads.")
_ID = click.argument("application_id", metavar="ID")
_TEXT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def application() -> None:
    """Applications for conditional datasets."""


@application.command("list")
@click.option("--all", "is_all", is_flag=True, help="Those already decided as well.")
@click.pass_obj
def list_all(settings: Settings, *, is_all: bool) -> None:
    """What waits for a decision, the nearest deadline first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_applications(session, datetime.now(UTC), is_open=not is_all)
    rows = [
        (line.id, line.dataset_id, line.organisation, line.state, f"{line.submitted_at:%Y-%m-%d}",
         f"{line.due_at:%Y-%m-%d}{' overdue' if line.is_overdue else ''}")
        for line in found
    ]  # fmt: skip
    print_table(("id", "dataset", "organisation", "state", "submitted", "due"), rows, empty="No application waits.")


@application.command("show")
@_ID
@click.pass_obj
def show(settings: Settings, application_id: str) -> None:
    """One application with its thread and everything that was done."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        _print(get_application(session, application_id, datetime.now(UTC)))


@application.command("approve")
@_ID
@click.option("--days", type=click.IntRange(min=1), required=True, help="How long the grant lasts.")
@_REASON
@_PERSON
@click.pass_obj
def approve(settings: Settings, application_id: str, *, days: int, reason: str, person: str) -> None:
    """Say yes; access begins when the applicant accepts the agreement."""
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            now = datetime.now(UTC)
            approve_application(session, application_id, Reviewer(person), days=days, reason=reason, now=now)
        worker.parts.jobs.wake("grants")
    click.echo(f"{application_id} is approved for {days} days, from when the agreement is accepted.")


@application.command("refuse")
@_ID
@_REASON
@_PERSON
@click.pass_obj
def refuse(settings: Settings, application_id: str, *, reason: str, person: str) -> None:
    """Say no."""
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            refuse_application(session, application_id, Reviewer(person), reason=reason, now=datetime.now(UTC))
        worker.parts.jobs.wake("grants")
    click.echo(f"{application_id} is refused.")


@application.command("message")
@_ID
@click.option("--text", required=True, help="What the applicant reads.")
@_PERSON
@click.pass_obj
def message(settings: Settings, application_id: str, *, text: str, person: str) -> None:
    """Write to the applicant."""
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            write_as_reviewer(session, application_id, Reviewer(person), text, datetime.now(UTC))
        worker.parts.jobs.wake("grants")
    click.echo("The message is in the thread.")


@click.group()
def grant() -> None:
    """Who has access to which conditional dataset."""


@grant.command("list")
@click.pass_obj
def list_given(settings: Settings) -> None:
    """All grants, those that end last first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = list_grants(session, datetime.now(UTC))
    rows = [
        (one.id, one.dataset_id, one.account_id, f"{one.from_at:%Y-%m-%d}", f"{one.until_at:%Y-%m-%d}", one.state,
         str(one.reports))
        for one in found
    ]  # fmt: skip
    print_table(("id", "dataset", "account", "from", "until", "state", "reports"), rows, empty="There is no grant.")


@grant.command("revoke")
@click.argument("grant_id", metavar="ID")
@_REASON
@_PERSON
@click.pass_obj
def revoke(settings: Settings, grant_id: str, *, reason: str, person: str) -> None:
    """End a grant now: no door gives its holder another row."""
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            revoke_grant(session, grant_id, Reviewer(person), reason=reason, now=datetime.now(UTC))
        worker.parts.jobs.wake("grants")
    click.echo(f"{grant_id} is revoked.")


@click.group()
def agreement() -> None:
    """The text that grantees accept, in versions."""


@agreement.command("add")
@click.option("--zh", "zh", type=_TEXT_FILE, required=True, help="The Chinese text (UTF-8, Markdown).")
@click.option("--en", "en", type=_TEXT_FILE, required=True, help="The English text.")
@_PERSON
@click.pass_obj
def add(settings: Settings, *, zh: Path, en: Path, person: str) -> None:
    """Put a new version in force; who accepted an earlier one stays with that."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        texts = {"text_zh": zh.read_text(encoding="utf-8"), "text_en": en.read_text(encoding="utf-8")}
        made = add_agreement(session, **texts, person=person, now=datetime.now(UTC))
    click.echo(f"Agreement {made.number} is in force (SHA-256 {made.sha256}).")


@agreement.command("show")
@click.argument("number", type=int, required=False)
@click.pass_obj
def show_agreement(settings: Settings, number: int | None) -> None:
    """The agreement in force, or the one with this number."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        found = find_agreement(session) if number is None else get_agreement(session, number)
    if found is None:
        raise NotFound("There is no agreement yet; `portal agreement add` puts one in force.")
    click.echo(
        f"number   {found.number}\nSHA-256  {found.sha256}\nadded    {found.added_at:%Y-%m-%d} by {found.added_by}"
    )
    click.echo(f"\n{found.text_zh}\n\n{found.text_en}")


def _print(found: ApplicationView) -> None:
    line = found.line
    click.echo(f"dataset       {line.dataset_id}\nstate         {line.state}\naccount       {line.account_id}")
    click.echo(f"submitted     {line.submitted_at:%Y-%m-%d %H:%M} UTC, due {line.due_at:%Y-%m-%d}")
    for name in ("terms", "contact", "purpose", "scenario", "retention", "safeguards", "reason"):
        click.echo(f"{name:<13} {getattr(found, name)}")
    for one in found.messages:
        click.echo(f"\n{one.sent_at:%Y-%m-%d %H:%M} {one.name or one.author}:\n{one.text}")
    for act in found.acts:
        click.echo(f"{act.done_at:%Y-%m-%d %H:%M}  {act.act}  {act.actor}")
    for report in found.reports:
        click.echo(f"\nreport of {report.reported_at:%Y-%m-%d}:\n{report.text}\n" + "\n".join(report.links))
