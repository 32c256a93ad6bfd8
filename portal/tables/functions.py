"""The functions of the clause language: what each takes, what it gives, and its SQL. One entry here is all a function needs.

Sums, averages and deviations of fractions are rounded to so many significant digits that they are the same whatever order
the rows were added in; a page of groups sorted by them then goes on exactly where the page before ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.kernel.vocab import ColumnType

NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
DAYS = (ColumnType.DATE, ColumnType.DATETIME)
ORDERED = (*NUMBERS, *DAYS, ColumnType.TEXT, ColumnType.BOOLEAN)
_ANY = (*ORDERED, ColumnType.GEOMETRY)
MAX_DIGITS = 10

Types = Sequence[ColumnType]


@dataclass(frozen=True, slots=True)
class Function:
    """`takes`: the types of every argument; `least` and `most` how many there are. `sql` gets the arguments' SQL and types,
    each argument to be used once and in order. `says`: what it gives, for the reference."""

    takes: tuple[ColumnType, ...]
    gives: Callable[[Types], ColumnType]
    sql: Callable[[Sequence[str], Types], str]
    says: str
    least: int = 1
    most: int = 1
    is_aggregate: bool = False


def _always(type_: ColumnType) -> Callable[[Types], ColumnType]:
    return lambda types: type_


def _same(types: Types) -> ColumnType:
    return types[0]


def common_type(types: Types) -> ColumnType | None:
    """The type that holds values of all of them; None when they cannot be told against each other."""
    kinds = set(types)
    if len(kinds) == 1:
        return types[0]
    if kinds <= set(NUMBERS):
        return ColumnType.NUMBER
    return ColumnType.DATETIME if kinds <= set(DAYS) else None


def _common(types: Types) -> ColumnType:
    return common_type(types) or types[0]


def _plain(name: str) -> Callable[[Sequence[str], Types], str]:
    return lambda arguments, types: f"{name}({', '.join(arguments)})"


def _part_of_day(name: str) -> Function:
    return Function(
        DAYS,
        _always(ColumnType.INTEGER),
        lambda arguments, types: f"CAST({name}({arguments[0]}) AS BIGINT)",
        f"the {name} of a date or time, a whole number",
    )


def _date(arguments: Sequence[str], types: Types) -> str:
    if types[0] is ColumnType.TEXT:
        return f"TRY_CAST(regexp_extract({arguments[0]}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$') AS DATE)"
    return f"CAST({arguments[0]} AS DATE)"


def _round(arguments: Sequence[str], types: Types) -> str:
    return arguments[0] if types[0] is ColumnType.INTEGER else f"round({', '.join(arguments)})"


def _steady(expression: str, digits: int) -> str:
    return f"CAST(format('{{:.{digits - 1}e}}', {expression}) AS DOUBLE)"


def _sum(arguments: Sequence[str], types: Types) -> str:
    if types[0] is ColumnType.INTEGER:
        return f"CAST(sum({arguments[0]}) AS BIGINT)"
    return _steady(f"fsum({arguments[0]})", 15)


def _average(arguments: Sequence[str], types: Types) -> str:
    return f"avg({arguments[0]})" if types[0] is ColumnType.INTEGER else _steady(f"favg({arguments[0]})", 15)


def _deviation(arguments: Sequence[str], types: Types) -> str:
    return _steady(f"stddev_samp(CAST({arguments[0]} AS DOUBLE))", 12)


def _count(arguments: Sequence[str], types: Types) -> str:
    return f"count({arguments[0]})" if arguments else "count(*)"


_INTEGER, _NUMBER, _TEXT = _always(ColumnType.INTEGER), _always(ColumnType.NUMBER), _always(ColumnType.TEXT)

FUNCTIONS: dict[str, Function] = {
    "count": Function(_ANY, _INTEGER, _count, "how many rows; of a column: how many values", 0, is_aggregate=True),
    "count_distinct": Function(
        ORDERED,
        _INTEGER,
        lambda arguments, types: f"count(DISTINCT {arguments[0]})",
        "how many different values",
        is_aggregate=True,
    ),
    "sum": Function(NUMBERS, _same, _sum, "the sum of the numbers", is_aggregate=True),
    "avg": Function(NUMBERS, _NUMBER, _average, "the average of the numbers", is_aggregate=True),
    "min": Function(ORDERED, _same, _plain("min"), "the least value", is_aggregate=True),
    "max": Function(ORDERED, _same, _plain("max"), "the greatest value", is_aggregate=True),
    "median": Function(
        NUMBERS,
        _NUMBER,
        lambda arguments, types: f"median(CAST({arguments[0]} AS DOUBLE))",
        "the middle number, between the two middle ones where there are two",
        is_aggregate=True,
    ),
    "stddev": Function(NUMBERS, _NUMBER, _deviation, "the standard deviation of a sample", is_aggregate=True),
    "year": _part_of_day("year"),
    "month": _part_of_day("month"),
    "day": _part_of_day("day"),
    "date": Function(
        (*DAYS, ColumnType.TEXT),
        _always(ColumnType.DATE),
        _date,
        "the day of a time; of a text the date that it is as `2024-05-31`, else null",
    ),
    "lower": Function((ColumnType.TEXT,), _TEXT, _plain("lower"), "the text in lower case"),
    "upper": Function((ColumnType.TEXT,), _TEXT, _plain("upper"), "the text in upper case"),
    "length": Function((ColumnType.TEXT,), _INTEGER, _plain("length"), "how many characters a text has"),
    "round": Function(
        NUMBERS,
        _same,
        _round,
        f"the number rounded, halves away from zero; to so many digits (0 to {MAX_DIGITS}) with a second argument",
        most=2,
    ),
    "abs": Function(NUMBERS, _same, _plain("abs"), "the number without its sign"),
    "coalesce": Function(ORDERED, _common, _plain("coalesce"), "the first of the values that is not null", 2, 5),
}
"""Name → function."""
