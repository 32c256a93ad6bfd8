"""Merging changes into a whole table: the last by mark wins, deletions are carried out, and the result is always the same."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.records import ChangeBatch, Increments, RowBatch
from portal.ingest.fetching.merging import Delta, DeltaWriter, KeyWriter, Merged, knows_all_keys, merge
from portal.kernel.ids import new_id
from portal.readers import RowsRefused

KEYED = Increments(key_columns=("id",), has_mark=True)
Line = tuple[str | None, str | None, str, bool]


def room_in(path: Path) -> Path:
    room = path / new_id()
    room.mkdir()
    return room


def delta_of(room: Path, lines: Sequence[Line], *, mark: str = "9", size: int = 3) -> Delta:
    """Lines of (id, value, mark, gone), a few a batch."""
    with DeltaWriter(room) as writer:
        for start in range(0, max(len(lines), 1), size):
            part = lines[start : start + size]
            writer.add(
                ChangeBatch(
                    columns=("id", "v"),
                    rows=tuple((key, value) for key, value, _, _ in part),
                    marks=tuple(line[2] for line in part),
                    gone=tuple(line[3] for line in part),
                    mark=mark,
                )
            )
        return writer.finish()


def keys_of(room: Path, keys: list[str | None]) -> Path:
    with KeyWriter(room, ("id",)) as writer:
        writer.add(RowBatch(("id",), tuple((key,) for key in keys)))
        return writer.finish()


def rows_in(merged: Merged) -> list[tuple[str | None, str | None]]:
    table = pq.read_table(merged.path)
    return list(zip(table["c0"].to_pylist(), table["c1"].to_pylist(), strict=True))


def test_the_last_by_mark_wins_whatever_came_last(tmp_path: Path) -> None:
    lines: list[Line] = [("2", "neu", "5", False), ("1", "a", "1", False), ("2", "alt", "3", False)]
    merged = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED)
    assert rows_in(merged) == [("1", "a"), ("2", "neu")]
    assert merged.counts["rows_superseded"] == 1


def test_exact_duplicates_are_counted_apart(tmp_path: Path) -> None:
    once: Line = ("1", "a", "1", False)
    lines: list[Line] = [once, once, once, once, ("2", "b", "1", False), ("2", "c", "2", False)]
    merged = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED)
    assert rows_in(merged) == [("1", "a"), ("2", "c")]
    assert (merged.counts["rows_repeated"], merged.counts["rows_superseded"]) == (3, 1)


def test_a_deletion_takes_the_row_out_of_the_base_and_an_older_one_does_not(tmp_path: Path) -> None:
    base = merge(room_in(tmp_path), delta_of(room_in(tmp_path), [(str(n), "x", "5", False) for n in range(4)]), KEYED)
    lines: list[Line] = [("1", None, "6", True), ("2", None, "4", True), ("9", None, "6", True)]
    merged = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED, base=base.path)
    assert rows_in(merged) == [("0", "x"), ("2", "x"), ("3", "x")]
    assert merged.counts["rows_deleted"] == 1


def test_at_one_mark_a_deletion_wins(tmp_path: Path) -> None:
    for lines in ([("1", "a", "5", False), ("1", "a", "5", True)], [("1", "a", "5", True), ("1", "a", "5", False)]):
        assert rows_in(merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED)) == []


def test_a_row_read_again_from_the_overlap_changes_nothing(tmp_path: Path) -> None:
    lines: list[Line] = [("1", "a", "1", False), ("2", "b", "2", False)]
    base = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED)
    again = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines[1:]), KEYED, base=base.path)
    assert base.path.read_bytes() == again.path.read_bytes()
    assert not +again.counts


def test_a_long_table_gives_the_same_bytes_however_its_rows_came(tmp_path: Path) -> None:
    lines: list[Line] = [(str(n), f"v{n % 7}", "1", False) for n in range(70_000)]
    whole = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines, size=5_000), KEYED)
    changes: list[Line] = [(str(n), f"v{n % 7}", "1", False) for n in range(0, 40_000, 40)]
    again = merge(room_in(tmp_path), delta_of(room_in(tmp_path), changes), KEYED, base=whole.path)
    assert again.path.read_bytes() == whole.path.read_bytes()


def test_keys_are_put_in_the_order_of_numbers(tmp_path: Path) -> None:
    lines: list[Line] = [(key, None, "1", False) for key in ("10", "9", "b", "100", "a", "-1", None)]
    found = rows_in(merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), KEYED))
    assert [key for key, _ in found] == ["-1", "9", "10", "100", "a", "b", None]


def test_rows_that_the_source_no_longer_has_go(tmp_path: Path) -> None:
    base = merge(room_in(tmp_path), delta_of(room_in(tmp_path), [(str(n), "x", "1", False) for n in range(5)]), KEYED)
    room = room_in(tmp_path)
    delta = delta_of(room, [("7", "neu", "2", False)])
    keys = keys_of(room, ["0", "2", "4", "7"])
    assert knows_all_keys(room, base.path, delta, keys, KEYED)
    merged = merge(room, delta, KEYED, base=base.path, keys=keys)
    assert rows_in(merged) == [("0", "x"), ("2", "x"), ("4", "x"), ("7", "neu")]
    assert merged.counts["rows_gone_from_source"] == 2


def test_a_key_that_was_missed_is_noticed(tmp_path: Path) -> None:
    base = merge(room_in(tmp_path), delta_of(room_in(tmp_path), [("1", "x", "1", False)]), KEYED)
    room = room_in(tmp_path)
    delta = delta_of(room, [])
    assert not knows_all_keys(room, base.path, delta, keys_of(room, ["1", "5"]), KEYED)


def test_without_a_mark_only_exact_duplicates_go(tmp_path: Path) -> None:
    plan = Increments(key_columns=("id",))
    lines: list[Line] = [("1", "a", "", False), ("1", "b", "", False), ("1", "a", "", False)]
    merged = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), plan)
    assert rows_in(merged) == [("1", "a"), ("1", "b")]
    assert merged.counts["rows_repeated"] == 1


def test_without_keys_every_row_stays(tmp_path: Path) -> None:
    lines: list[Line] = [("2", "b", "", False), ("1", "a", "", False), ("1", "a", "", False)]
    merged = merge(room_in(tmp_path), delta_of(room_in(tmp_path), lines), Increments())
    assert rows_in(merged) == [("1", "a"), ("1", "a"), ("2", "b")]


def test_deletions_without_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsRefused, match="no key"):
        merge(room_in(tmp_path), delta_of(room_in(tmp_path), [("1", "a", "", True)]), Increments())


def test_columns_that_change_while_reading_are_refused(tmp_path: Path) -> None:
    with DeltaWriter(room_in(tmp_path)) as writer, pytest.raises(RowsRefused, match="changed"):
        writer.add(ChangeBatch(("a",), (("1",),), ("",), (False,), ""))
        writer.add(ChangeBatch(("b",), (("1",),), ("",), (False,), ""))


def test_a_table_larger_than_the_memory_takes_changes_and_loses_rows(tmp_path: Path) -> None:
    """Half a million rows of 600 bytes, twice what DuckDB may hold."""
    count, room = 500_000, room_in(tmp_path)
    rows = (
        f"SELECT CAST(i AS VARCHAR) AS c0, repeat(md5(CAST(i AS VARCHAR)), 18) AS c1, '1' AS m FROM range({count}) t(i)"
    )
    base, keys = room / "base.parquet", room / "keys.parquet"
    duckdb.execute(f"COPY ({rows}) TO '{base}' (FORMAT parquet, ROW_GROUP_SIZE 32768)")
    duckdb.execute(f"COPY (SELECT c0 AS k0 FROM '{base}' WHERE c0 <> '7') TO '{keys}' (FORMAT parquet)")
    for there, gone in ((None, 0), (keys, 1)):
        merged = merge(room, delta_of(room, [("8", "neu", "2", False)]), KEYED, base=base, keys=there)
        assert (merged.row_count, merged.counts["rows_gone_from_source"]) == (count - gone, gone)
        head = pq.ParquetFile(merged.path).read_row_group(0, ["c0", "c1"]).slice(6, 3).to_pylist()
        assert {"c0": "8", "c1": "neu"} in head


lines_of = st.lists(
    st.tuples(st.sampled_from("12345"), st.sampled_from("ab"), st.sampled_from("123456789"), st.booleans()), max_size=25
)


@settings(max_examples=15, deadline=None)
@given(first=lines_of, second=lines_of)
def test_increments_give_what_a_full_read_gives(
    tmp_path_factory: pytest.TempPathFactory, first: list[Line], second: list[Line]
) -> None:
    """However the log is cut into runs, the table is the one that reading all of it at once gives."""
    path = tmp_path_factory.mktemp("merge")
    later: list[Line] = [(key, value, f"A{number:03}", gone) for number, (key, value, _, gone) in enumerate(second)]
    base = merge(room_in(path), delta_of(room_in(path), first), KEYED)
    in_parts = merge(room_in(path), delta_of(room_in(path), later), KEYED, base=base.path)
    at_once = merge(room_in(path), delta_of(room_in(path), [*later, *first]), KEYED)
    assert rows_in(in_parts) == rows_in(at_once)
