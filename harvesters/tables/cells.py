"""Values of a database driver as cells of text; what was done to them is counted by column, never quoted."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

from harvesters.records import RowNote
from harvesters.tables.mojibake import Unreadable, decoded, repaired

Cells = list[str | None]
_LONGEST_NULL_WORD = 40
_ZERO_DATE = "0000-00-00"


class ColumnKind(StrEnum):
    """How the values of a column become text."""

    TEXT = "text"
    PADDED = "padded"  # CHAR(n): spaces at the end are the database's
    DATE = "date"
    BITS = "bits"
    OTHER = "other"  # the database itself writes it as text
    REFUSED = "refused"  # bytes and shapes, which no table of text can carry


class CellRefused(ValueError):
    """A cell cannot be read; `column` names where."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(slots=True)
class CellReader:
    """Reads the columns of one table; `notes` are what was done since they were last taken."""

    columns: Sequence[tuple[str, ColumnKind]]
    null_words: frozenset[str]
    zone: timezone
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def rows(self, rows: Sequence[Sequence[object]]) -> tuple[tuple[str | None, ...], ...]:
        """Rows of values as rows of cells. Raises CellRefused."""
        if not rows:
            return ()
        cells = [
            self._column(*column, values) for column, values in zip(self.columns, zip(*rows, strict=True), strict=True)
        ]
        return tuple(zip(*cells, strict=True)) if cells else tuple(() for _ in rows)

    def take_notes(self) -> tuple[RowNote, ...]:
        """What was done to cells since the last call, by column."""
        notes = tuple(RowNote(code, column, count) for (code, column), count in sorted(self._counts.items()))
        self._counts.clear()
        return notes

    def _column(self, name: str, kind: ColumnKind, values: Sequence[object]) -> Cells:
        read = self._text_reader(name, kind)
        return [
            value if value is None else read(value) if value.__class__ is str else self._other(name, kind, value, read)
            for value in values
        ]

    def _text_reader(self, name: str, kind: ColumnKind) -> Callable[[str], str | None]:
        nulls, counts = self.null_words, self._counts
        is_padded, is_date = kind is ColumnKind.PADDED, kind is ColumnKind.DATE

        def read(text: str) -> str | None:
            if is_padded:
                text = text.rstrip(" ")
            if len(text) < _LONGEST_NULL_WORD and text.strip() in nulls:
                counts["null_words", name] += 1
                return None
            if text.startswith(_ZERO_DATE) or (is_date and "-00" in text[:10]):
                counts["zero_dates", name] += 1
                return None
            if text.isascii():
                return text
            try:
                found = repaired(text)
            except Unreadable as error:
                raise CellRefused(name) from error
            if found is not text:
                counts["characters_repaired", name] += 1
            return found

        return read

    def _other(self, name: str, kind: ColumnKind, value: object, read: Callable[[str], str | None]) -> str | None:
        if isinstance(value, bytes | bytearray | memoryview):
            content = bytes(value)
            if kind is ColumnKind.BITS:
                number = int.from_bytes(content, "big")
                return ("true" if number else "false") if len(content) == 1 and number < 2 else str(number)
            try:
                text, is_gb = decoded(content)
            except Unreadable as error:
                raise CellRefused(name) from error
            if is_gb:
                self._counts["characters_repaired", name] += 1
            return read(text)
        return text_of_value(value, self.zone)


def text_of_value(value: object, zone: timezone) -> str:
    """A value that is no text as one: every digit of a number, instants in the source's zone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
        return local.isoformat(" ")
    if isinstance(value, timedelta):
        return _duration(value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def _duration(value: timedelta) -> str:
    """Hours may exceed 24 or be negative, as TIME of MariaDB may."""
    seconds = int(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
