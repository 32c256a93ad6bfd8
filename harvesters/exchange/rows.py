"""Rows of one table, page by page; memory holds one page whatever the size of the table."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from harvesters.errors import SkipRecord
from harvesters.exchange.connection import Connection
from harvesters.records import RowBatch, TablePart

_EMPTY_PAGE_TRIES = 3


@dataclass(frozen=True, slots=True)
class _RowPage:
    number: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class RowPages:
    """The pages of `part`, asked one after the other."""

    connection: Connection
    part: TablePart
    page_size: int
    sleep: Callable[[float], None]

    def batches(self) -> Iterator[RowBatch]:
        """All rows. Raises SkipRecord when a page repeats, ends early, or has other columns than the first."""
        first = self._page(1, counted=0, known=None)
        page = first
        counted = len(first.rows)
        yield RowBatch(columns=first.columns, rows=first.rows)
        while counted < page.total:
            previous = page
            page = self._page(previous.number + 1, counted=counted, known=first.columns)
            if page.columns != first.columns:
                raise self._skip(f"page {page.number} has other columns than page 1")
            if page.total != first.total:
                raise self._skip(f"the number of rows changed from {first.total:,} to {page.total:,} while reading")
            if len(page.rows) > 1 and page.rows == previous.rows:
                raise self._skip(f"page {page.number} repeats page {previous.number}")
            counted += len(page.rows)
            yield RowBatch(columns=page.columns, rows=page.rows)
        if counted > page.total:
            raise self._skip(f"{counted:,} rows came although {page.total:,} are stated")

    def _page(self, number: int, *, counted: int, known: tuple[str, ...] | None) -> _RowPage:
        record_id, path = str(self.part.locator["record_id"]), str(self.part.locator["path"])
        for attempt in range(_EMPTY_PAGE_TRIES):
            data = self.connection.call(
                path,
                {"pageNum": str(number), "pageSize": str(self.page_size)},
                record_id=record_id,
                exact_numbers=True,
            )
            page = self._read(data, number, known)
            if page.rows or counted >= page.total:
                return page
            self.sleep(0.5 * 2**attempt)
        raise self._skip(f"page {number} is empty although {counted:,} of {page.total:,} rows were read")

    def _read(self, data: Mapping[str, object], number: int, known: tuple[str, ...] | None) -> _RowPage:
        total, rows = data.get("total"), data.get("rows")
        if not isinstance(total, str) or not total.isdigit() or not isinstance(rows, list):
            raise self._skip(f"page {number} does not hold rows and their total")
        stated = data.get("pageNum", str(number))
        if stated != str(number):
            raise self._skip(f"page {number} was asked for, page {str(stated)[:20]} came")
        listed = data.get("columns")
        if isinstance(listed, list):
            columns = tuple(name if isinstance(name, str) else "" for name in listed)
        else:
            columns = known or tuple(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
        width = len(columns)
        cells = []
        for row in rows:
            if isinstance(row, list):
                values = row
            elif isinstance(row, dict):
                if not row.keys() <= set(columns):
                    raise self._skip(f"page {number} has a column that page 1 does not have")
                values = [row.get(name) for name in columns]
            else:
                raise self._skip(f"page {number} has a row that is neither a list nor an object")
            if len(values) != width:
                raise self._skip(f"page {number} has a row of {len(values)} cells where {width} columns are named")
            cells.append(tuple([v if v is None or v.__class__ is str else _as_text(v) for v in values]))
        return _RowPage(number, columns, tuple(cells), int(total))

    def _skip(self, what: str) -> SkipRecord:
        record_id = str(self.part.locator.get("record_id", ""))
        return SkipRecord(f"The rows of {record_id[:80]!r}, table {self.part.key!r}: {what}.", record_id=record_id)


def _as_text(value: object) -> str:
    """A JSON value that is not text as one cell; numbers arrive as their digits already."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
