"""Profiles of projected tables: counted like a slow program counts, whatever the columns are called and however long they are."""

import re
import statistics
from pathlib import Path

import duckdb
import pytest

from portal.kernel.columns import ColumnRule
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import project
from portal.tables.profiles import DIGIT_RUNS, TableProfile
from tests.tables.tables import columns_of, publish_all

TEXTS = (
    "13812345678", "13812345678 和 010", "编号 330102199001011234", "33010219900101123X号", "6222021234567890123",
    "", "   ", " 十二 ", None, "123456789012", "没有数字的一段长长的文字在这里", "139 1234 5678",
    "110101900101123", "１３８１２３４５６７８",
)  # fmt: skip


def profiled(folder: Path, types: dict[str, ColumnType], rows: list[tuple[object, ...]]) -> TableProfile:
    return publish_all(folder, types, rows).profile


def test_runs_of_digits_and_blanks_are_counted_as_pattern_by_pattern_over_every_cell(tmp_path: Path) -> None:
    profile = profiled(tmp_path, {"文本": ColumnType.TEXT, "空": ColumnType.TEXT}, [(text, None) for text in TEXTS])
    filled = [text for text in TEXTS if text is not None and text.strip(" ")]
    found = {run: sum(bool(re.search(p, text)) for text in filled) for run, p in DIGIT_RUNS.items()}
    assert found == {"11": 2, "15": 1, "18": 2, "16-19": 2}
    assert profile.columns["文本"].runs == {run: round(n / len(filled), 6) for run, n in found.items()}
    assert profile.columns["文本"].nulls == round(3 / len(TEXTS), 6)
    assert (profile.columns["空"].nulls, profile.columns["空"].runs) == (1.0, {})


@pytest.mark.parametrize("name", ["数", "file_row_number"])
def test_the_median_of_a_long_column_is_that_of_all_rows(name: str, tmp_path: Path) -> None:
    numbers = [float((n * 7_919) % 250_000) for n in range(250_000)]
    source = tmp_path / "source.parquet"
    rows = f"SELECT CAST((i * 7919) % 250000 AS DOUBLE) AS {name} FROM range(250000) t(i)"
    duckdb.execute(f"COPY ({rows}) TO '{source}' (FORMAT parquet)")
    rules = [ColumnRule(name, ColumnAction.PUBLISH, "open")]
    columns = columns_of({name: ColumnType.NUMBER})
    column = project(source, columns, rules, tmp_path / "out.parquet").profile.columns[name]
    assert (column.low, column.high) == (0.0, 249_999.0)
    assert column.middle == pytest.approx(statistics.median(numbers), rel=0.02)


def test_numbers_without_a_value_count_neither_as_range_nor_as_median(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(float("nan"), 1), (float("inf"), -3), (-4.0, None), (2.0, 2)]
    profile = profiled(tmp_path, {"数": ColumnType.NUMBER, "整": ColumnType.INTEGER}, rows)
    assert (profile.columns["数"].low, profile.columns["数"].high) == (-4.0, 2.0)
    whole = profile.columns["整"]
    assert (whole.low, whole.high, whole.middle, whole.nulls) == (-3.0, 2.0, 2.0, 0.25)
