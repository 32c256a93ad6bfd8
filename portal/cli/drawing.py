"""How a run looks while it goes on: a bar on a terminal, plain lines elsewhere."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

_LINE_EVERY = 50
_ROWS_EVERY = 100_000


class BarProgress:
    """A progress bar over the listing, and the rows of the table at hand."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._done = 0
        self._seen = 0

    def listed(self, seen: int, total: int | None) -> None:
        self._seen = seen
        self._bar.update(self._task, total=total or seen)

    def settled(self, action: str, title: str) -> None:
        self._done += 1
        self._bar.update(self._task, completed=self._done, what=escape(title[:40]))

    def unchanged(self, count: int) -> None:
        self._done += count
        self._bar.update(self._task, completed=self._done)

    def fetched(self, title: str, rows: int) -> None:
        self._bar.update(self._task, what=f"{escape(title[:30])} {rows:,} rows")


class LineProgress:
    """A line for every so many records, for logs and pipes."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._done = 0

    def listed(self, seen: int, total: int | None) -> None:
        click.echo(f"listed {seen}" + (f" of {total}" if total else ""))

    def settled(self, action: str, title: str) -> None:
        self._done += 1
        self._counts[action] += 1
        if self._done % _LINE_EVERY == 0:
            click.echo(f"done {self._done}: {words_for(self._counts)}")

    def unchanged(self, count: int) -> None:
        self._done += count
        self._counts["unchanged"] += count

    def fetched(self, title: str, rows: int) -> None:
        if rows % _ROWS_EVERY == 0:
            click.echo(f"{title[:40]}: {rows:,} rows")


def words_for(counts: Counter[str]) -> str:
    """`create 3, hold 1` in a stable order."""
    return ", ".join(f"{action} {count}" for action, count in sorted(counts.items()) if count)


@contextmanager
def drawn_progress() -> Iterator[BarProgress | LineProgress]:
    """The progress for where we are: a terminal or not."""
    if not sys.stdout.isatty():
        yield LineProgress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("harvest"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=Console(), transient=False) as bar:
        yield BarProgress(bar, bar.add_task("harvest", total=None, what=""))
