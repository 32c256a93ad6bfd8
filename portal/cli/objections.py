"""`portal objection …`: what people concerned objected to, and what is decided about it."""

from datetime import UTC, datetime

import click

from portal.cli.parts import opened_parts
from portal.cli.tables import print_table
from portal.participation.objections import (
    Measure,
    get_objection,
    list_objections,
    reject_objection,
    uphold_objection,
)
from portal.settings import Settings

_PERSON = click.option("--person", required=True, help="Who decides, by name; it is kept.")
_ANSWER = click.option("--answer", required=True, help="What the person who objected reads.")


@click.group()
def objection() -> None:
    """Objections of people concerned."""


@objection.command("list")
@click.option("--all", "is_all", is_flag=True, help="Those already answered as well.")
@click.pass_obj
def list_all(settings: Settings, *, is_all: bool) -> None:
    """What waits for an answer, the oldest first."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        items = list_objections(session, state=None if is_all else "open")
    rows = [
        (item.id, item.dataset_id, item.ground, "hidden" if item.hides and item.state == "open" else "shown",
         item.state, f"{item.filed_at:%Y-%m-%d %H:%M}")
        for item in items
    ]  # fmt: skip
    print_table(("id", "dataset", "ground", "dataset is", "state", "filed"), rows, empty="No objection waits.")


@objection.command("show")
@click.argument("objection_id", metavar="ID")
@click.pass_obj
def show(settings: Settings, objection_id: str) -> None:
    """One objection with what the person wrote."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        item = get_objection(session, objection_id)
    click.echo(f"dataset    {item.dataset_id}\nground     {item.ground}\nstate      {item.state}")
    click.echo(f"filed      {item.filed_at:%Y-%m-%d %H:%M} UTC, in {item.language}")
    click.echo(f"contact    {item.contact or '(none given)'}\n\n{item.statement}")
    if item.answered_at:
        click.echo(
            f"\nanswered   {item.answered_at:%Y-%m-%d %H:%M} UTC by {item.answered_by} ({item.measure or item.state})"
        )
        click.echo(item.answer)


@objection.command("uphold")
@click.argument("objection_id", metavar="ID")
@click.option(
    "--measure",
    type=click.Choice([measure.value for measure in Measure]),
    required=True,
    help="What was done about it.",
)
@_PERSON
@_ANSWER
@click.pass_obj
def uphold(settings: Settings, objection_id: str, *, measure: str, person: str, answer: str) -> None:
    """The person was right. `withdrawn` withdraws the dataset now; `corrected` shows what is left after rows or columns
    were taken out.
    """
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            uphold_objection(
                session, objection_id, Measure(measure), person=person, answer=answer, now=datetime.now(UTC)
            )
        worker.parts.jobs.wake("outbox")
        worker.parts.search.close_difference()
    click.echo(f"{objection_id} is upheld ({measure}); the person reads the answer with the receipt.")


@objection.command("reject")
@click.argument("objection_id", metavar="ID")
@_PERSON
@_ANSWER
@click.pass_obj
def reject(settings: Settings, objection_id: str, *, person: str, answer: str) -> None:
    """The publication was in order: it is shown again at once, and not hidden again for the same data."""
    with opened_parts(settings) as worker:
        with worker.parts.database.transaction() as session:
            reject_objection(session, objection_id, person=person, answer=answer, now=datetime.now(UTC))
        worker.parts.search.close_difference()
    click.echo(f"{objection_id} is rejected; the dataset is shown again.")
