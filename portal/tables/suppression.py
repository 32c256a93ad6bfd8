"""Small counts that are left out, so that no total in the same table gives them back.

Suppressed is a count of 1 to one less than the stated number. A total row (合计) beside a single suppressed cell tells
it by subtraction, and beside several it bounds them; so where a column has lost a cell, its totals go with it, and
where a row has lost a cell, so do that row's columns of totals. Zero is published: nobody is counted by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import duckdb

from portal.kernel.columns import Column, ColumnRule
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables.duck import literal, quoted

SMALL_COUNT = 10
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_TOTAL_ROW = (
    r"(?i)\s*[（(【]?\s*(其中)?\s*(合\s*计|合\s*計|总\s*计|總\s*計|小\s*计|小\s*計|共\s*计|累\s*计|总\s*数|总\s*和|总\s*量|汇\s*总|"
    r"全\s*[区市县省国体部]|(grand |sub)?-?total|sum|all|overall)\s*[:：）)】]?\s*"
)
_TOTAL_COLUMN = re.compile(
    r"(?i)(合计|合計|总计|總計|小计|共计|累计|总数|总和|总量|总人数|总户数|总额|汇总|^总|總數|total|(^|_)sum(_|$)|hj$|zj$|zs$)"
)
_MOST_COMPARED = 12
"""Numeric columns up to which every sum of two is looked for; beyond, only totals by name and of all columns."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Column → the expression that publishes it, for suppressed columns and for those that hold their totals."""

    expressions: Mapping[str, str]


def small_limit(parameter: str) -> int:
    """The smallest count that is published."""
    return int(parameter or SMALL_COUNT)


def suppress(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: Sequence[Column], rules: Mapping[str, ColumnRule]
) -> Suppression:
    """What the rules ask of the table in `source`; looks at all of it once, and only when a rule suppresses."""
    asked = _Asked.of(columns, rules)
    if not asked.limits:
        return Suppression({})
    facts = _look(connection, source, asked)
    gone = {name: _is_gone(name, asked, facts) for name in asked.limits}
    expressions = {}
    for name in asked.numbers:
        reasons = [gone[name]] if name in gone else []
        if name in facts.totals:
            reasons += [gone[other] for other in gone if other != name]
        if reasons:
            expressions[name] = f"CASE WHEN {' OR '.join(reasons)} THEN NULL ELSE {quoted(name)} END"
    return Suppression(expressions)


@dataclass(frozen=True, slots=True)
class _Asked:
    """`limits`: suppressed column → the smallest count published. `numbers`: all numeric columns that come out as they
    are or suppressed. `is_total_row`: the condition of a row that adds up others."""

    limits: Mapping[str, int]
    numbers: Sequence[str]
    is_total_row: str

    @classmethod
    def of(cls, columns: Sequence[Column], rules: Mapping[str, ColumnRule]) -> "_Asked":
        numbers = {c.name: rules[c.name] for c in columns if c.type in _NUMBERS and c.name in rules}
        shown = (ColumnAction.PUBLISH, ColumnAction.SUPPRESS)
        texts = [quoted(c.name) for c in columns if c.type is ColumnType.TEXT]
        tests = [f"coalesce(regexp_full_match({text}, {literal(_TOTAL_ROW)}), false)" for text in texts]
        return cls(
            {n: small_limit(r.parameter) for n, r in numbers.items() if r.action is ColumnAction.SUPPRESS},
            [n for n, r in numbers.items() if r.action in shown],
            f"({' OR '.join(tests) or 'false'})",
        )

    def is_small(self, name: str) -> str:
        return f"coalesce(abs({quoted(name)}) > 0 AND abs({quoted(name)}) < {self.limits[name]}, false)"


@dataclass(frozen=True, slots=True)
class _Facts:
    """`shrunk`: columns that lose a cell → the sum of all their rows. `totals`: columns that add others up."""

    shrunk: Mapping[str, float]
    totals: frozenset[str]


def _is_gone(name: str, asked: _Asked, facts: _Facts) -> str:
    """Whether the cell of a suppressed column goes: small, or a total of its column that would tell the small ones.

    A total without a word for it is the row that is as large as all others together.
    """
    if name not in facts.shrunk:
        return "false"
    is_sum = f"coalesce(abs(2 * CAST({quoted(name)} AS DOUBLE) - {facts.shrunk[name]!r}) < 0.5, false)"
    return f"({asked.is_small(name)} OR {asked.is_total_row} OR {is_sum})"


def _look(connection: duckdb.DuckDBPyConnection, source: Path, asked: _Asked) -> _Facts:
    names, sums = list(asked.limits), _possible_sums(list(asked.limits), asked.numbers)
    cells = [f"count_if({asked.is_small(name)} AND NOT {asked.is_total_row})" for name in names]
    cells += [f"coalesce(sum(CAST({quoted(name)} AS DOUBLE)), 0)" for name in names]
    cells += [f"coalesce(bool_and(abs({_value(total)} - ({parts})) < 0.5), false)" for total, parts in sums]
    row = connection.execute(f"SELECT {', '.join(cells)} FROM read_parquet({literal(str(source))})").fetchone()
    assert row is not None, "an aggregate gives one row"
    shrunk = {name: float(row[len(names) + i]) for i, name in enumerate(names) if row[i]}
    totals = {total for (total, _), holds in zip(sums, row[2 * len(names) :], strict=True) if holds}
    return _Facts(shrunk, frozenset(totals | {n for n in asked.numbers if _TOTAL_COLUMN.search(n)}))


def _possible_sums(counts: Sequence[str], numbers: Sequence[str]) -> list[tuple[str, str]]:
    """(column, the sum it may be) to be checked over all rows: of all suppressed columns, of all other numeric columns,
    and of a suppressed column and any other."""
    tried = []
    for total in numbers:
        for group in (counts, numbers):
            rest = [name for name in group if name != total]
            if rest:
                tried.append((total, " + ".join(map(_value, rest))))
    if len(numbers) <= _MOST_COMPARED:
        for total, other in permutations(numbers, 2):
            pairs = [count for count in counts if count not in (total, other)]
            tried += [(total, f"{_value(count)} + {_value(other)}") for count in pairs]
    return tried


def _value(name: str) -> str:
    return f"coalesce(CAST({quoted(name)} AS DOUBLE), 0)"
