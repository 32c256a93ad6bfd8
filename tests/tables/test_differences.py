"""Differences between two versions by key and by whole rows, compared with a plain Python evaluation of the same."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput, Unavailable
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
from portal.tables.cursors import CursorSigner
from portal.tables.differences import DifferencePage, RowDifference, RowDifferences, shared_columns
from portal.tables.readable import ReadableTable

_TYPES = {"id": ColumnType.INTEGER, "name": ColumnType.TEXT, "day": ColumnType.DATE}
_ARROW = {"id": pa.int64(), "name": pa.string(), "day": pa.date32()}


def _table(
    path: Path, rows: list[dict[str, Any]], version: int, types: dict[str, ColumnType] = _TYPES
) -> ReadableTable:
    arrow = {ColumnType.INTEGER: pa.int64(), ColumnType.TEXT: pa.string(), ColumnType.DATE: pa.date32()}
    columns = {name: pa.array([row[name] for row in rows], arrow[kind]) for name, kind in types.items()}
    pq.write_table(pa.table(columns), path)
    schema = TableSchema(tuple(Column(name, kind, Text(), Text(), name) for name, kind in types.items()))
    return ReadableTable(path, schema, len(rows), f"a@v{version}/data", f"{version}" * 64)


@pytest.fixture
def differences(tmp_path: Path) -> RowDifferences:
    return RowDifferences(CursorSigner(lambda: b"secret"), tmp_path / "spill")


def _row(number: int, name: str | None, day: int = 1) -> dict[str, Any]:
    return {"id": number, "name": name, "day": date(2026, 1, day)}


def _all(differences: RowDifferences, before: ReadableTable, after: ReadableTable, key: list[str]) -> DifferencePage:
    return differences.page(before, after, key=key, limit=1_000, cursor=None)


def test_rows_are_told_apart_by_their_key(differences: RowDifferences, tmp_path: Path) -> None:
    before = _table(tmp_path / "1", [_row(1, "甲"), _row(2, "乙"), _row(3, None)], 1)
    after = _table(tmp_path / "2", [_row(1, "甲"), _row(2, "乙二", 2), _row(4, "丁")], 2)
    page = _all(differences, before, after, ["id"])
    assert page.counts == {"added": 1, "removed": 1, "changed": 1}
    changed, removed, added = page.rows
    assert (changed.kind, changed.key) == ("changed", {"id": 2})
    assert changed.before == {"name": "乙", "day": "2026-01-01"}
    assert changed.after == {"name": "乙二", "day": "2026-01-02"}
    assert (removed.kind, removed.before["name"], removed.after) == ("removed", None, {})
    assert (added.kind, added.after["name"], added.before) == ("added", "丁", {})


def test_without_a_key_equal_rows_cancel_each_other_out(differences: RowDifferences, tmp_path: Path) -> None:
    before = _table(tmp_path / "1", [_row(1, "a"), _row(1, "a"), _row(2, "b")], 1)
    after = _table(tmp_path / "2", [_row(1, "a"), _row(2, "c")], 2)
    page = _all(differences, before, after, [])
    assert page.counts == {"added": 1, "removed": 2}
    assert Counter(row.kind for row in page.rows) == {"added": 1, "removed": 2}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (["nothing"], "no column"),
        (["name"], "share theirs"),
        (["day"], "rows have none"),
        (["id", "id"], "each once"),
    ],
)
def test_a_key_that_tells_no_rows_apart_is_refused(
    differences: RowDifferences, tmp_path: Path, key: list[str], words: str
) -> None:
    rows = [_row(1, "a"), {**_row(2, "a"), "day": None}]
    before, after = _table(tmp_path / "1", rows, 1), _table(tmp_path / "2", rows, 2)
    with pytest.raises(InvalidInput, match=words) as refused:
        _all(differences, before, after, key)
    assert refused.value.parameter == "by"


def test_columns_that_one_version_lacks_are_not_compared(differences: RowDifferences, tmp_path: Path) -> None:
    before = _table(tmp_path / "1", [_row(1, "a")], 1)
    after = _table(tmp_path / "2", [{"id": 1, "name": 5}], 2, {"id": ColumnType.INTEGER, "name": ColumnType.INTEGER})
    assert [column.name for column in shared_columns(before, after)] == ["id"]
    assert _all(differences, before, after, ["id"]).rows == ()


def test_a_cursor_of_other_versions_or_another_key_is_refused(differences: RowDifferences, tmp_path: Path) -> None:
    before = _table(tmp_path / "1", [], 1)
    after = _table(tmp_path / "2", [_row(n, str(n)) for n in range(5)], 2)
    cursor = differences.page(before, after, key=["id"], limit=2, cursor=None).next_cursor
    assert cursor is not None
    for pair, key in (((after, before), ["id"]), ((before, after), ["name"]), ((before, after), ["id"])):
        given_cursor = cursor if key == ["name"] or pair[0] is after else cursor[:-2] + "AA"
        with pytest.raises(InvalidInput) as refused:
            differences.page(*pair, key=key, limit=2, cursor=given_cursor)
        assert refused.value.parameter == "cursor"


def test_what_takes_too_long_is_refused_at_once(tmp_path: Path) -> None:
    hasty = RowDifferences(CursorSigner(lambda: b"secret"), tmp_path / "spill", timeout_s=0.05)
    numbers = pa.table({"id": pa.array(range(1_500_000))})
    schema = TableSchema((Column("id", ColumnType.INTEGER, Text(), Text(), "id"),))
    for name in ("1", "2"):
        pq.write_table(numbers, tmp_path / name)
    before, after = (ReadableTable(tmp_path / n, schema, 1_500_000, f"a@v{n}/data", n * 64) for n in ("1", "2"))
    with pytest.raises(Unavailable, match="too much time"):
        _all(hasty, before, after, ["id"])


_ROWS = st.dictionaries(
    st.integers(-3, 12), st.tuples(st.sampled_from(["a", "b", "é", "甲", None]), st.integers(1, 3)), max_size=10
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(older=_ROWS, newer=_ROWS, limit=st.integers(1, 4), has_key=st.booleans())
def test_all_pages_together_are_what_plain_python_finds(  # noqa: PLR0917 - what Hypothesis gives
    differences: RowDifferences,
    tmp_path: Path,
    older: dict[int, tuple[str | None, int]],
    newer: dict[int, tuple[str | None, int]],
    limit: int,
    has_key: bool,
) -> None:
    before = _table(tmp_path / "1", [_row(n, *cells) for n, cells in older.items()], 1)
    after = _table(tmp_path / "2", [_row(n, *cells) for n, cells in newer.items()], 2)
    found: list[RowDifference] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = differences.page(before, after, key=["id"] if has_key else [], limit=limit, cursor=cursor)
        found += page.rows
        cursor, pages = page.next_cursor, pages + 1
    both = {n for n in older.keys() & newer.keys() if older[n] != newer[n]}
    if has_key:
        expected = {(n, "added") for n in newer.keys() - older.keys()} | {
            (n, "removed") for n in older.keys() - newer.keys()
        }
        expected |= {(n, "changed") for n in both}
        assert [row.key["id"] for row in found] == sorted(n for n, _ in expected)
        assert {(row.key["id"], row.kind) for row in found} == expected
    else:
        gone, come = (older.keys() - newer.keys()) | both, (newer.keys() - older.keys()) | both
        assert sorted(str(row.before["id"]) for row in found if row.kind == "removed") == sorted(map(str, gone))
        assert sorted(str(row.after["id"]) for row in found if row.kind == "added") == sorted(map(str, come))
