"""What a query means, in plain Python over lists: the yardstick for the engine."""

import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any

from portal.kernel.vocab import ColumnType
from portal.tables import (
    All,
    Arithmetic,
    Call,
    Compare,
    Condition,
    Constant,
    Either,
    Expression,
    Field,
    IsIn,
    IsNull,
    Negative,
    Not,
    Ranges,
    RowQuery,
    Selected,
)
from portal.tables.plans import Output, given_names, is_grouped
from portal.tables.query import Subject

Row = Sequence[object]
Values = Callable[[Expression], Any]
"""What an expression gives for the row or group in question."""


def answer(names: Sequence[str], rows: Sequence[Row], query: RowQuery) -> list[Row]:
    """All rows or groups of the query in order, with the selected cells as JSON values."""
    places = {name: place for place, name in enumerate(names)}
    found = [row for row in rows if query.where is None or holds(query.where, in_row(places, row)) is True]
    known = given_names(query)
    lines: list[Line]
    if not is_grouped(query):
        asked = [_output(item) for item in query.select] or [Output(name, Field(name)) for name in names]
        lines = [(in_row(places, row), ()) for row in found]
    else:
        keys = [
            known.get(k.name, k) if isinstance(k, Field) and k.name not in places else k
            for k in map(_of, query.group_by)
        ]
        default = [*(_output(Selected(_of(key))) for key in query.group_by), Output("count", Call("count"))]
        asked = [_output(item) for item in query.select] or default
        lines = _groups(places, found, keys)
        if query.having is not None:
            lines = [line for line in lines if holds(query.having, named(line[0], known)) is True]
        lines.sort(key=cmp_to_key(_by_keys))
    for key in reversed(query.order_by):
        _sort(lines, named_order(_of(key.column), known), is_descending=key.is_descending)
    return [tuple(as_json(values(output.expression)) for output in asked) for values, _ in lines]


Line = tuple[Values, tuple[Any, ...]]


def _groups(places: Mapping[str, int], rows: Sequence[Row], keys: Sequence[Expression]) -> list[Line]:
    groups: dict[tuple[Any, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        values = in_row(places, row)
        groups.setdefault(tuple(index(key, values) for key in keys), []).append(row)
    return [(in_group(places, members, keys, found), found) for found, members in groups.items()]


def in_row(places: Mapping[str, int], row: Row) -> Values:
    def values(expression: Expression) -> Any:
        return row[places[expression.name]] if isinstance(expression, Field) else calculated(expression, values)

    return values


def in_group(
    places: Mapping[str, int], members: Sequence[Row], keys: Sequence[Expression], found: tuple[Any, ...]
) -> Values:
    def values(expression: Expression) -> Any:
        if expression in keys:
            key = found[list(keys).index(expression)]
            return expression.labels()[key] if isinstance(expression, Ranges) and key is not None else key
        if isinstance(expression, Call) and expression.function in AGGREGATES:
            if not expression.arguments:
                return len(members)
            cells = [in_row(places, row)(expression.arguments[0]) for row in members]
            return AGGREGATES[expression.function]([cell for cell in cells if cell is not None])
        return calculated(expression, values)

    return values


def named(values: Values, known: Mapping[str, Expression]) -> Values:
    """The same where names of the select clause may be used."""

    def of(expression: Expression) -> Any:
        if isinstance(expression, Field) and expression.name in known:
            return values(known[expression.name])
        return values(expression) if isinstance(expression, Field | Call) else calculated(expression, of)

    return of


def named_order(expression: Expression, known: Mapping[str, Expression]) -> Callable[[Values], Any]:
    """What a line is sorted by."""
    meant = known.get(expression.name, expression) if isinstance(expression, Field) else expression
    if not isinstance(meant, Ranges):
        return lambda values: values(meant)
    labels = meant.labels()
    return lambda values: None if values(meant) is None else labels.index(values(meant))


def index(expression: Expression, values: Values) -> Any:
    """What is grouped and sorted by: of ranges their number."""
    if not isinstance(expression, Ranges):
        return values(expression)
    value = values(expression.operand)
    return None if value is None else sum(value >= edge for edge in expression.edges)


def _sort(lines: list[Line], key: Callable[[Values], Any], *, is_descending: bool) -> None:
    sign = -1 if is_descending else 1

    def compare(left: Line, right: Line) -> int:
        a, b = key(left[0]), key(right[0])
        return _differ((a,), (b,)) if a is None or b is None else sign * _differ((a,), (b,))

    lines.sort(key=cmp_to_key(compare))


def _by_keys(left: Line, right: Line) -> int:
    return _differ(left[1], right[1])


def _differ(left: Sequence[Any], right: Sequence[Any]) -> int:
    """Before (-1), the same (0), after (1); what is not there comes last."""
    for a, b in zip(left, right, strict=True):
        if a != b:
            return (a is None) - (b is None) if a is None or b is None else int(a > b) - int(a < b)
    return 0


def _output(item: str | Selected) -> Output:
    return Output(item, Field(item)) if isinstance(item, str) else Output(item.name, item.expression)


def _of(subject: Subject) -> Expression:
    return Field(subject) if isinstance(subject, str) else subject


def as_json(cell: object) -> object:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def calculated(expression: Expression, values: Values) -> Any:  # noqa: PLR0911 - one return a kind of expression
    """An expression that is not a column."""
    if isinstance(expression, Constant):
        return typed(expression.value, expression.type)
    if isinstance(expression, Ranges):
        number = index(expression, values)
        return None if number is None else expression.labels()[number]
    if isinstance(expression, Call):
        arguments = [values(argument) for argument in expression.arguments]
        if expression.function == "coalesce":
            return next((argument for argument in arguments if argument is not None), None)
        return None if None in arguments else SCALARS[expression.function](*arguments)
    if isinstance(expression, Negative):
        operand = values(expression.operand)
        return None if operand is None else -operand
    assert isinstance(expression, Arithmetic)
    left, right = values(expression.left), values(expression.right)
    if left is None or right is None:
        return None
    if expression.sign == "/":
        return float(left) / float(right) if right else None
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right}[expression.sign]()


def typed(value: object, type_: ColumnType) -> Any:
    if type_ is ColumnType.DATE:
        return date.fromisoformat(str(value))
    return datetime.fromisoformat(str(value)) if type_ is ColumnType.DATETIME else value


def _rounded(value: float, digits: int = 0) -> float:
    if isinstance(value, int):
        return value
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        return None


SCALARS: dict[str, Callable[..., Any]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "date": _day,
    "lower": str.lower,
    "upper": str.upper,
    "length": len,
    "round": _rounded,
    "abs": abs,
}
AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "count_distinct": lambda cells: len(set(cells)),
    "sum": lambda cells: (sum(cells) if isinstance(cells[0], int) else math.fsum(cells)) if cells else None,
    "avg": lambda cells: math.fsum(cells) / len(cells) if cells else None,
    "min": lambda cells: min(cells, default=None),
    "max": lambda cells: max(cells, default=None),
    "median": lambda cells: float(statistics.median(cells)) if cells else None,
    "stddev": lambda cells: statistics.stdev(cells) if len(cells) > 1 else None,
}


def holds(condition: Condition, values: Values) -> bool | None:  # noqa: PLR0911 - one return a kind of condition
    """True, False, or None where a null leaves it open."""
    if isinstance(condition, All):
        outcomes = [holds(inner, values) for inner in condition.conditions]
        return False if False in outcomes else (None if None in outcomes else True)
    if isinstance(condition, Either):
        outcomes = [holds(inner, values) for inner in condition.conditions]
        return True if True in outcomes else (None if None in outcomes else False)
    if isinstance(condition, Not):
        outcome = holds(condition.condition, values)
        return None if outcome is None else not outcome
    assert isinstance(condition, Compare | IsIn | IsNull)
    cell = values(_of(condition.column))
    if isinstance(condition, IsNull):
        return cell is None
    if cell is None:
        return None
    if isinstance(condition, IsIn):
        return any(cell == alike(value, cell) for value in condition.values)
    value = condition.value
    other = alike(value, cell) if value is None or isinstance(value, str | int | float) else values(value)
    return None if other is None else compared(condition.operator, cell, other)


def alike(value: object, cell: object) -> Any:
    """A constant that the caller wrote, as what it is compared with."""
    if isinstance(cell, datetime):
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if isinstance(cell, date) else value


def compared(operator: str, cell: Any, value: Any) -> bool:
    if isinstance(cell, date) and isinstance(value, date) and type(cell) is not type(value):
        cell, value = (datetime(v.year, v.month, v.day) if type(v) is date else v for v in (cell, value))
    texts = (str(cell), str(value))
    lower = tuple(text.lower() for text in texts)
    outcomes: dict[str, Callable[[], bool]] = {
        "contains": lambda: lower[1] in lower[0],
        "starts with": lambda: lower[0].startswith(lower[1]),
        "ends with": lambda: lower[0].endswith(lower[1]),
        "like": lambda: _is_like(*texts),
        "ilike": lambda: _is_like(*lower),
        "=": lambda: bool(cell == value),
        "!=": lambda: bool(cell != value),
        "<": lambda: bool(cell < value),
        "<=": lambda: bool(cell <= value),
        ">": lambda: bool(cell > value),
        ">=": lambda: bool(cell >= value),
    }
    return outcomes[operator]()


def _is_like(text: str, pattern: str) -> bool:
    signs = re.findall(r"\\.|.", pattern, re.DOTALL)
    made = "".join({"%": ".*", "_": "."}.get(sign) or re.escape(sign[-1]) for sign in signs)
    return re.fullmatch(made, text, re.DOTALL) is not None
