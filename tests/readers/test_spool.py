import resource
from pathlib import Path

import pytest

from portal.kernel.text import Text
from portal.readers import Declared, RowSpool, RowsRefused
from tests.readers.conftest import notes_of, rows_of, types_of


def test_batches_become_one_typed_table(tmp_path: Path) -> None:
    spool = RowSpool(tmp_path, name="学校")
    spool.add(("名称", "数", "邮编"), [("甲", "1", "001"), ("乙", None, "002")])
    spool.add(("名称", "数", "邮编"), [("丙", "3", "003"), (None, "", " ")])
    table = spool.finish()
    assert rows_of(table) == [("甲", 1, "001"), ("乙", None, "002"), ("丙", 3, "003")]
    assert types_of(table) == {"名称": "text", "数": "integer", "邮编": "text"}
    assert (table.rows_read, table.name, notes_of(table)) == (3, "学校", {"blank_rows": 1})
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["table.parquet"]


def test_a_declared_type_counts_for_more_than_a_name_and_gives_way_to_the_values(tmp_path: Path) -> None:
    types = {"id": "int4", "code": "int4", "note": "text", "n": "numeric", "long": "int8", "x": "tsvector", "d": "date"}
    spool = RowSpool(tmp_path)
    spool.declare({name: Declared(type_, Text.of(zh="名"), Text.of(en="of it")) for name, type_ in types.items()})
    columns = ("id", "code", "note", "n", "long", "x", "d")
    spool.add(columns, [("1", "007", "", "1e+17", str(2**60), "5", None), ("2", "x", None, "2", "7", "6", None)])
    table = spool.finish()
    assert rows_of(table) == [(1, "007", "", 1e17, 2**60, 5, None), (2, "x", None, 2.0, 7, 6, None)]
    assert types_of(table) == {
        "id": "integer", "code": "text", "note": "text", "n": "number", "long": "integer", "x": "integer", "d": "date",
    }  # fmt: skip
    assert [column.declared_type for column in table.columns] == ["int4", "", "text", "numeric", "int8", "", "date"]
    assert {column.title for column in table.columns} == {Text.of(zh="名")}
    assert not notes_of(table)


def test_columns_that_come_later_and_in_another_order(tmp_path: Path) -> None:
    spool = RowSpool(tmp_path)
    spool.add(("a", "b"), [("x", "1")])
    spool.add(("b", "c", "a"), [("2", "新", "y")])
    spool.add(("c",), [("只",)])
    table = spool.finish()
    assert rows_of(table) == [("x", 1, None), ("y", 2, "新"), (None, None, "只")]
    assert notes_of(table)["columns_appeared_midway"] == 1


def test_many_row_groups_keep_their_order(tmp_path: Path) -> None:
    spool = RowSpool(tmp_path)
    for start in range(0, 100_000, 1_000):
        spool.add(("n", "t"), [(str(n), f"第{n}行") for n in range(start, start + 1_000)])
    table = spool.finish()
    assert rows_of(table) == [(n, f"第{n}行") for n in range(100_000)]


@pytest.mark.parametrize("row", [("x",), ("x", "1", "2")])
def test_a_row_of_another_width_is_refused_by_number(tmp_path: Path, row: tuple[str, ...]) -> None:
    spool = RowSpool(tmp_path)
    spool.add(("a", "b"), [("x", "1")])
    with pytest.raises(RowsRefused, match="Row 2 has"):
        spool.add(("a", "b"), [row])


def test_a_column_twice_in_a_batch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsRefused, match="twice"):
        RowSpool(tmp_path).add(("a", "a"), [("x", "1")])


def test_no_rows_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    spool = RowSpool(tmp_path)
    spool.add(("a", "b"), [])
    with pytest.raises(RowsRefused):
        spool.finish()
    assert [path for path in tmp_path.iterdir() if path.name != "spill"] == []


def test_discard_removes_what_was_collected(tmp_path: Path) -> None:
    spool = RowSpool(tmp_path)
    spool.add(("a", "b"), [("x", "1")] * 40_000)
    assert any(tmp_path.iterdir())
    spool.discard()
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    def collect(rows: int) -> int:
        spool = RowSpool(tmp_path / str(rows))
        (tmp_path / str(rows)).mkdir()
        batch = [tuple(f"{column}-{n}-" + "内容" * 10 for column in range(10)) for n in range(1_000)]
        for _ in range(rows // 1_000):
            spool.add(tuple("abcdefghij"), batch)
        spool.discard()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    first = collect(100_000)
    assert collect(600_000) < first + 60_000  # KiB
