"""Rows as CKAN prints them: objects, lists, and the text of PostgreSQL's `COPY … CSV`."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from portal.ckan.datastore.fields import NESTED, Field
from portal.kernel.vocab import ColumnType
from portal.tables.query import CellValue

Cell = object
_NEEDS_QUOTES = ('"', "\n", "\r")
_EXACT = 1e15


def write_cells(rows: Iterable[Sequence[CellValue]], fields: Sequence[Field]) -> list[list[Cell]]:
    """Rows with every cell as CKAN's JSON has it; nested values out of their text."""
    writers = [_nested if field.is_nested else _WRITERS.get(field.column.type, _as_it_is) for field in fields]
    if all(writer is _as_it_is for writer in writers):
        return [list(row) for row in rows]
    return [[write(cell) for write, cell in zip(writers, row, strict=True)] for row in rows]


def as_text(rows: Iterable[Sequence[Cell]], types: Sequence[str], delimiter: str) -> str:
    """Lines without a header: null is nothing, an empty text is `""`, truth is t or f.

    `types`: of the fields. A nested value is the text that CKAN stores, and one that is nothing is `null` there.
    """
    nested = [place for place, name in enumerate(types) if name in NESTED]
    if nested:
        rows = (_with_json(row, nested) for row in rows)
    return "".join(f"{delimiter.join(_printed(cell, delimiter) for cell in row)}\n" for row in rows)


def _with_json(row: Sequence[Cell], nested: Sequence[int]) -> list[Cell]:
    found = list(row)
    for place in nested:
        found[place] = json.dumps(found[place])
    return found


def _printed(cell: Cell, delimiter: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "t" if cell else "f"
    if isinstance(cell, int | float):
        return str(cell)
    text = cell if isinstance(cell, str) else json.dumps(cell)
    if not text or text == "\\." or delimiter in text or any(sign in text for sign in _NEEDS_QUOTES):
        return '"' + text.replace('"', '""') + '"'
    return text


def _nested(cell: CellValue) -> Cell:
    """The value that a text of JSON says; what is none stays the text."""
    if not isinstance(cell, str):
        return cell
    try:
        found: object = json.loads(cell)
    except (ValueError, RecursionError):
        return cell
    return found


def _as_it_is(cell: CellValue) -> Cell:
    return cell


def _number(cell: CellValue) -> Cell:
    """A whole number has no point, as PostgreSQL prints a double."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)
    return cell


def _moment(cell: CellValue) -> Cell:
    """`2024-01-02T01:01:00.000`: always with thousandths."""
    if not isinstance(cell, str):
        return cell
    whole, _, fraction = cell.partition(".")
    return f"{whole}.{fraction[:3]:0<3}"


_WRITERS: Mapping[ColumnType, Callable[[CellValue], Cell]] = {
    ColumnType.NUMBER: _number,
    ColumnType.DATETIME: _moment,
}
