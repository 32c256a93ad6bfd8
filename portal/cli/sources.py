"""`portal source …`: what is harvested, and under which signed mapping."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harvesters import KINDS, secret_names
from portal.cli import schedules
from portal.cli.mappings import mapping, read_object
from portal.cli.parts import opened_parts, workshop_of
from portal.cli.tables import print_table
from portal.ingest.conducting.checking import check_source
from portal.ingest.sources import add_source, keep_secret, list_sources, sign_mapping
from portal.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def source() -> None:
    """Registered sources."""


source.add_command(mapping)

source.add_command(schedules.schedule)
source.add_command(schedules.schedules)


@source.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(sorted(KINDS)), required=True, help="What the source speaks.")
@click.option("--config", "config_file", type=_FILE, help="Configuration as a JSON object; see docs/sources.md.")
@click.option("--url", help="Address of the source; short for a configuration with nothing else.")
@click.option("--mapping", "mapping_file", type=_FILE, help="Value mapping as a JSON object; see docs/gate.md.")
@click.option("--sign", "signed_by", help="Name of the person who answers for the mapping.")
@click.option(
    "--secret-file", type=_FILE, help="Secret as a JSON object of texts; it is copied to the worker's directory."
)
@click.option("--replace", is_flag=True, help="Change a source that is there; its records stay what they were.")
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    *,
    kind: str,
    config_file: Path | None,
    url: str | None,
    mapping_file: Path | None,
    signed_by: str | None,
    secret_file: Path | None,
    replace: bool,
) -> None:
    """Register a source. Nothing of it is published until its mapping is signed."""
    config = _config(kind, config_file, url)
    if signed_by and mapping_file is None:
        raise click.UsageError("--sign needs --mapping: a person signs one text.")
    labels = read_object(mapping_file) if mapping_file else None
    now = datetime.now(UTC)
    with opened_parts(settings) as worker, worker.parts.database.transaction() as session:
        add_source(session, name, kind, config, replace=replace, now=now)
        if labels is not None and signed_by:
            sign_mapping(session, name, labels, signed_by, now)
        if secret_file is not None:
            secret_name = keep_secret(settings.effective_secrets_dir, name, secret_file)
            add_source(session, name, kind, config, secret_name=secret_name, replace=True, now=now)
    click.echo(f"Source {name} is registered.")
    if labels is not None and not signed_by:
        click.echo(
            f"Its mapping is not signed: sign it with `portal source mapping sign {name} --mapping FILE --sign NAME`."
        )
    needed = secret_names(kind, config)
    if needed and secret_file is None and not replace:
        click.echo(f"It needs a secret file with {', '.join(needed)} (--secret-file).")


@source.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """All sources, their mapping and their last run."""
    with opened_parts(settings) as worker, worker.parts.database.reading() as session:
        rows = [
            (
                registered.name,
                registered.kind,
                registered.mapping.signed_by or "NOT SIGNED",
                registered.mapping.digest[:12] if registered.mapping.signed_by else "",
                f"{run.started_at:%Y-%m-%d %H:%M} {run.state}" if run else "never",
            )
            for registered, run in list_sources(session)
        ]
    print_table(
        ("source", "kind", "mapping signed by", "mapping", "last run"),
        rows,
        empty="There is no source; `portal source add` registers one.",
    )


@source.command("check")
@click.argument("name")
@click.pass_obj
def check(settings: Settings, name: str) -> None:
    """Reach a source once and say what was found; harvests nothing."""
    with opened_parts(settings) as worker:
        click.echo(check_source(workshop_of(worker), name))


def _config(kind: str, config_file: Path | None, url: str | None) -> dict[str, Any]:
    if config_file is not None and url is not None:
        raise click.UsageError("Give --config or --url, not both.")
    if url is not None:
        return {"root" if kind in {"folder", "workbook"} else "base_url": url}
    if config_file is None:
        raise click.UsageError("Give --config FILE or --url ADDRESS.")
    return read_object(config_file)
