"""Constants that a caller compares with: which type takes which."""

from datetime import date, datetime
from math import isfinite
from typing import Protocol

from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.expressions import JsonValue

MAX_VALUE_CHARS = 1_000
_BOUND = 1 << 63
_LARGEST = 1 << 1_000
_WANTED = {
    ColumnType.TEXT: "a text in single quotes",
    ColumnType.INTEGER: "a number",
    ColumnType.NUMBER: "a number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "a date such as '2024-05-31'",
    ColumnType.DATETIME: "a time such as '2024-05-31T08:00:00'",
    ColumnType.GEOMETRY: "nothing: geometries can only be null or not, or be asked for by place",
}


class Faults(Protocol):
    """Who words what is wrong."""

    def wrong(self, what: str, at: object = None, part: str = "") -> InvalidInput:
        """What to raise about a node, or a part of it."""
        ...


def check_value(  # noqa: PLR0917 - what, against what, and where
    faults: Faults, type_: ColumnType, value: JsonValue, subject: str, at: object = None, part: str = ""
) -> None:
    """Raise InvalidInput when a value of that type cannot be compared with the constant."""
    if not fits(type_, value):
        raise faults.wrong(f"{subject} is compared with {_wanted(type_, value)}.", at, part)


def _wanted(type_: ColumnType, value: JsonValue) -> str:
    """What the constant should have been, more closely where it is of the right kind."""
    if (
        type_ in (ColumnType.INTEGER, ColumnType.NUMBER)
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    ):
        return f"a number from -{_BOUND:,} to {_BOUND - 1:,}"
    if type_ is ColumnType.TEXT and isinstance(value, str) and is_plain_text(value):
        return f"a text of at most {MAX_VALUE_CHARS:,} characters"
    return _WANTED[type_]


def fits(type_: ColumnType, value: JsonValue) -> bool:
    """Whether a constant can stand beside a column of that type."""
    if type_ is ColumnType.GEOMETRY or (isinstance(value, str) and len(value) > MAX_VALUE_CHARS):
        return False
    if type_ is ColumnType.BOOLEAN:
        return isinstance(value, bool)
    if type_ in (ColumnType.INTEGER, ColumnType.NUMBER):
        return isinstance(value, float | int) and not isinstance(value, bool) and _is_held(type_, value)
    if not isinstance(value, str):
        return False
    if type_ is ColumnType.DATE:
        return _parses(date, value)
    return _parses(datetime, value) if type_ is ColumnType.DATETIME else is_plain_text(value)


def bound(type_: ColumnType, value: JsonValue) -> JsonValue:
    """A constant that fits, as the engine is given it: days and times in the one spelling that every engine reads."""
    if type_ is ColumnType.DATE:
        return date.fromisoformat(str(value)).isoformat()
    if type_ is ColumnType.NUMBER and isinstance(value, int) and not -_BOUND <= value < _BOUND:
        return float(value)
    return datetime.fromisoformat(str(value)).isoformat() if type_ is ColumnType.DATETIME else value


def _is_held(type_: ColumnType, value: float) -> bool:
    """Fractions are of any size, whole numbers have 64 bits; where fractions are compared they may be larger."""
    if isinstance(value, float):
        return isfinite(value)
    return abs(value) < _LARGEST if type_ is ColumnType.NUMBER else -_BOUND <= value < _BOUND


def is_plain_text(value: str) -> bool:
    """Whether an engine can be given it: no NUL, no half of a character."""
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _parses(type_: type[date], value: str) -> bool:
    try:
        parsed = type_.fromisoformat(value)
    except ValueError:
        return False
    return not (isinstance(parsed, datetime) and parsed.tzinfo)
