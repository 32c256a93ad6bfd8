"""What can be calculated from a row's cells, or from many rows': expressions, free of any engine's syntax."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from portal.kernel.vocab import ColumnType

JsonValue = str | int | float | bool | None
Sign = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column by name; in `having`, `order_by` and `group_by` also a name that `select` gave with `as`."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the caller wrote. Dates and times are ISO 8601 text, with their type."""

    value: str | int | float | bool
    type: ColumnType

    @classmethod
    def of(cls, value: str | int | float | bool) -> "Constant":
        """A text, a number or a truth value as it is."""
        if isinstance(value, bool):
            return cls(value, ColumnType.BOOLEAN)
        if isinstance(value, int):
            return cls(value, ColumnType.INTEGER)
        return cls(value, ColumnType.NUMBER if isinstance(value, float) else ColumnType.TEXT)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers added, subtracted, multiplied or divided. Divided by zero is null; a quotient is never a whole number."""

    sign: Sign
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Negative:
    """The number with the other sign."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `portal.tables.functions` by its name in lower case. `count` without arguments counts rows."""

    function: str
    arguments: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class Ranges:
    """Which of the ranges between the edges a number lies in: `<0`, `0–10`, `10–100`, `≥100`; lower edges belong to it."""

    operand: "Expression"
    edges: tuple[float, ...]

    def labels(self) -> tuple[str, ...]:
        """The names of all ranges, the lowest first."""
        texts = [f"{int(edge)}" if edge == int(edge) else repr(edge) for edge in self.edges]
        between = [f"{low}–{high}" for low, high in pairwise(texts)]
        return (f"<{texts[0]}", *between, f"≥{texts[-1]}")


Expression = Field | Constant | Arithmetic | Negative | Call | Ranges


def inner_expressions(expression: Expression) -> tuple[Expression, ...]:
    """What it is made of."""
    if isinstance(expression, Arithmetic):
        return (expression.left, expression.right)
    if isinstance(expression, Negative | Ranges):
        return (expression.operand,)
    return expression.arguments if isinstance(expression, Call) else ()


def default_name(expression: Expression) -> str:
    """What a column of an answer is called where `select` gives no name: `count`, `sum_数量`, `year_日期`."""
    if isinstance(expression, Field):
        return expression.name
    if isinstance(expression, Call):
        return "_".join([expression.function, *(default_name(argument) for argument in expression.arguments)])
    if isinstance(expression, Ranges):
        return f"range_{default_name(expression.operand)}"
    if isinstance(expression, Arithmetic | Negative):
        return "_".join(default_name(inner) for inner in inner_expressions(expression))
    return str(expression.value)
