import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.readers.errors import FileRefused
from portal.readers.reading import ReadingLimits
from tests.readers.conftest import Opened, notes_of, rows_of, select


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_found(opened: Opened, delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in (["名称", "值"], ["甲,一", "x"], ["乙", "y"])).replace(
        "甲,一", '"甲,一"'
    )
    assert rows_of(opened(text).tables[0]) == [("甲,一", "x"), ("乙", "y")]


def test_short_and_long_rows_lose_nothing(opened: Opened) -> None:
    table = opened("a,b\n甲\n乙,1,多出\n丙,2\n").tables[0]
    assert rows_of(table) == [("甲", None, None), ("乙", 1, "多出"), ("丙", 2, None)]


def test_text_after_a_closing_quote_is_kept(opened: Opened) -> None:
    """DuckDB's tolerant mode drops it without a word."""
    assert rows_of(opened('a,b\n"x"y,1\nz,2\n').tables[0]) == [("xy", 1), ("z", 2)]


def test_a_quote_that_is_never_closed_swallows_no_rows(opened: Opened) -> None:
    table = opened('名称,数\n甲,1\n"乙,2\n丙,3\n丁,4\n').tables[0]
    assert table.rows_read == 4
    assert "quotes_unbalanced" in notes_of(table)


def test_line_breaks_in_cells_and_blank_lines(opened: Opened) -> None:
    table = opened('a,b\r\n"一\r\n二",1\r\n\r\n三,2\r\n').tables[0]
    assert rows_of(table) == [("一\r\n二", 1), ("三", 2)]


def test_mixed_line_ends_are_read(opened: Opened) -> None:
    assert rows_of(opened("a,b\rx,1\r\ny,2\nz,3").tables[0]) == [("x", 1), ("y", 2), ("z", 3)]


def test_empty_columns_behind_the_table_are_left_out_and_counted(opened: Opened) -> None:
    tail = "," * 16_369
    table = opened(f"序号,名称,地址{tail}\n1,甲,东{tail}\n2,乙,西{tail}\n").tables[0]
    assert [column.name for column in table.columns] == ["序号", "名称", "地址"]
    assert notes_of(table)["empty_columns"] == 16_369


def test_a_table_with_too_many_columns_is_refused(opened: Opened) -> None:
    line = ",".join(f"c{i}" for i in range(60))
    with pytest.raises(FileRefused) as refused:
        opened(f"{line}\n{line}\n", limits=ReadingLimits(columns=50))
    assert refused.value.code == "file_too_wide"


def test_a_wide_table_is_read(opened: Opened) -> None:
    header = ",".join(f"列{i}" for i in range(300))
    row = ",".join(str(i) for i in range(300))
    table = opened(f"{header}\n{row}\n{row}\n").tables[0]
    assert len(table.columns) == 300
    assert rows_of(table)[1][299] == 299


CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t")
CELLS = st.text(CHARACTERS, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(opened: Opened, rows: list[list[str]]) -> None:
    """Any cells: every row comes back, whatever stands in them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["名", "第二项", "第三项"])
    marked = [("文" + row[0], "文" + row[1], "文" + row[2]) for row in rows]
    writer.writerows(marked)
    table = opened(buffer.getvalue()).tables[0]
    assert rows_of(table) == marked


def test_original_text_holds_every_line(opened: Opened) -> None:
    reading = opened("标题,,\n名称,电话,数\n甲,13800138000,x\n乙,,约5\n")
    lines = [row[0] for row in select(f"SELECT text FROM read_parquet('{reading.original_text}')")]
    assert lines == ["标题,,", "名称,电话,数", "甲,13800138000,x", "乙,,约5"]


def test_a_line_without_end_is_cut_into_overlapping_pieces(opened: Opened) -> None:
    long = "x" * 7_990 + "13800138000" + "y" * 20_000
    reading = opened(f"a,b\n{long},1\n")
    assert select(f"SELECT 1 FROM read_parquet('{reading.original_text}') WHERE contains(text, '13800138000')")
