"""Expressions against a schema: their types, and the SQL for them with `?` for every value of the caller.

Making the SQL is the check: what cannot be calculated raises InvalidInput with the parameter and, where known, the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from math import isfinite

from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.duck import SQL_TYPES, quoted
from portal.tables.expressions import (
    Arithmetic,
    Call,
    Constant,
    Expression,
    Field,
    JsonValue,
    Negative,
    Ranges,
    inner_expressions,
)
from portal.tables.functions import DAYS, FUNCTIONS, MAX_DIGITS, NUMBERS, Function, common_type
from portal.tables.query import Subject
from portal.tables.values import bound, check_value, fits

_CALLED = [*FUNCTIONS, "range", "contains", "starts_with", "ends_with", "within_distance", "intersects", "bbox"]
MAX_NODES = 200
MAX_EDGES = 20
Places = Mapping[tuple[int, str], int]
"""(id of a node, part of it) → 0-based position in the caller's text."""


@dataclass(frozen=True, slots=True)
class Typed:
    """SQL, its values in order, and the type of what it gives."""

    sql: str
    values: tuple[JsonValue, ...]
    type: ColumnType


class Terms:
    """Expressions over the cells of one row. `names`: what `select` called its columns, where those may be used."""

    def __init__(
        self,
        schema: TableSchema,
        parameter: str,
        *,
        places: Places | None = None,
        names: Mapping[str, Expression] | None = None,
    ) -> None:
        self.schema, self.parameter = schema, parameter
        self._places, self._names = places or {}, names or {}
        self._nodes = 0
        self._near: object = None

    def of(self, subject: Subject, at: object = None) -> Typed:
        """A column by its name, or an expression; `at` is the node that it is in, whose place stands for its own."""
        self._near = at
        return self._typed(Field(subject) if isinstance(subject, str) else subject)

    def order(self, subject: Subject, at: object = None) -> Typed:
        """The same to sort and group by: ranges go by their edges, not by their names."""
        self._near = at
        expression = Field(subject) if isinstance(subject, str) else subject
        if isinstance(expression, Field) and isinstance(self._names.get(expression.name), Ranges):
            expression = self._names[expression.name]
        return self._index(expression) if isinstance(expression, Ranges) else self._typed(expression)

    def column(self, name: str, at: object = None) -> Column:
        """The column of that name. Raises InvalidInput with a name like it."""
        column = self.schema.column(name)
        if column is None:
            near = get_close_matches(
                name[:100], [c.name for c in self.schema.columns] + list(self._names), n=1, cutoff=0.5
            )
            hint = f" Did you mean {near[0]!r}?" if near else " A text stands in 'single quotes'."
            if name.lower() == "null":
                hint = " A null is asked for with 'is null'."
            raise self.wrong(f"the table has no column {name[:100]!r}.{hint}", at)
        return column

    def wrong(self, what: str, at: object = None, part: str = "") -> InvalidInput:
        """What to raise about a node."""
        found = (self._places.get(key) for key in ((id(at), part), (id(at), ""), (id(self._near), "")))
        position = next((place for place in found if place is not None), None)
        return InvalidInput(f"{self.parameter}: {what}", parameter=self.parameter, position=position)

    def count(self) -> None:
        """One node more that is not a column, which is bounded by those. Raises InvalidInput when there are too many."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self.wrong(f"more than {MAX_NODES} values, signs and functions; ask for less at a time.")

    def _typed(self, expression: Expression) -> Typed:  # noqa: PLR0911 - one return a kind of expression
        if isinstance(expression, Field):
            if expression.name in self._names:
                return self._as_named(self._names[expression.name])
            return self._field(expression)
        self.count()
        if isinstance(expression, Constant):
            return self._constant(expression)
        if isinstance(expression, Arithmetic):
            return self._arithmetic(expression)
        if isinstance(expression, Negative):
            operand = self._number(expression.operand)
            return Typed(f"(- {operand.sql})", operand.values, operand.type)
        if isinstance(expression, Ranges):
            index = self._index(expression)
            cases = " ".join(f"WHEN {number} THEN ?" for number in range(len(expression.edges) + 1))
            labels = expression.labels()
            return Typed(f"CAST(CASE {index.sql} {cases} END AS VARCHAR)", (*index.values, *labels), ColumnType.TEXT)
        return self._call(expression)

    def _as_named(self, expression: Expression) -> Typed:
        """What a name stands for; names do not stand for anything inside it."""
        names, self._names = self._names, {}
        try:
            return self._typed(expression)
        finally:
            self._names = names

    def _field(self, field: Field) -> Typed:
        column = self.column(field.name, field)
        return Typed(quoted(column.name), (), column.type)

    def _constant(self, constant: Constant) -> Typed:
        if constant.type is ColumnType.INTEGER and not fits(constant.type, constant.value):
            raise self.wrong("a whole number to calculate with has 64 bits; write a larger one as 1e20.", constant)
        if not fits(constant.type, constant.value):
            raise self.wrong(f"a value cannot be {str(constant.value)[:50]!r} here.", constant)
        value = bound(constant.type, constant.value)
        return Typed(f"CAST(? AS {SQL_TYPES[constant.type]})", (value,), constant.type)

    def _number(self, expression: Expression) -> Typed:
        typed = self._typed(expression)
        if typed.type not in NUMBERS:
            raise self.wrong(f"arithmetic takes numbers; this is of type {typed.type}.", expression)
        return typed

    def _arithmetic(self, expression: Arithmetic) -> Typed:
        left, right = self._number(expression.left), self._number(expression.right)
        values = (*left.values, *right.values)
        if expression.sign == "/":
            return Typed(f"(CAST({left.sql} AS DOUBLE) / CAST({right.sql} AS DOUBLE))", values, ColumnType.NUMBER)
        if expression.sign not in {"+", "-", "*"}:
            raise self.wrong(f"there is no sign {expression.sign!r}.", expression)
        type_ = common_type((left.type, right.type)) or left.type
        return Typed(f"({left.sql} {expression.sign} {right.sql})", values, type_)

    def _index(self, ranges: Ranges) -> Typed:
        """The number of the range, from 0."""
        edges = ranges.edges
        is_rising = all(low < high for low, high in pairwise(edges))
        if not 1 <= len(edges) <= MAX_EDGES or not is_rising or not all(map(isfinite, edges)):
            raise self.wrong(f"range takes a number and 1 to {MAX_EDGES} edges, each greater than the last.", ranges)
        operand = self._number(ranges.operand)
        parts = [f"CAST({operand.sql} >= CAST(? AS DOUBLE) AS BIGINT)" for _ in edges]
        values = tuple(value for edge in edges for value in (*operand.values, edge))
        return Typed(f"({' + '.join(parts)})", values, ColumnType.INTEGER)

    def _call(self, call: Call) -> Typed:
        function = self.function(call)
        if function.is_aggregate:
            raise self.wrong(
                f"{call.function} is about many rows; it may stand in select, and of groups in having and order_by.",
                call,
            )
        return self.called(call, function)

    def function(self, call: Call) -> Function:
        """What is called. Raises InvalidInput with a name like it."""
        function = FUNCTIONS.get(call.function)
        if function is None:
            near = get_close_matches(call.function[:100], _CALLED, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(_CALLED)}."
            raise self.wrong(f"there is no function {call.function[:100]!r}.{hint}", call)
        return function

    def called(self, call: Call, function: Function) -> Typed:
        """A function with its arguments."""
        if not function.least <= len(call.arguments) <= function.most:
            wanted = f"{function.least} to {function.most}" if function.least < function.most else f"{function.least}"
            raise self.wrong(f"{call.function} takes {wanted} arguments, not {len(call.arguments)}.", call)
        arguments = self._arguments(call)
        for argument, given in zip(arguments, call.arguments, strict=True):
            if argument.type not in function.takes:
                wanted = " or ".join(type_.value for type_ in function.takes)
                raise self.wrong(f"{call.function} takes {wanted}; this is of type {argument.type}.", given)
        types = [argument.type for argument in arguments]
        if call.function == "coalesce" and common_type(types) is None:
            raise self.wrong("coalesce takes values of one type.", call)
        sql = function.sql([argument.sql for argument in arguments], types)
        return Typed(sql, tuple(value for a in arguments for value in a.values), function.gives(types))

    def _arguments(self, call: Call) -> list[Typed]:
        if call.function == "round" and len(call.arguments) == 2:
            digits = call.arguments[1]
            if not isinstance(digits, Constant) or digits.value not in range(MAX_DIGITS + 1):
                raise self.wrong(f"round takes a number of digits from 0 to {MAX_DIGITS}.", digits)
            return [self._typed(call.arguments[0]), Typed(str(int(digits.value)), (), ColumnType.INTEGER)]
        return self.alike(call.arguments)

    def alike(self, expressions: Sequence[Expression]) -> list[Typed]:
        """Expressions that meet: a text that the caller wrote counts as a date where the others are dates."""
        written = [isinstance(expression, Constant) for expression in expressions]
        found = {index: self._typed(e) for index, e in enumerate(expressions) if not written[index]}
        day = next((typed.type for typed in found.values() if typed.type in DAYS), None)
        for index, expression in enumerate(expressions):
            if isinstance(expression, Constant):
                if day and expression.type in {ColumnType.TEXT, *DAYS}:
                    check_value(self, day, expression.value, "this", expression)
                    expression = Constant(expression.value, day)  # noqa: PLW2901
                found[index] = self._typed(expression)
        return [found[index] for index in range(len(expressions))]


def has_aggregate(expression: Expression) -> bool:
    """Whether it says something about many rows. Terms of any depth that `Terms` would refuse are safe to ask about."""
    waiting: list[Expression] = [expression]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Call) and found.function in FUNCTIONS and FUNCTIONS[found.function].is_aggregate:
            return True
        waiting += inner_expressions(found)
    return False
