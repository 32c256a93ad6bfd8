"""Filter trees into conditions on a table's columns, constants read as PostgreSQL reads a literal of the column's type."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, Never

from portal.ckan.datastore.fields import ROW_ID, Field
from portal.ckan.datastore.filters import AND, OR, FilterOp
from portal.ckan.errors import InvalidQuery, ValidationError
from portal.kernel.vocab import ColumnType
from portal.tables import All, Compare, Condition, Either, IsIn, IsNull, JsonValue, Not
from portal.tables.conditions import MAX_IN_VALUES
from portal.tables.duck import ROW_NUMBER
from portal.tables.query import Comparison

NOTHING: Final = Compare(ROW_NUMBER, "<", 0)
_SIGNS: Mapping[str, Comparison] = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_BOUND = 2.0**63
_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_MAX_TEXT = 1_000


class _BelowAll(Exception):
    """The constant is smaller than anything the column can hold."""


class _AboveAll(Exception):
    """The constant is larger than anything the column can hold."""


def to_condition(op: FilterOp, fields: Mapping[str, Field]) -> Condition:
    """The condition that a filter tree means. Raises InvalidQuery where PostgreSQL could not compare."""
    if op.op in (AND, OR):
        members = tuple(to_condition(member, fields) for member in op.members)
        return All(members) if op.op == AND else Either(members)
    field = fields[op.field or ""]
    if op.op == "in":
        return _one_of(field, op.value if isinstance(op.value, list) else [op.value])
    return _compare(field, _SIGNS[op.op], op.value)


def _compare(field: Field, sign: Comparison, value: object) -> Condition:
    if value is None:
        return NOTHING
    try:
        return Compare(field.column.name, sign, _constant(field, value))
    except _BelowAll:
        return Not(IsNull(field.column.name)) if sign in (">", ">=") else NOTHING
    except _AboveAll:
        return Not(IsNull(field.column.name)) if sign in ("<", "<=") else NOTHING


def _one_of(field: Field, values: list[object]) -> Condition:
    constants: dict[JsonValue, None] = {}
    for value in values:
        try:
            if value is not None:
                constants[_constant(field, value)] = None
        except (_BelowAll, _AboveAll):
            continue
    kept = list(constants)
    groups = [
        IsIn(field.column.name, tuple(kept[start : start + MAX_IN_VALUES]))
        for start in range(0, len(kept), MAX_IN_VALUES)
    ]
    if not groups:
        return NOTHING
    return groups[0] if len(groups) == 1 else Either(tuple(groups))


def _constant(field: Field, value: object) -> JsonValue:
    """The value as the column's type has it; row numbers count from 0. Raises InvalidQuery."""
    if field.is_nested:
        raise InvalidQuery(f"operator does not exist: {field.type} = text")
    read = _READERS[field.column.type]
    constant = read(value)
    if field.id == ROW_ID and isinstance(constant, int | float):
        return constant - 1
    return constant


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise InvalidQuery("A list or an object cannot be compared with a text.")
    text = str(value)
    if len(text) > _MAX_TEXT:
        raise ValidationError({"filters": [f"A value may have at most {_MAX_TEXT} characters."]})
    if "\x00" in text:
        raise InvalidQuery("A text cannot hold the character NUL.")
    return text


def _integer(value: object) -> int | float:
    if isinstance(value, str):
        try:
            return _bounded(int(value)) if len(value) < 40 else _not("an integer")
        except ValueError:
            return _not("an integer")
    return _number(value)


def _number(value: object) -> int | float:
    if isinstance(value, str) and len(value) < 400:
        try:
            return _bounded(float(value))
        except ValueError:
            return _not("a number")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _not("a number")
    return _bounded(value)


def _bounded(number: int | float) -> int | float:
    """PostgreSQL sorts NaN above all numbers."""
    if isinstance(number, float) and math.isnan(number):
        raise _AboveAll
    if number >= _BOUND:
        raise _AboveAll
    if number <= -_BOUND:
        raise _BelowAll
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    folded = value.strip().lower() if isinstance(value, str) else ""
    if folded not in _TRUE | _FALSE:
        _not("a boolean")
    return folded in _TRUE


def _day(value: object) -> str:
    return _moment(value).date().isoformat()


def _time(value: object) -> str:
    return _moment(value).replace(tzinfo=None).isoformat()


def _moment(value: object) -> datetime:
    text = value.strip().replace("/", "-") if isinstance(value, str) else ""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        try:
            return datetime.combine(date.fromisoformat(text), datetime.min.time())
        except ValueError:
            return _not("a date or time")


def _geometry(value: object) -> JsonValue:
    raise InvalidQuery("Geometries cannot be compared; use the portal's own API for conditions on places.")


def _not(what: str) -> Never:
    raise InvalidQuery(f"A value in filters is not {what}, as its field needs it.")


_READERS: Mapping[ColumnType, Callable[[object], JsonValue]] = {
    ColumnType.TEXT: _text,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _day,
    ColumnType.DATETIME: _time,
    ColumnType.GEOMETRY: _geometry,
}
