"""`portal withdraw`: take a dataset from the public, at every door, at once; `portal lift`: let its source publish again."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.bundles.listing import is_outside
from portal.catalogue.commands import lift_withdrawal, withdraw_dataset
from portal.catalogue.purge import purge_outbox
from portal.cli.parts import opened_parts, workshop_of
from portal.ingest.settling.cutting import withdraw_rows
from portal.kernel.errors import InvalidInput
from portal.settings import Settings


@click.command()
@click.argument("dataset_id", metavar="DATASET")
@click.option("--reason", required=True, help="Why; the public reads it on the tombstone.")
@click.option("--actor", required=True, help="Who decides, by name.")
@click.option(
    "--rows",
    metavar="COLUMN=VALUE",
    help="Withdraw only the rows with this value; COLUMN=@FILE takes the values from a file, one a line.",
)
@click.pass_obj
def withdraw(settings: Settings, dataset_id: str, reason: str, actor: str, rows: str | None) -> None:
    """Withdraw a dataset: gone from pages, downloads, API and search when this returns; its files are deleted.

    With --rows only those rows go, from every version, and no delivery brings them back. Needs no worker.
    Its source cannot bring a dataset back either; `portal lift` allows that again.
    """
    now = datetime.now(UTC)
    with opened_parts(settings) as worker:
        parts = worker.parts
        if rows is not None:
            column, values = _wanted_rows(rows)
            workshop = workshop_of(worker)
            with worker.parts.database.reading() as session:
                if is_outside(session):
                    raise click.ClickException(
                        "This instance takes bundles: withdraw the rows inside and carry a bundle, or withdraw the whole "
                        "dataset here now."
                    )
            count = withdraw_rows(
                workshop, dataset_id, column, values, reason=reason, actor=actor, now=lambda: datetime.now(UTC)
            )
        else:
            with parts.database.transaction() as session:
                withdraw_dataset(session, dataset_id, reason, actor, now)
        parts.jobs.wake("outbox")
        parts.search.close_difference()
        purge_outbox(parts.database, parts.store, now)
    if rows is not None:
        click.echo(f"{count} rows of {dataset_id} are withdrawn. Versions that held them answer 410 from now on.")
    else:
        click.echo(f"{dataset_id} is withdrawn. Every address of it answers 410 from now on.")


def _wanted_rows(text: str) -> tuple[str, tuple[str, ...]]:
    """(column, values) of `COLUMN=VALUE` or `COLUMN=@FILE`."""
    column, sign, value = text.partition("=")
    if not sign or not column.strip() or not value.strip():
        raise InvalidInput("Write --rows COLUMN=VALUE, or COLUMN=@FILE with one value a line.", parameter="rows")
    if not value.startswith("@"):
        return column.strip(), (value,)
    try:
        lines = Path(value[1:]).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The file {value[1:]} cannot be read as text in UTF-8 ({type(error).__name__}).", parameter="rows"
        ) from error
    return column.strip(), tuple(line for line in lines if line.strip())


@click.command()
@click.argument("dataset_id", metavar="DATASET")
@click.option("--actor", required=True, help="Who decides, by name.")
@click.pass_obj
def lift(settings: Settings, dataset_id: str, actor: str) -> None:
    """Let the source of a withdrawn dataset publish it again with its next harvest."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        lift_withdrawal(session, dataset_id, actor, datetime.now(UTC))
    click.echo(f"{dataset_id} may be published again; the next changed record of its source does that.")
