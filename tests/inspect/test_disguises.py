"""Planted hazards: any column, any row, any disguise, the last of a million included."""

import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.inspect import scan_table, scan_texts
from portal.kernel.findings import Findings
from tests.inspect.disguises import DISGUISES, Maker, identity

LEGITIMATE: tuple[Maker, ...] = (
    lambda s: f"第{s.randrange(1, 99)}中学",
    lambda s: f"9111010{s.randrange(10**9):09d}{s.choice('ABCDEFGH')}{s.randrange(10)}",
    lambda s: f"010-{s.randrange(6 * 10**7, 7 * 10**7)}",
    lambda s: f"京卫医许字〔{s.randrange(2010, 2024)}〕第{s.randrange(10**5):05d}号",
    lambda s: f"{s.randrange(2000, 2025)}-0{s.randrange(1, 9)}-1{s.randrange(9)} 12:30:00",
    lambda s: (
        f"朝阳区建国路{s.randrange(1, 99)}号{s.randrange(1, 9)}号楼{s.randrange(101, 999)}室"
        if s.random() > 0.1
        else ""
    ),
)


def table(source: random.Random, rows: int) -> dict[str, list[str | None]]:
    return {f"列{i}": [make(source) or None for _ in range(rows)] for i, make in enumerate(LEGITIMATE)}


def scan(columns: dict[str, list[str | None]] | pl.DataFrame, folder: Path) -> Findings:
    path = folder / "table.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return scan_table(path, digest="d")


def found(findings: Findings) -> set[tuple[str, str | None]]:
    return {(f.rule, f.column) for f in findings.findings if f.rule != "serial_number"}


@pytest.mark.parametrize("name", DISGUISES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_a_planted_hazard_is_found_in_its_column_and_nowhere_else(
    name: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = random.Random(seed)
    rule, make = DISGUISES[name]
    rows = source.choice((1, 2, 30, 300))
    columns = table(source, rows)
    place, row, hazard = f"列{source.randrange(len(columns))}", source.randrange(rows), make(source)
    columns[place][row] = hazard
    findings = scan(columns, tmp_path_factory.mktemp("planted"))
    assert (rule, place) in found(findings), hazard
    assert {column for _, column in found(findings)} == {place}
    assert findings.rows_scanned == findings.rows_present == rows
    assert findings.is_complete


@pytest.mark.parametrize("name", DISGUISES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_the_same_hazard_is_found_in_texts(name: str, seed: int) -> None:
    rule, make = DISGUISES[name]
    findings = scan_texts({"title": "学校名录", "comment#7": make(random.Random(seed))}, digest="d")
    assert (rule, "comment") in {(f.rule, f.place) for f in findings.findings}
    assert {f.place for f in findings.findings} == {"comment"}


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_legitimate_tables_are_left_alone(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    source = random.Random(seed)
    assert found(scan(table(source, 400), tmp_path_factory.mktemp("clean"))) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["identity full width", "mobile", "bank card", "secrecy mark", "identity rounded"])
def test_a_hazard_in_the_last_of_a_million_rows_is_found(name: str, tmp_path: Path) -> None:
    source = random.Random(7)
    rule, make = DISGUISES[name]
    frame = pl.DataFrame({key: values * 1000 for key, values in table(source, 1000).items()})
    last = pl.when(pl.int_range(pl.len()) == 999_999).then(pl.lit(make(source))).otherwise(pl.col("列5")).alias("列5")
    findings = scan(frame.with_columns(last), tmp_path)
    assert found(findings) == {(rule, "列5")}
    assert next(f.count for f in findings.findings) == 1
    assert findings.rows_scanned == 1_000_000


@given(seed=st.integers(0, 2**32), share=st.floats(0.02, 1))
@settings(max_examples=30, deadline=None)
def test_a_column_of_identities_is_found_whatever_its_share(
    seed: int, share: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = random.Random(seed)
    cells = [identity(source) if source.random() < share else "无" for _ in range(400)]
    findings = scan({"证号": list(cells)}, tmp_path_factory.mktemp("share"))
    expected = sum(cell != "无" for cell in cells)
    assert sum(f.count for f in findings.findings if f.rule == "identity_number") == expected
