"""Pages of rows out of published tables."""

from portal.settings import Settings
from portal.tables.query import RowPage, RowQuery
from portal.tables.readable import ReadableTable


class RowEngine:
    """Answers row queries over immutable Parquet files, a bounded number at a time."""

    def page(self, table: ReadableTable, query: RowQuery) -> RowPage:
        """One page. Raises InvalidInput for a bad query or cursor, Unavailable when too much is going on."""
        raise NotImplementedError

    def count(self, table: ReadableTable, query: RowQuery) -> int:
        """How many rows match `query.where`."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of every open file."""


def open_rows(settings: Settings) -> RowEngine:
    """The engine of this process."""
    return RowEngine()
