"""Rows of one table through a server-side cursor: memory holds one batch whatever the size of the table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, cast, or_, select

from harvesters.errors import SkipRecord
from harvesters.records import ChangeBatch, RowBatch, RowNote
from harvesters.tables.cells import CellReader, CellRefused, ColumnKind
from harvesters.tables.inspecting import TableShape, require
from harvesters.tables.marks import leading, mark_of, not_after, start_of
from harvesters.tables.options import Reading
from harvesters.tables.streaming import streaming


@dataclass(frozen=True, slots=True)
class TableReader:
    """One table of one record. `fields`: names of its information items; technical columns not among them stay behind."""

    record_id: str
    shape: TableShape
    reading: Reading
    keys: tuple[str, ...]
    fields: frozenset[str]
    zone: timezone
    batch_rows: int

    def changes(self, connection: Connection, since: str, now: datetime) -> Iterator[ChangeBatch]:
        """Rows from `since` less the overlap on, "" for all; the first batch comes even without a row."""
        delivered, reading = self._delivered(), self.reading
        cells = self._cells(delivered)
        extra = [*reading.mark_columns, *([reading.operation] if reading.operation else [])]
        table = self.shape.table()
        statement = self._select(table, [*delivered, *extra], raw=extra)
        start = start_of(reading, since) if since and reading.mark_columns else None
        if start is not None:
            column = table.c[reading.mark_columns[0]]
            statement = statement.where(or_(column >= start, column.is_(None)))
        names, width, marked = tuple(delivered), len(delivered), len(reading.mark_columns)
        high, beside = leading(reading, since), self._left_out()
        is_first = True
        with streaming(connection, statement, self.batch_rows) as batches:
            for rows in batches:
                marks = tuple(mark_of(reading, tuple(row[width : width + marked]), self.zone) for row in rows)
                gone = tuple(bool(reading.operation) and self._is_gone(row[width + marked]) for row in rows)
                high = max(high, max((leading(reading, mark) for mark in marks), default=""))
                read = self._read(cells, [row[:width] for row in rows])
                notes = (*cells.take_notes(), *(beside if is_first else ()))
                yield ChangeBatch(names, read, marks, gone, not_after(reading, high, now, self.zone), notes)
                is_first = False
        if is_first:
            yield ChangeBatch(names, (), (), (), high, beside)

    def keys_now(self, connection: Connection) -> Iterator[RowBatch]:
        """The key columns of all rows that are not marked as deleted."""
        extra = [self.reading.operation] if self.reading.operation else []
        cells, width = self._cells(self.keys), len(self.keys)
        is_first = True
        statement = self._select(self.shape.table(), [*self.keys, *extra], raw=extra)
        with streaming(connection, statement, self.batch_rows) as batches:
            for rows in batches:
                there = [row for row in rows if not extra or not self._is_gone(row[width])]
                yield RowBatch(self.keys, self._read(cells, [row[:width] for row in there]))
                is_first = False
        if is_first:
            yield RowBatch(self.keys, ())

    def _delivered(self) -> list[str]:
        """The columns that are handed over: all that can be, but those that only serve the exchange."""
        reading = self.reading
        batch_column = reading.batch.column if reading.batch else ""
        technical = {*reading.mark_columns, reading.operation, batch_column, *reading.technical_columns}
        technical -= self.fields | set(self.keys)
        require(self.shape, (*self.keys, *reading.mark_columns, reading.operation, batch_column), self.record_id)
        found = [n for n, kind in self.shape.columns if kind is not ColumnKind.REFUSED and n not in technical]
        if missing := [name for name in self.keys if name not in found]:
            raise self._skip(f"the key column {missing[0]!r} holds bytes or shapes, which cannot be compared")
        if reading.operation and not self.keys:
            raise self._skip("'keys' are needed beside 'operation', or nobody knows which row was deleted")
        if not found:
            raise self._skip("it has no column that can be read")
        return found

    def _left_out(self) -> tuple[RowNote, ...]:
        return tuple(
            RowNote("column_not_text", name) for name, kind in self.shape.columns if kind is ColumnKind.REFUSED
        )

    def _select(self, table: Table, names: Sequence[str], *, raw: Sequence[str]) -> Select[Any]:
        chosen: list[ColumnElement[Any]] = []
        for position, name in enumerate(names):
            column: ColumnElement[Any] = table.c[name]
            is_raw = position >= len(names) - len(raw)
            if self.shape.kind_of(name) is ColumnKind.OTHER and not is_raw:
                column = cast(column, Text)
            chosen.append(column.label(f"v{position}"))
        return select(*chosen)

    def _cells(self, names: Sequence[str]) -> CellReader:
        kinds = [(name, self.shape.kind_of(name)) for name in names]
        return CellReader(kinds, self.reading.null_words, self.zone)

    def _read(self, cells: CellReader, rows: Sequence[Sequence[Any]]) -> tuple[tuple[str | None, ...], ...]:
        try:
            return cells.rows(rows)
        except CellRefused as error:
            raise self._skip(
                f"the column {error.column!r} holds text of a wrong character set that cannot be read back; "
                "ask the department to load it again"
            ) from error

    def _is_gone(self, value: object) -> bool:
        """Raises SkipRecord for an operation code that nobody explained: nothing is guessed about it."""
        code = "" if value is None else str(value).strip()
        if code in self.reading.delete_codes:
            return True
        if code in self.reading.present_codes:
            return False
        raise self._skip(f"the column {self.reading.operation!r} holds an operation code that is not configured")

    def _skip(self, what: str) -> SkipRecord:
        return SkipRecord(f"The table {self.shape.name!r}: {what}.", record_id=self.record_id)
