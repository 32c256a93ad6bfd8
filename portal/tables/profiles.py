"""What a column's values are like, in numbers: shares, magnitudes and ranges, and of text never a value.

Made once, when a table is projected, and kept with its version: the next version is compared with it (`ingest.comparing.drift`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnType
from portal.tables.duck import ENGINES_NUMBER, literal, quoted

DIGIT_RUNS: Mapping[str, str] = {
    "11": r"(?:^|[^0-9])[0-9]{11}(?:[^0-9]|$)",
    "15": r"(?:^|[^0-9])[0-9]{15}(?:[^0-9]|$)",
    "18": r"(?:^|[^0-9])[0-9]{17}[0-9Xx](?:[^0-9]|$)",
    "16-19": r"(?:^|[^0-9])(?:[0-9]{16,17}|[0-9]{19})(?:[^0-9]|$)",
}
"""Lengths of telephone numbers, old and new identity numbers, and bank cards."""

_COLUMNS_AT_ONCE = 40
_MEDIAN_ROWS = 100_000
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_DAYS = (ColumnType.DATE, ColumnType.DATETIME)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column. `nulls`: share of rows without a value (blank text counts as none). `distinct`: about how many values.

    `runs`: of text, length of a run of digits → share of filled cells that have one. `low`, `high`, `middle`: of numbers
    (middle: the median of their sizes); `first`, `last`: of days, in ISO 8601.
    """

    nulls: float
    distinct: int
    runs: Mapping[str, float] | None = None
    low: float | None = None
    high: float | None = None
    middle: float | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class TableProfile:
    """Rows, and column → profile."""

    rows: int
    columns: Mapping[str, ColumnProfile]


def profile_table(connection: duckdb.DuckDBPyConnection, table: Path, columns: Sequence[Column]) -> TableProfile:
    """The profile of a projected table, through a connection that may read it. A median is one of 100,000 rows or more."""
    found: dict[str, ColumnProfile] = {}
    counted = connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(table))})").fetchone()
    assert counted is not None, "an aggregate gives one row"
    rows = int(counted[0])
    has_own = any(column.name.casefold() == ENGINES_NUMBER for column in columns)
    step = 1 if has_own else max(1, rows // _MEDIAN_ROWS)
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        part = columns[start : start + _COLUMNS_AT_ONCE]
        asked = ", ".join(expression for column in part for expression in _asked(column, step))
        row = connection.execute(f"SELECT count(*), {asked} FROM {_scanned(table, part, step)}").fetchone()
        assert row is not None, "an aggregate gives one row"
        cells = list(row[1:])
        for column in part:
            count = len(_asked(column, step))
            answers, cells = cells[:count], cells[count:]
            found[column.name] = _profile(column, rows, answers)
    return TableProfile(rows, found)


def profile_to_json(profile: TableProfile) -> dict[str, Any]:
    """A JSON-like object; what a profile does not have is left out."""
    columns = {
        name: {key: value for key, value in asdict(column).items() if value is not None}
        for name, column in profile.columns.items()
    }
    return {"rows": profile.rows, "columns": columns}


def profile_from_json(value: Mapping[str, Any] | None) -> TableProfile | None:
    """The inverse; None for versions of a time before profiles."""
    if not value:
        return None
    return TableProfile(value["rows"], {name: ColumnProfile(**column) for name, column in value["columns"].items()})


def _scanned(table: Path, columns: Sequence[Column], step: int) -> str:
    """The rows, with the texts that have eleven digits in a row beside them: a CASE is what DuckDB does not evaluate for every
    cell, as it does both sides of an AND, and the patterns are nine tenths of the work otherwise."""
    texts = [column.name for column in columns if column.type is ColumnType.TEXT]
    beside = "".join(
        f", CASE WHEN length({quoted(name)}) >= 11 THEN "
        f"CASE WHEN regexp_matches({quoted(name)}, '[0-9]{{11}}') THEN {quoted(name)} END END AS {_long(name)}"
        for name in texts
    )
    numbered = f", {ENGINES_NUMBER} = true" if step > 1 else ""
    return f"(SELECT *{beside} FROM read_parquet({literal(str(table))}{numbered}))"


def _long(name: str) -> str:
    return quoted(f"{name} \u0001")  # no column that is published has a control character in its name


def _asked(column: Column, step: int) -> list[str]:
    name = quoted(column.name)
    if column.type is ColumnType.TEXT:
        filled = f"CASE WHEN starts_with({name}, ' ') THEN nullif(trim({name}), '') ELSE nullif({name}, '') END"
        runs = [
            f"count(*) FILTER (regexp_matches({_long(column.name)}, {literal(pattern)}))"
            for pattern in DIGIT_RUNS.values()
        ]
        return [f"count({filled})", f"approx_count_distinct({name})", *runs]
    if column.type in _NUMBERS:
        value = name
        if column.type is ColumnType.NUMBER:
            value = f"CASE WHEN isfinite({name}) THEN {name} END"
        sampled = f" FILTER (hash({ENGINES_NUMBER}) % {step} = 0)" if step > 1 else ""
        return [
            f"count({name})",
            f"approx_count_distinct({name})",
            f"min({value})",
            f"max({value})",
            f"approx_quantile(abs(CAST({value} AS DOUBLE)), 0.5){sampled}",
        ]
    if column.type in _DAYS:
        return [f"count({name})", f"approx_count_distinct({name})", f"min({name})", f"max({name})"]
    return [f"count({name})", f"approx_count_distinct({name})"]


def _profile(column: Column, rows: int, answers: Sequence[Any]) -> ColumnProfile:
    filled, distinct, *rest = answers
    nulls = round(1 - filled / rows, 6) if rows else 0.0
    base = ColumnProfile(nulls, int(distinct))
    if column.type is ColumnType.TEXT:
        shares = {run: round(count / filled, 6) for run, count in zip(DIGIT_RUNS, rest, strict=True) if count}
        return ColumnProfile(nulls, base.distinct, runs=shares)
    if column.type in _NUMBERS:
        low, high, middle = (None if value is None else float(value) for value in rest)
        return ColumnProfile(nulls, base.distinct, low=low, high=high, middle=middle)
    if column.type in _DAYS:
        first, last = (None if value is None else value.isoformat() for value in rest)
        return ColumnProfile(nulls, base.distinct, first=first, last=last)
    return base
