"""Lists on the command line: a drawn table on a terminal, tab-separated lines for programs."""

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print rows under their headings; the sentence `empty` when there are none."""
    if not rows:
        click.echo(empty)
        return
    if not sys.stdout.isatty():
        click.echo("\t".join(headings))
        for row in rows:
            click.echo("\t".join(_plain(cell) for cell in row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(_plain(cell)) for cell in row))
    Console().print(table)


def _plain(cell: object) -> str:
    """A cell on one line, without control characters that a source could send to a terminal."""
    text = "" if cell is None else str(cell)
    return "".join(c if c.isprintable() else " " for c in text)
