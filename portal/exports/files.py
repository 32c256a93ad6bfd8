"""Make a download file from a published table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portal.tables import ReadableTable


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A finished download on disk."""

    path: Path
    sha256: str
    size_bytes: int
    row_count: int


def make_file(
    table: ReadableTable,
    format: str,  # noqa: A002 - the word of the domain
    target: Path,
    on_progress: Callable[[int], None] = lambda rows_done: None,
    *,
    max_rows: int | None = None,
) -> MadeFile:
    """Write `table` as `format` (a name of FORMATS) to `target`, which appears only when it is whole.

    `on_progress` is told the rows written so far; whatever it raises stops the work and leaves nothing behind.
    Raises UnknownFormat, TooManyRows (`max_rows`, for xlsx the setting `xlsx_max_rows`).
    """
    raise NotImplementedError
