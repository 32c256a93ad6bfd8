"""Collect rows that arrive page by page into a typed table, in memory that does not grow with the table."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from portal.readers.reading import ReadingLimits, TableReading


class RowSpool:
    """Row batches in, one typed Parquet file out: `add` any number of times, then `finish` once."""

    def __init__(
        self, work_dir: Path, *, key: str = "table", name: str = "", limits: ReadingLimits | None = None
    ) -> None:
        self._work_dir = work_dir

    def add(self, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
        """Append rows whose cells are in the order of `columns`. Raises RowsRefused when a row has another width."""
        raise NotImplementedError

    def finish(self) -> TableReading:
        """Type the columns and write the table."""
        raise NotImplementedError
