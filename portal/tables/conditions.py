"""Conditions against a schema: what may be compared with what, and the SQL for it.

Texts compare by code point; `contains`, `starts with`, `ends with` and `ilike` ignore case.
"""

from portal.kernel.columns import TableSchema
from portal.kernel.vocab import ColumnType
from portal.tables.duck import SQL_TYPES
from portal.tables.expressions import Arithmetic, Call, Constant, Expression, Field, JsonValue, Negative, Ranges
from portal.tables.functions import DAYS, common_type
from portal.tables.query import (
    All,
    Compare,
    Condition,
    Either,
    HasWord,
    InBox,
    Intersects,
    IsIn,
    IsNull,
    Not,
    Subject,
    WithinDistance,
)
from portal.tables.searching import words_sql
from portal.tables.spatial import spatial_sql
from portal.tables.terms import Places, Terms, Typed
from portal.tables.values import bound, check_value

MAX_CONDITIONS = 150
MAX_IN_VALUES = 200
MAX_DEPTH = 20
_TEXT_ONLY = {
    "contains": "contains(lower({}), lower({}))",
    "starts with": "starts_with(lower({}), lower({}))",
    "ends with": "ends_with(lower({}), lower({}))",
    "like": r"({} LIKE {} ESCAPE '\')",
    "ilike": r"(lower({}) LIKE lower({}) ESCAPE '\')",
}
_PATTERNS = ("like", "ilike")
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_EXPRESSIONS = (Field, Constant, Arithmetic, Negative, Call, Ranges)
Sql = tuple[str, list[JsonValue]]


def check_condition(condition: Condition, schema: TableSchema, places: Places | None = None) -> None:
    """Raise InvalidInput (`where`) when it names what is not there, compares what cannot be, or is too large."""
    compile_condition(condition, Terms(schema, "where", places=places))


def compile_condition(condition: Condition, terms: Terms) -> Sql:
    """A condition as SQL with `?` for every value, and the values. Raises InvalidInput with the terms' parameter."""
    count = _count(condition, terms, 1)
    if count > MAX_CONDITIONS:
        raise terms.wrong(f"{count} comparisons; at most {MAX_CONDITIONS} are taken.", condition)
    return _compiled(condition, terms)


def _count(condition: Condition, terms: Terms, depth: int) -> int:
    """The number of comparisons in it."""
    if depth > MAX_DEPTH:
        raise terms.wrong(f"nested deeper than {MAX_DEPTH} levels.", condition)
    if isinstance(condition, All | Either):
        if not condition.conditions:
            raise terms.wrong("an empty group of conditions.", condition)
        return sum(_count(inner, terms, depth + 1) for inner in condition.conditions)
    return _count(condition.condition, terms, depth + 1) if isinstance(condition, Not) else 1


def _compiled(condition: Condition, terms: Terms) -> Sql:
    if isinstance(condition, All | Either):
        word = " AND " if isinstance(condition, All) else " OR "
        parts = [_compiled(inner, terms) for inner in condition.conditions]
        return f"({word.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]
    if isinstance(condition, Not):
        sql, values = _compiled(condition.condition, terms)
        return f"(NOT {sql})", values
    if isinstance(condition, WithinDistance | Intersects | InBox):
        return spatial_sql(condition, terms)
    if isinstance(condition, HasWord):
        return words_sql(condition, terms)
    if isinstance(condition, IsNull):
        subject = terms.of(condition.column, condition)
        return f"({subject.sql} IS NULL)", list(subject.values)
    return _is_in(condition, terms) if isinstance(condition, IsIn) else _compare(condition, terms)


def _is_in(condition: IsIn, terms: Terms) -> Sql:
    if not 1 <= len(condition.values) <= MAX_IN_VALUES:
        raise terms.wrong(f"'in' takes 1 to {MAX_IN_VALUES} values.", condition)
    subject = terms.of(condition.column, condition)
    for number, value in enumerate(condition.values):
        check_value(terms, subject.type, value, _named(condition.column), condition, f"value {number}")
    marks = ", ".join([_mark(subject.type)] * len(condition.values))
    values = [bound(subject.type, value) for value in condition.values]
    return f"({subject.sql} IN ({marks}))", [*subject.values, *values]


def _compare(condition: Compare, terms: Terms) -> Sql:
    if condition.operator not in (*_SIGNS, *_TEXT_ONLY):
        raise terms.wrong(f"there is no operator {condition.operator!r}.", condition)
    value = condition.value
    if isinstance(value, _EXPRESSIONS):
        return _meet(condition, value, terms)
    subject = terms.of(condition.column, condition)
    _check_operator(condition, subject, terms)
    check_value(terms, subject.type, value, _named(condition.column), condition, "value")
    if condition.operator in _PATTERNS and not _is_pattern(str(value)):
        raise terms.wrong("in a pattern, a backslash stands before %, _ or another backslash.", condition, "value")
    values = [*subject.values, bound(subject.type, value)]
    return _joined(condition.operator, subject.sql, _mark(subject.type)), values


def _meet(condition: Compare, value: Expression, terms: Terms) -> Sql:
    """Two expressions against each other."""
    left = Field(condition.column) if isinstance(condition.column, str) else condition.column
    subject, other = terms.alike((left, value))
    _check_operator(condition, subject, terms)
    if condition.operator in _PATTERNS:
        raise terms.wrong(f"{condition.operator} takes a pattern in single quotes.", condition, "value")
    shared = common_type((subject.type, other.type))
    if shared is None or shared is ColumnType.GEOMETRY:
        raise terms.wrong(f"{subject.type} and {other.type} cannot be compared.", condition, "value")
    sides = [f"CAST({typed.sql} AS TIMESTAMP)" if shared in DAYS else typed.sql for typed in (subject, other)]
    return _joined(condition.operator, *sides), [*subject.values, *other.values]


def _check_operator(condition: Compare, subject: Typed, terms: Terms) -> None:
    if condition.operator in _TEXT_ONLY and subject.type is not ColumnType.TEXT:
        said = f"{condition.operator!r} is for text; {_named(condition.column)} is of type {subject.type}."
        raise terms.wrong(said, condition, "operator")


def _joined(operator: str, left: str, right: str) -> str:
    template = _TEXT_ONLY.get(operator)
    return template.format(left, right) if template else f"({left} {operator} {right})"


def _named(subject: Subject) -> str:
    return f"the column {subject!r}" if isinstance(subject, str) else "this"


def _is_pattern(text: str) -> bool:
    rest = text.replace("\\\\", "").replace("\\%", "").replace("\\_", "")
    return "\\" not in rest


def _mark(type_: ColumnType) -> str:
    """Whole numbers compare with fractions as well, so their values stay numbers of any kind."""
    if type_ is ColumnType.INTEGER:
        return "?"
    return f"CAST(? AS {SQL_TYPES[type_]})"
