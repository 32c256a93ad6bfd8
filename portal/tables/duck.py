"""What the SQL that this package writes for DuckDB is made of."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from math import isfinite

from portal.kernel.vocab import ColumnType
from portal.tables.expressions import JsonValue

ROW_GROUP_ROWS = 32_768
ENGINES_NUMBER = "file_row_number"  # what DuckDB calls the number of a row in its file
ROW_NUMBER = "row number \u0001"
"""A row's number in its table, from 0, beside its columns; no published column has a control character in its name."""

SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.GEOMETRY: "BLOB",
}


def quoted(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a quoted SQL literal, where the statement takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def numbered_rows(path: str, names: Sequence[str]) -> str:
    """SQL for a Parquet file's columns, which are `names` in order, and ROW_NUMBER.

    The engine's own name for the number is free for a column: the file's columns are known by their places alone where it is
    looked up."""
    places = ", ".join(f"p{place}" for place in range(len(names)))
    named = ", ".join(f"p{place} AS {quoted(name)}" for place, name in enumerate(names))
    number = f"{ENGINES_NUMBER} AS {quoted(ROW_NUMBER)}"
    return f"SELECT {named}, {number} FROM read_parquet({literal(path)}) AS f({places})"


def json_rows(rows: Iterable[Sequence[object]]) -> tuple[tuple[JsonValue, ...], ...]:
    """Rows as JSON values: dates and times in ISO 8601, numbers that JSON has no word for as null."""
    return tuple(tuple(json_value(cell) for cell in row) for row in rows)


def json_value(cell: object) -> JsonValue:
    """One cell as a JSON value. Raises TypeError for a type that no published column has."""
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return cell if isfinite(cell) else None
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    raise TypeError(f"A published column cannot hold {type(cell).__name__}.")
