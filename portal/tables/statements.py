"""Queries of rows as parameterised DuckDB SQL.

A page takes two statements: row numbers from the key columns alone, then those rows. On wide tables that is several
times faster than sorting whole rows, and it needs a fraction of the memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.conditions import compile_condition
from portal.tables.cursors import Place
from portal.tables.duck import ROW_NUMBER, SQL_TYPES, json_value, quoted
from portal.tables.expressions import JsonValue
from portal.tables.plans import first_repeated, given_names, outputs
from portal.tables.query import Condition, RowQuery, SortKey
from portal.tables.terms import Places, Terms, Typed

VIEW = "rows_of_table"
_NUMBER = quoted(ROW_NUMBER)
MAX_SORT_KEYS = 5


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `?` for each parameter."""

    sql: str
    parameters: list[JsonValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Key:
    """What rows or groups are sorted by."""

    typed: Typed
    is_descending: bool = False
    nulls_first: bool = False


def sort_keys(terms: Terms, order_by: Sequence[SortKey]) -> list[Key]:
    """The keys in order. Raises InvalidInput (`order_by`) for what has no order."""
    if len(order_by) > MAX_SORT_KEYS:
        raise InvalidInput(f"order_by takes at most {MAX_SORT_KEYS} columns.", parameter="order_by")
    keys = [Key(terms.order(key.column, key), key.is_descending, key.nulls_first) for key in order_by]
    for key, asked in zip(keys, order_by, strict=True):
        if key.typed.type is ColumnType.GEOMETRY:
            raise terms.wrong("geometries have no order; sort by another column.", asked)
    columns = [key.column for key in order_by]
    if len(set(columns)) < len(columns):
        raise terms.wrong("a column is named twice.", order_by[first_repeated(columns)])
    return keys


def count_statement(schema: TableSchema, where: Condition | None) -> Statement:
    """How many rows match."""
    sql, parameters = filtered(schema, where)
    return Statement(f"SELECT count(*) FROM {VIEW}{sql}", parameters)


def keys_statement(schema: TableSchema, query: RowQuery, place: Place | None) -> Statement:
    """Sort keys and row numbers of the page, and of one row more when there is one."""
    keys = _keys(schema, query)
    where, parameters = filtered(schema, query.where, keys, place)
    listed = ", ".join([*(key.typed.sql for key in keys), _NUMBER])
    values = [value for key in keys for value in key.typed.values]
    sql = f"SELECT {listed} FROM {VIEW}{where} ORDER BY {ordered(keys, 1)} LIMIT {int(query.limit) + 1}"
    return Statement(f"{sql} OFFSET {int(query.offset)}", [*values, *parameters])


def rows_statement(schema: TableSchema, query: RowQuery, numbers: Sequence[int]) -> Statement:
    """The rows of these numbers in any order, each with its number last."""
    listed, values = _selected(schema, query)
    low, high = min(numbers), max(numbers)
    span = f"{_NUMBER} BETWEEN {int(low)} AND {int(high)}"
    if high - low + 1 > len(numbers):
        span += f" AND {_NUMBER} IN ({', '.join(str(int(number)) for number in numbers)})"
    return Statement(f"SELECT {listed}, {_NUMBER} FROM {VIEW} WHERE {span}", values)


def all_statement(schema: TableSchema, query: RowQuery) -> Statement:
    """Every row of the answer in order."""
    keys = _keys(schema, query)
    listed, values = _selected(schema, query)
    where, parameters = filtered(schema, query.where)
    order = ""
    if keys:
        order = f" ORDER BY {ordered([*keys, Key(Typed(_NUMBER, (), ColumnType.INTEGER))])}"
        parameters += [value for key in keys for value in key.typed.values]
    return Statement(f"SELECT {listed} FROM {VIEW}{where}{order}", [*values, *parameters])


def place_of(key: Sequence[object], seen: int) -> Place:
    """Where a page ended, from its last line of keys."""
    return Place(tuple(kept(cell) for cell in key[:-1]), int(str(key[-1])), seen)


def kept(cell: object) -> JsonValue:
    """A key's value as a cursor keeps it: every number as it is, for the page after has to find its place by it."""
    return cell if isinstance(cell, float) else json_value(cell)


def ordered(keys: Sequence[Key], place_of_first: int | None = None) -> str:
    """What follows ORDER BY: the keys by their places in the statement, the one behind them last; or by their SQL."""
    if place_of_first is None:
        return ", ".join(f"{key.typed.sql} {_direction(key)}" for key in keys)
    numbered = [f"{place_of_first + n} {_direction(key)}" for n, key in enumerate(keys)]
    return ", ".join([*numbered, f"{place_of_first + len(keys)}"])


def filtered(
    schema: TableSchema,
    where: Condition | None,
    keys: Sequence[Key] = (),
    place: Place | None = None,
    *,
    places: Places | None = None,
) -> tuple[str, list[JsonValue]]:
    """A WHERE of the condition and of being after a place; empty without either."""
    parts: list[str] = []
    parameters: list[JsonValue] = []
    if where is not None:
        sql, values = compile_condition(where, Terms(schema, "where", places=places))
        parts.append(sql)
        parameters += values
    if place is not None:
        number = Typed(_NUMBER, (), ColumnType.INTEGER)
        sql, values = after([*keys, Key(number)], (*place.keys, place.row_number))
        parts.append(sql)
        parameters += values
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), parameters


def after(keys: Sequence[Key], last: Sequence[JsonValue]) -> tuple[str, list[JsonValue]]:
    """What comes after these values: greater in the first key that differs, nulls where the key has them."""
    same: list[str] = []
    same_values: list[JsonValue] = []
    options: list[str] = []
    parameters: list[JsonValue] = []
    for key, value in zip(keys, last, strict=True):
        sql, cast = key.typed.sql, f"CAST(? AS {SQL_TYPES[key.typed.type]})"
        if value is not None:
            greater = f"{sql} {'<' if key.is_descending else '>'} {cast}"
            is_last = "FALSE" if key.nulls_first else f"{sql} IS NULL"
            options.append(_all([*same, f"({greater} OR {is_last})"]))
            parameters += [*same_values, *key.typed.values, value, *(() if key.nulls_first else key.typed.values)]
        elif key.nulls_first:
            options.append(_all([*same, f"{sql} IS NOT NULL"]))
            parameters += [*same_values, *key.typed.values]
        same.append(f"{sql} IS NOT DISTINCT FROM {cast}")
        same_values += [*key.typed.values, value]
    return f"({' OR '.join(options) or 'FALSE'})", parameters


def check_rows(schema: TableSchema, query: RowQuery, places: Places | None = None) -> None:
    """Raise InvalidInput naming the parameter that is wrong, and the place where those are known."""
    _selected(schema, query, places)
    filtered(schema, query.where, places=places)
    _keys(schema, query, places)


def _keys(schema: TableSchema, query: RowQuery, places: Places | None = None) -> list[Key]:
    return sort_keys(Terms(schema, "order_by", names=given_names(query), places=places), query.order_by)


def _selected(schema: TableSchema, query: RowQuery, places: Places | None = None) -> tuple[str, list[JsonValue]]:
    terms = Terms(schema, "select", places=places)
    found = [terms.of(output.expression) for output in outputs(schema, query, places)]
    return ", ".join(typed.sql for typed in found), [v for t in found for v in t.values]


def _direction(key: Key) -> str:
    return f"{'DESC' if key.is_descending else 'ASC'} NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def _all(parts: Sequence[str]) -> str:
    return f"({' AND '.join(parts)})"
