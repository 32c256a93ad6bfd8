"""`portal index …`: the search index, which can always be made anew from the database."""

import click

from portal.cli.parts import opened_parts
from portal.settings import Settings


@click.group()
def index() -> None:
    """The search index."""


@index.command("rebuild")
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Build the index anew beside the old one, and swap."""
    with opened_parts(settings) as worker:
        count = worker.parts.search.rebuild()
    click.echo(f"The index was built anew: {count} datasets.")


@index.command("sync")
@click.pass_obj
def sync(settings: Settings) -> None:
    """Carry everything that changed in the database into the index."""
    total = 0
    with opened_parts(settings) as worker:
        while done := worker.parts.search.close_difference():
            total += done
    click.echo(f"The index is up to date: {total} datasets were carried over.")


@index.command("compare")
@click.pass_obj
def compare(settings: Settings) -> None:
    """Compare index and database; exit code 1 when they differ."""
    with opened_parts(settings) as worker:
        found = worker.parts.search.compare()
    for what, differences in (("missing", found.missing), ("outdated", found.outdated), ("surplus", found.surplus)):
        for dataset_id, (held, indexed) in differences.items():
            click.echo(f"{what}\t{dataset_id}\tdatabase {held}\tindex {indexed}")
    if found.count:
        raise click.ClickException(f"{found.count} datasets differ; `portal index sync` or `rebuild` repairs that.")
    click.echo("Index and database agree.")
