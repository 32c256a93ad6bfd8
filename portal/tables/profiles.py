"""What a column's values are like, in numbers: shares, magnitudes and ranges, and of text never a value.

Made once, when a table is projected, and kept with its version: the next version is compared with it (`portal.ingest.drift`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnType
from portal.tables.duck import literal, quoted

DIGIT_RUNS: Mapping[str, str] = {
    "11": r"(?:^|[^0-9])[0-9]{11}(?:[^0-9]|$)",
    "15": r"(?:^|[^0-9])[0-9]{15}(?:[^0-9]|$)",
    "18": r"(?:^|[^0-9])[0-9]{17}[0-9Xx](?:[^0-9]|$)",
    "16-19": r"(?:^|[^0-9])(?:[0-9]{16,17}|[0-9]{19})(?:[^0-9]|$)",
}
"""Lengths of telephone numbers, old and new identity numbers, and bank cards."""

_COLUMNS_AT_ONCE = 40
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
    """The profile of a projected table, through a connection that may read it."""
    found: dict[str, ColumnProfile] = {}
    rows = 0
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        part = columns[start : start + _COLUMNS_AT_ONCE]
        asked = ", ".join(expression for column in part for expression in _asked(column))
        row = connection.execute(f"SELECT count(*), {asked} FROM read_parquet({literal(str(table))})").fetchone()
        assert row is not None, "an aggregate gives one row"
        rows, cells = int(row[0]), list(row[1:])
        for column in part:
            answers, cells = cells[: len(_asked(column))], cells[len(_asked(column)) :]
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


def _asked(column: Column) -> list[str]:
    name = quoted(column.name)
    if column.type is ColumnType.TEXT:
        runs = [
            f"count_if(length({name}) >= 11 AND regexp_matches({name}, '[0-9]{{11}}') "
            f"AND regexp_matches({name}, {literal(pattern)}))"
            for pattern in DIGIT_RUNS.values()
        ]
        return [f"count(nullif(trim({name}), ''))", f"approx_count_distinct({name})", *runs]
    if column.type in _NUMBERS:
        value = f"CASE WHEN isfinite(CAST({name} AS DOUBLE)) THEN CAST({name} AS DOUBLE) END"
        return [
            f"count({name})",
            f"approx_count_distinct({name})",
            f"min({value})",
            f"max({value})",
            f"approx_quantile(abs({value}), 0.5)",
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
