"""`portal bundle …`: carry what was admitted to an instance outside that no connection leads in from."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.bundles.applying import take_bundle
from portal.bundles.keys import fingerprint, make_private_key, public_text, read_private_key, read_public_key
from portal.bundles.listing import list_bundles
from portal.bundles.writing import make_bundle
from portal.cli.tables import print_table
from portal.settings import Settings
from portal.wiring import web_parts

_DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.group()
def bundle() -> None:
    """Carry the catalogue from the inside instance to the outside one."""


@bundle.command("key")
@click.pass_obj
def key(settings: Settings) -> None:
    """Make the key that signs bundles here (inside), and show its public half for the outside instance."""
    made = make_private_key(settings.effective_secrets_dir)
    click.echo(f"PORTAL_BUNDLE_PUBLIC_KEY={public_text(made)}")
    click.echo(f"Bring this line to the outside instance by hand. Fingerprint: {fingerprint(made.public_key())}")


@bundle.command("export")
@click.option("--to", "target", type=_DIRECTORY, required=True, help="Where the bundle's directory is made.")
@click.option("--whole", is_flag=True, help="Everything, not only what changed: for a new or lost outside instance.")
@click.pass_obj
def export(settings: Settings, target: Path, *, whole: bool) -> None:
    """Write what changed for the public since the last bundle. Killed, it goes on where it was."""
    parts = web_parts(settings)
    try:
        signing = read_private_key(settings.effective_secrets_dir)
        made = make_bundle(parts.database, parts.store, signing, target.resolve(), datetime.now(UTC), is_whole=whole)
    finally:
        parts.jobs.close()
        parts.database.dispose()
    if made is None:
        click.echo("Nothing has changed for the public since the last bundle; none was made.")
        return
    click.echo(
        f"Bundle {made.sequence} is in {made.path}: {made.datasets:,} datasets, {made.withdrawn:,} of them withdrawn, "
        f"{made.blobs:,} files, {made.size_bytes:,} bytes. Carry the whole directory."
    )


@bundle.command("import")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def take(settings: Settings, path: Path) -> None:
    """Verify a bundle and publish what it holds. Refused, nothing has changed."""
    verifying = read_public_key(settings.bundle_public_key)
    parts = web_parts(settings)
    try:
        taken = take_bundle(
            parts.database,
            parts.store,
            verifying,
            path.resolve(),
            datetime.now(UTC),
            work_dir=settings.var_dir / "work",
        )
        parts.jobs.wake("outbox")
        parts.jobs.wake("index")
        parts.search.close_difference()
    finally:
        parts.jobs.close()
        parts.database.dispose()
    click.echo(
        f"Bundle {taken.sequence} is published: {taken.datasets:,} datasets, {taken.withdrawn:,} of them withdrawn, "
        f"{taken.blobs:,} files."
    )


@bundle.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """Bundles made and taken here, the newest first, with the key's fingerprint."""
    parts = web_parts(settings)
    try:
        with parts.database.reading() as session:
            rows = list_bundles(session)
    finally:
        parts.jobs.close()
        parts.database.dispose()
    if settings.bundle_public_key:
        click.echo(f"Bundles are checked with the key {fingerprint(read_public_key(settings.bundle_public_key))}.")
    print_table(
        ("bundle", "", "when", "datasets", "withdrawn", "files", "manifest"),
        [
            (
                str(row.sequence),
                row.direction,
                f"{row.at:%Y-%m-%d %H:%M}",
                f"{row.counts.get('datasets', 0):,}",
                f"{row.counts.get('withdrawn', 0):,}",
                f"{row.counts.get('blobs', 0):,}",
                row.digest[:12],
            )
            for row in rows
        ],
        empty="No bundle was made or taken here yet.",
    )
