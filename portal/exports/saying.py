"""Conditions and orders written as the clauses that mean them: what a page's form asks for, as an address for programs."""

from collections.abc import Sequence

from portal.exports.questions import Clauses
from portal.tables import All, Compare, Condition, SortKey


def say(condition: Condition | None, order_by: Sequence[SortKey] = ()) -> Clauses:
    """The clauses of comparisons of columns with constants, one or several that all hold, and of an order by columns.

    Not for anything else that a condition may be: raises ValueError.
    """
    parts = condition.conditions if isinstance(condition, All) else () if condition is None else (condition,)
    keys = [f"{_name(key.column)}{' desc' if key.is_descending else ''}" for key in order_by]
    return Clauses(where=" and ".join(map(_comparison, parts)), order_by=", ".join(keys))


def _comparison(condition: Condition) -> str:
    if not isinstance(condition, Compare):
        raise ValueError(f"{type(condition).__name__} is not said here.")
    return f"{_name(condition.column)} {condition.operator} {_constant(condition.value)}"


def _name(column: object) -> str:
    if not isinstance(column, str):
        raise ValueError(f"{type(column).__name__} is not said here.")
    return '"' + column.replace('"', '""') + '"'


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int | float):
        return repr(value)
    raise ValueError(f"{type(value).__name__} is not said here.")
