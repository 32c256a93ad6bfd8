"""`portal read …`: what the portal makes of files, before anybody delivers them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from portal.cli.wording import without_numbers
from portal.readers.telling import counted, tell

_AT_ONCE = 2


@click.command("read")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE…")
@click.option(
    "--summary", is_flag=True, help="How many files were read as what, and the most memory and time one took."
)
@click.pass_context
def read(context: click.Context, paths: tuple[Path, ...], *, summary: bool) -> None:
    """Tell of each FILE (or every file in a directory): read as what, encoding, rows, columns, header, or refused and why.

    Nothing is kept. The exit status is 1 when a file was refused.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    told = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for one in pool.map(tell, (file for file in files if file.is_file())):
            click.echo(without_numbers(one.line()))
            told.append(one)
    if summary and told:
        click.echo("")
        for what, number in counted(told).items():
            click.echo(f"{number:6}  {what}")
        most = max(told, key=lambda one: one.peak_bytes)
        slowest = max(told, key=lambda one: one.seconds)
        click.echo(
            f"most memory {most.peak_bytes >> 20} MiB ({most.name}), most time {slowest.seconds:.1f} s ({slowest.name})"
        )
    context.exit(1 if any(one.refusal for one in told) else 0)
