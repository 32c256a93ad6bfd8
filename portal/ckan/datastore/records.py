"""Rows as CKAN prints them: objects, lists, and the text of PostgreSQL's `COPY … CSV`."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson

from portal.kernel.vocab import ColumnType
from portal.tables.query import CellValue

Cell = object
_NEEDS_QUOTES = ('"', "\n", "\r")
_EXACT = 1e15


def cell_writers(types: Sequence[ColumnType]) -> list[Callable[[CellValue], Cell]]:
    """For each column, what makes its cells as JSON answers have them."""
    return [_WRITERS.get(type_, _as_it_is) for type_ in types]


def write_cells(rows: Iterable[Sequence[CellValue]], types: Sequence[ColumnType]) -> list[list[Cell]]:
    """Rows with every cell as CKAN's JSON has it."""
    writers = cell_writers(types)
    if all(writer is _as_it_is for writer in writers):
        return [list(row) for row in rows]
    return [[write(cell) for write, cell in zip(writers, row, strict=True)] for row in rows]


def as_text(rows: Iterable[Sequence[Cell]], delimiter: str) -> str:
    """Lines without a header: null is nothing, an empty text is `""`, truth is t or f."""
    return "".join(f"{delimiter.join(_printed(cell, delimiter) for cell in row)}\n" for row in rows)


def _printed(cell: Cell, delimiter: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "t" if cell else "f"
    if isinstance(cell, int | float):
        return str(cell)
    text = cell if isinstance(cell, str) else orjson.dumps(cell).decode()
    if not text or text == "\\." or delimiter in text or any(sign in text for sign in _NEEDS_QUOTES):
        return '"' + text.replace('"', '""') + '"'
    return text


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
