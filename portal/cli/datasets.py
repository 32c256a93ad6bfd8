"""`portal withdraw`: take a dataset from the public, at every door, at once; `portal lift`: let its source publish again."""

from datetime import UTC, datetime

import click

from portal.catalogue.commands import lift_withdrawal, withdraw_dataset
from portal.catalogue.purge import purge_outbox
from portal.cli.parts import opened_parts
from portal.settings import Settings


@click.command()
@click.argument("dataset_id", metavar="DATASET")
@click.option("--reason", required=True, help="Why; the public reads it on the tombstone.")
@click.option("--actor", required=True, help="Who decides, by name.")
@click.pass_obj
def withdraw(settings: Settings, dataset_id: str, reason: str, actor: str) -> None:
    """Withdraw a dataset: gone from pages, downloads, API and search when this returns; its files are deleted.

    Its source cannot bring it back; `portal lift` allows that again.
    """
    now = datetime.now(UTC)
    with opened_parts(settings) as worker:
        parts = worker.parts
        with parts.database.transaction() as session:
            withdraw_dataset(session, dataset_id, reason, actor, now)
        parts.jobs.wake("outbox")
        parts.search.close_difference()
        purge_outbox(parts.database, parts.store, now)
    click.echo(f"{dataset_id} is withdrawn. Every address of it answers 410 from now on.")


@click.command()
@click.argument("dataset_id", metavar="DATASET")
@click.option("--actor", required=True, help="Who decides, by name.")
@click.pass_obj
def lift(settings: Settings, dataset_id: str, actor: str) -> None:
    """Let the source of a withdrawn dataset publish it again with its next harvest."""
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        lift_withdrawal(session, dataset_id, actor, datetime.now(UTC))
    click.echo(f"{dataset_id} may be published again; the next changed record of its source does that.")
