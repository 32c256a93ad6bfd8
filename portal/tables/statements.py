"""Row queries as parameterised DuckDB SQL.

A page takes two statements: row numbers from the key columns alone, then those rows. On wide tables that is several
times faster than sorting whole rows, and it needs a fraction of the memory.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from portal.kernel.columns import Column, TableSchema
from portal.kernel.digests import value_digest
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.conditions import check_condition, compile_condition
from portal.tables.cursors import Place
from portal.tables.duck import ROW_NUMBER, SQL_TYPES, json_value, quoted
from portal.tables.query import JsonValue, RowQuery, SortKey

VIEW = "rows_of_table"
MAX_SORT_KEYS = 5


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `?` for each parameter."""

    sql: str
    parameters: list[JsonValue] = field(default_factory=list)


def selected_columns(schema: TableSchema, query: RowQuery) -> tuple[Column, ...]:
    """The columns of the page in order. Raises InvalidInput (`select`)."""
    if not query.select:
        return schema.columns
    if len(set(query.select)) != len(query.select):
        raise InvalidInput("select names a column twice.", parameter="select")
    return tuple(_column(schema, name, "select") for name in query.select)


def check_query(schema: TableSchema, query: RowQuery) -> None:
    """Raise InvalidInput for a condition or a sort order that the table cannot answer."""
    if query.where is not None:
        check_condition(query.where, schema)
    if len(query.order_by) > MAX_SORT_KEYS:
        raise InvalidInput(f"order_by takes at most {MAX_SORT_KEYS} columns.", parameter="order_by")
    keys = [_column(schema, key.column, "order_by") for key in query.order_by]
    if any(column.type is ColumnType.GEOMETRY for column in keys):
        raise InvalidInput("order_by: geometries have no order; sort by another column.", parameter="order_by")
    names = [column.name for column in keys]
    if len(set(names)) != len(names):
        raise InvalidInput("order_by names a column twice.", parameter="order_by")


def fingerprint(query: RowQuery) -> str:
    """A digest of what a cursor is good for: columns, condition and order."""
    tree = asdict(query)["where"]
    kind = _kinds(query.where)
    return value_digest([list(query.select), tree, kind, [[k.column, k.is_descending] for k in query.order_by]])


def _kinds(condition: object) -> list[object]:
    """The classes of a condition's nodes, which `asdict` leaves out."""
    inner = getattr(condition, "conditions", None) or (getattr(condition, "condition", None),)
    return [type(condition).__name__, *(_kinds(child) for child in inner if child is not None)]


def count_statement(schema: TableSchema, query: RowQuery) -> Statement:
    """How many rows match."""
    sql, parameters = _where(schema, query, None)
    return Statement(f"SELECT count(*) FROM {VIEW}{sql}", parameters)


def keys_statement(schema: TableSchema, query: RowQuery, place: Place | None) -> Statement:
    """Sort keys and row numbers of the page, and of one row more when there is one."""
    where, parameters = _where(schema, query, place)
    keys = [quoted(key.column) for key in query.order_by]
    order = [f"{quoted(k.column)} {'DESC' if k.is_descending else 'ASC'} NULLS LAST" for k in query.order_by]
    sql = (
        f"SELECT {', '.join([*keys, ROW_NUMBER])} FROM {VIEW}{where} ORDER BY {', '.join([*order, ROW_NUMBER])} "
        f"LIMIT {int(query.limit) + 1} OFFSET {int(query.offset)}"
    )
    return Statement(sql, parameters)


def rows_statement(schema: TableSchema, query: RowQuery, numbers: Sequence[int]) -> Statement:
    """The rows of these numbers in any order, each with its number last."""
    names = ", ".join(quoted(column.name) for column in selected_columns(schema, query))
    low, high = min(numbers), max(numbers)
    span = f"{ROW_NUMBER} BETWEEN {int(low)} AND {int(high)}"
    if high - low + 1 > len(numbers):
        span += f" AND {ROW_NUMBER} IN ({', '.join(str(int(number)) for number in numbers)})"
    return Statement(f"SELECT {names}, {ROW_NUMBER} FROM {VIEW} WHERE {span}")


def place_of(schema: TableSchema, query: RowQuery, key: Sequence[object]) -> Place:
    """Where a page ended, from its last line of keys."""
    return Place(tuple(json_value(cell) for cell in key[:-1]), int(str(key[-1])))


def _where(schema: TableSchema, query: RowQuery, place: Place | None) -> tuple[str, list[JsonValue]]:
    parts: list[str] = []
    parameters: list[JsonValue] = []
    if query.where is not None:
        sql, values = compile_condition(query.where, schema)
        parts.append(sql)
        parameters += values
    if place is not None:
        sql, values = _after(schema, query.order_by, place)
        parts.append(sql)
        parameters += values
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), parameters


def _after(schema: TableSchema, order_by: Sequence[SortKey], place: Place) -> tuple[str, list[JsonValue]]:
    """Rows that come after the place: greater in the first key that differs, nulls last, the row number last of all."""
    same: list[str] = []
    same_values: list[JsonValue] = []
    options: list[str] = []
    parameters: list[JsonValue] = []
    for key, value in zip(order_by, place.keys, strict=True):
        name = quoted(key.column)
        cast = f"CAST(? AS {SQL_TYPES[_column(schema, key.column, 'order_by').type]})"
        if value is not None:
            sign = "<" if key.is_descending else ">"
            options.append(_all([*same, f"({name} {sign} {cast} OR {name} IS NULL)"]))
            parameters += [*same_values, value]
        same.append(f"{name} IS NOT DISTINCT FROM {cast}")
        same_values.append(value)
    options.append(_all([*same, f"{ROW_NUMBER} > {int(place.row_number)}"]))
    parameters += same_values
    return f"({' OR '.join(options)})", parameters


def _all(parts: Sequence[str]) -> str:
    return f"({' AND '.join(parts)})"


def _column(schema: TableSchema, name: str, parameter: str) -> Column:
    column = schema.column(name)
    if column is None:
        raise InvalidInput(f"{parameter}: the table has no column {name!r}.", parameter=parameter)
    return column
