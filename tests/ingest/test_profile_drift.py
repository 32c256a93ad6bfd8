"""Which columns move, and which refreshes are ordinary: a table of cases, and growth by chance."""

import random
from dataclasses import replace

import pytest

from portal.ingest.comparing.profile_drift import compare_profiles
from portal.tables.profiles import ColumnProfile, TableProfile, profile_from_json, profile_to_json

TEXT = ColumnProfile(0.1, 900, runs={})
NUMBER = ColumnProfile(0.0, 900, low=1, high=900, middle=120.0)
DAYS = ColumnProfile(0.0, 300, first="2024-01-01", last="2024-12-31")


def codes(old: ColumnProfile, new: ColumnProfile, rows: int = 1_000, before: int = 1_000) -> list[str]:
    tables = TableProfile(before, {"列": old}), TableProfile(rows, {"列": new})
    return [reason.code for reason in compare_profiles("t", *tables, frozenset({"列"}))]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (TEXT, replace(TEXT, runs={"11": 0.34}), "drift_digits_appeared"),
        (TEXT, replace(TEXT, runs={"18": 0.02}), "drift_digits_appeared"),
        (TEXT, replace(TEXT, runs={"15": 0.5}), "drift_digits_appeared"),
        (TEXT, replace(TEXT, runs={"16-19": 0.9}), "drift_digits_appeared"),
        (replace(TEXT, runs={"11": 0.1}), replace(TEXT, runs={"11": 0.5}), "drift_digits_appeared"),
        (TEXT, replace(TEXT, nulls=0.5), "drift_nulls_jumped"),
        (TEXT, replace(TEXT, distinct=3), "drift_values_collapsed"),
        (DAYS, replace(DAYS, last="2099-12-31"), "drift_days_moved"),
        (DAYS, replace(DAYS, last="10000-01-01"), "drift_days_moved"),
        (NUMBER, replace(NUMBER, middle=120_000.0), "drift_numbers_moved"),
        (NUMBER, replace(NUMBER, middle=0.12), "drift_numbers_moved"),
    ],
)
def test_a_column_that_moved_holds_and_says_how(old: ColumnProfile, new: ColumnProfile, code: str) -> None:
    assert codes(old, new) == [code]
    tables = TableProfile(1_000, {"列": old}), TableProfile(1_000, {"列": new})
    (reason,) = compare_profiles("t", *tables, frozenset({"列"}))
    assert reason.severity == "hold"
    assert reason.subject.startswith("t · 列: ")
    assert "→" in reason.subject
    assert list(compare_profiles("t", *tables, frozenset())) == []  # something else was done with it


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TEXT, replace(TEXT, runs={"11": 0.001})),
        (replace(TEXT, runs={"18": 0.95}), replace(TEXT, runs={"18": 1.0})),
        (TEXT, replace(TEXT, nulls=0.3, distinct=700)),
        (DAYS, replace(DAYS, last="2025-12-31")),
        (NUMBER, replace(NUMBER, middle=240.0, high=9_000_000)),
        (NUMBER, NUMBER),
    ],
)
def test_an_ordinary_refresh_does_not_hold(old: ColumnProfile, new: ColumnProfile) -> None:
    assert codes(old, new) == []


def test_two_rows_of_a_small_table_are_not_a_drift() -> None:
    assert codes(TEXT, replace(TEXT, runs={"11": 0.1}, nulls=0.8), rows=19, before=19) == []


def test_a_table_that_grew_tenfold_holds() -> None:
    assert codes(TEXT, TEXT, rows=10_001) == ["drift_rows_grown"]
    assert codes(TEXT, TEXT, rows=9_000) == []


def test_growth_by_chance_never_holds() -> None:
    """Two thousand refreshes of tables from 30 to 30,000 rows, each up to a fifth larger than the one before."""
    chance = random.Random(19)
    for _ in range(2_000):
        rows = int(30 * 1_000 ** chance.random())
        grown = int(rows * (1 + chance.random() / 5))
        share, nulls = chance.random() * 0.3, chance.random() * 0.5
        drawn = [sum(chance.random() < share for _ in range(min(n, 300))) / min(n, 300) for n in (rows, grown)]
        spread = [max(0.0, min(1.0, nulls + chance.gauss(0, 0.5 / n**0.5))) for n in (rows, grown)]
        middles = [100 * chance.lognormvariate(0, 3 / n**0.5) for n in (rows, grown)]
        old, new = (
            TableProfile(
                n,
                {
                    "文": ColumnProfile(spread[i], max(1, n // 3), runs={"11": drawn[i]}),
                    "数": ColumnProfile(0.0, n, low=0, high=1, middle=middles[i]),
                },
            )
            for i, n in enumerate((rows, grown))
        )
        if drawn[0] > 0.05:
            assert list(compare_profiles("t", old, new, frozenset({"文", "数"}))) == []


def test_a_profile_survives_the_database() -> None:
    profile = TableProfile(5, {"a": TEXT, "b": NUMBER, "c": DAYS, "d": ColumnProfile(0.0, 2)})
    assert profile_from_json(profile_to_json(profile)) == profile
    assert profile_from_json(None) is None
