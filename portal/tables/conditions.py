"""Conditions against a schema: what may be compared with what, and the SQL for it.

Texts compare by code point; `contains` and `starts with` ignore case.
"""

from datetime import date, datetime

from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.duck import SQL_TYPES, quoted
from portal.tables.query import All, Compare, Condition, Either, IsIn, IsNull, JsonValue, Not

MAX_CONDITIONS = 50
MAX_IN_VALUES = 200
MAX_DEPTH = 20
MAX_VALUE_CHARS = 1_000
_BOUND = 1 << 63
_TEXT_ONLY = ("contains", "starts with")
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_WANTED = {
    ColumnType.TEXT: "a text in single quotes",
    ColumnType.INTEGER: "a number",
    ColumnType.NUMBER: "a number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "a date such as '2024-05-31'",
    ColumnType.DATETIME: "a time such as '2024-05-31T08:00:00'",
    ColumnType.GEOMETRY: "nothing: geometries can only be null or not",
}


def check_condition(condition: Condition, schema: TableSchema) -> None:
    """Raise InvalidInput (`where`) when it names what is not there, compares what cannot be, or is too large."""
    count = _checked(condition, schema, 1)
    if count > MAX_CONDITIONS:
        raise InvalidInput(f"where has {count} comparisons; at most {MAX_CONDITIONS} are taken.", parameter="where")


def check_value(column: Column, value: JsonValue, *, position: int | None = None) -> None:
    """Raise InvalidInput (`where`) when the column's type cannot be compared with the value."""
    if not _fits(column.type, value):
        raise InvalidInput(
            f"where: the column {column.name!r} is compared with {_WANTED[column.type]}.",
            parameter="where",
            position=position,
        )


def _fits(type_: ColumnType, value: JsonValue) -> bool:
    if type_ is ColumnType.GEOMETRY or (isinstance(value, str) and len(value) > MAX_VALUE_CHARS):
        return False
    if type_ is ColumnType.BOOLEAN:
        return isinstance(value, bool)
    if type_ in (ColumnType.INTEGER, ColumnType.NUMBER):
        return isinstance(value, int | float) and not isinstance(value, bool) and -_BOUND < value < _BOUND
    if not isinstance(value, str):
        return False
    if type_ is ColumnType.DATE:
        return _parses(date, value)
    return _parses(datetime, value) if type_ is ColumnType.DATETIME else "\x00" not in value


def _parses(type_: type[date], value: str) -> bool:
    try:
        parsed = type_.fromisoformat(value)
    except ValueError:
        return False
    return not (isinstance(parsed, datetime) and parsed.tzinfo)


def _checked(condition: Condition, schema: TableSchema, depth: int) -> int:
    """The number of comparisons in it."""
    if depth > MAX_DEPTH:
        raise InvalidInput(f"where is nested deeper than {MAX_DEPTH} levels.", parameter="where")
    if isinstance(condition, All | Either):
        if not condition.conditions:
            raise InvalidInput("where has an empty group of conditions.", parameter="where")
        return sum(_checked(inner, schema, depth + 1) for inner in condition.conditions)
    if isinstance(condition, Not):
        return _checked(condition.condition, schema, depth + 1)
    column = find_column(schema, condition.column)
    if isinstance(condition, Compare):
        if condition.operator not in (*_SIGNS, *_TEXT_ONLY):
            raise InvalidInput(f"where: there is no operator {condition.operator!r}.", parameter="where")
        if condition.operator in _TEXT_ONLY and column.type is not ColumnType.TEXT:
            raise InvalidInput(
                f"where: {condition.operator!r} is for text; the column {column.name!r} is of type {column.type}.",
                parameter="where",
            )
        check_value(column, condition.value)
    if isinstance(condition, IsIn):
        if not 1 <= len(condition.values) <= MAX_IN_VALUES:
            raise InvalidInput(f"where: 'in' takes 1 to {MAX_IN_VALUES} values.", parameter="where")
        for value in condition.values:
            check_value(column, value)
    return 1


def find_column(schema: TableSchema, name: str, *, position: int | None = None) -> Column:
    """The column of that name. Raises InvalidInput (`where`)."""
    column = schema.column(name)
    if column is None:
        raise InvalidInput(f"where: the table has no column {name!r}.", parameter="where", position=position)
    return column


def compile_condition(  # noqa: PLR0911 - one return a kind of condition
    condition: Condition, schema: TableSchema
) -> tuple[str, list[JsonValue]]:
    """A checked condition as SQL with `?` for every value, and the values."""
    if isinstance(condition, All | Either):
        word = " AND " if isinstance(condition, All) else " OR "
        parts = [compile_condition(inner, schema) for inner in condition.conditions]
        return f"({word.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]
    if isinstance(condition, Not):
        sql, values = compile_condition(condition.condition, schema)
        return f"(NOT {sql})", values
    column = find_column(schema, condition.column)
    name, mark = quoted(column.name), _mark(column)
    if isinstance(condition, IsNull):
        return f"({name} IS NULL)", []
    if isinstance(condition, IsIn):
        return f"({name} IN ({', '.join([mark] * len(condition.values))}))", list(condition.values)
    if condition.operator == "contains":
        return f"contains(lower({name}), lower({mark}))", [condition.value]
    if condition.operator == "starts with":
        return f"starts_with(lower({name}), lower({mark}))", [condition.value]
    return f"({name} {condition.operator} {mark})", [condition.value]


def _mark(column: Column) -> str:
    """Whole numbers compare with fractions as well, so their values stay numbers of any kind."""
    return (
        "CAST(? AS DOUBLE)"
        if column.type is ColumnType.NUMBER
        else ("?" if column.type is ColumnType.INTEGER else f"CAST(? AS {SQL_TYPES[column.type]})")
    )
