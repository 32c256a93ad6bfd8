"""Downloads opened with readers that are not ours."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from portal.exports import FORMATS, MadeFile, UnknownFormat, make_file, workbooks
from portal.exports.delimited import guarded
from portal.kernel.digests import file_digest
from portal.kernel.vocab import ColumnType
from portal.tables import ReadableTable
from tests.tables.tables import make_table

FOR_TABLES = [name for name, made in FORMATS.items() if not made.is_for_layers]
TYPES = {
    "名称": ColumnType.TEXT,
    "代码": ColumnType.TEXT,
    "人数": ColumnType.INTEGER,
    "面积": ColumnType.NUMBER,
    "有效": ColumnType.BOOLEAN,
    "日期": ColumnType.DATE,
    "时间": ColumnType.DATETIME,
}
ROWS = [
    ('一中, "东"校区', "007", 3, 1234.5, True, date(2024, 5, 17), datetime(2024, 5, 17, 8, 30)),
    ("二中\n分校", "110101199003070000", 2**60 + 1, 0.1, False, date(1899, 1, 1), datetime(2023, 1, 2, 3, 4, 5)),
    (None, None, None, None, None, None, None),
    ("=1+1", "-5", -5, -0.5, True, date(2024, 1, 1), datetime(1800, 1, 1)),
]


@pytest.fixture
def table(tmp_path: Path) -> ReadableTable:
    return make_table(tmp_path, TYPES, ROWS)


def made(table: ReadableTable, format_name: str, tmp_path: Path) -> MadeFile:
    return make_file(table, format_name, tmp_path / "out" / f"file.{FORMATS[format_name].extension}")


def csv_rows(path: Path, codec: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(codec), newline="")))


def test_csv_read_by_the_csv_module_is_the_table(table: ReadableTable, tmp_path: Path) -> None:
    rows = csv_rows(made(table, "csv", tmp_path).path)
    assert rows == [
        list(TYPES),
        ['一中, "东"校区', "007", "3", "1234.5", "true", "2024-05-17", "2024-05-17 08:30:00"],
        [
            "二中\n分校",
            "110101199003070000",
            "1152921504606846977",
            "0.1",
            "false",
            "1899-01-01",
            "2023-01-02 03:04:05",
        ],
        ["", "", "", "", "", "", ""],
        ["=1+1", "-5", "-5", "-0.5", "true", "2024-01-01", "1800-01-01 00:00:00"],
    ]


def test_csv_for_excel_has_a_mark_and_guards_what_excel_would_change(table: ReadableTable, tmp_path: Path) -> None:
    file = made(table, "excel.csv", tmp_path)
    assert file.path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = csv_rows(file.path, "utf-8-sig")
    assert rows[0] == list(TYPES)
    assert [row[1] for row in rows[1:]] == ["\t007", "\t110101199003070000", "", "'-5"]
    assert rows[4][0] == "'=1+1"
    assert rows[4][2:4] == ["-5", "-0.5"]  # numbers are numbers


@pytest.mark.parametrize("text", ["=1+1", "=\n1+1", "\n=1+1", "＝1+1", "＋1", "@x", "\t=1", "\ufeff=1"])
def test_no_formula_is_left_for_excel_however_it_is_written(text: str) -> None:
    assert guarded(pa.array([text, "正常", "a=1"])).to_pylist() == [f"'{text}", "正常", "a=1"]


def test_json_is_an_array_of_objects(table: ReadableTable, tmp_path: Path) -> None:
    objects = json.loads(made(table, "json", tmp_path).path.read_bytes())
    assert [list(found) for found in objects] == [list(TYPES)] * 4
    assert [found["名称"] for found in objects] == [row[0] for row in ROWS]
    assert objects[1]["人数"] == 2**60 + 1
    assert objects[0]["时间"] == "2024-05-17T08:30:00"
    assert objects[0]["日期"] == "2024-05-17"
    assert set(objects[2].values()) == {None}


def test_json_lines_are_the_same_objects(table: ReadableTable, tmp_path: Path) -> None:
    lines = made(table, "jsonl", tmp_path).path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(made(table, "json", tmp_path).path.read_bytes())


def test_parquet_is_the_published_file_itself(table: ReadableTable, tmp_path: Path) -> None:
    file = made(table, "parquet", tmp_path)
    assert file.sha256 == table.digest
    assert [tuple(row) for row in pl.read_parquet(file.path).rows()] == ROWS


def test_workbook_read_by_calamine_and_openpyxl_is_the_table(table: ReadableTable, tmp_path: Path) -> None:
    path = made(table, "xlsx", tmp_path).path
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("data").to_python()
    assert rows[0] == list(TYPES)
    assert rows[1] == ['一中, "东"校区', "007", 3, 1234.5, True, date(2024, 5, 17), datetime(2024, 5, 17, 8, 30)]
    assert rows[2][:3] == ["二中\n分校", "110101199003070000", "1152921504606846977"]
    assert rows[2][5] == "1899-01-01"
    assert rows[4][0] == "=1+1"
    sheet = openpyxl.load_workbook(path)["data"]
    assert sheet["A5"].data_type in {"s", "inlineStr"}  # a text, never a formula
    assert sheet["B3"].value == "110101199003070000"


def test_workbook_says_what_its_fields_are(table: ReadableTable, tmp_path: Path) -> None:
    sheet = CalamineWorkbook.from_path(made(table, "xlsx", tmp_path).path).get_sheet_by_name("fields").to_python()
    assert [row[0] for row in sheet[1:8]] == list(TYPES)
    assert [row[2] for row in sheet[1:8]] == [type_.value for type_ in TYPES.values()]
    assert ["sha256", table.digest] in [row[:2] for row in sheet]


def test_a_text_longer_than_a_cell_is_cut_and_that_is_said(tmp_path: Path) -> None:
    table = make_table(tmp_path, {"t": ColumnType.TEXT}, [("x" * 40_000,)])
    book = CalamineWorkbook.from_path(made(table, "xlsx", tmp_path).path)
    assert len(str(book.get_sheet_by_name("data").to_python()[1][0])) == 32_767
    assert any("cut" in str(row[0]) for row in book.get_sheet_by_name("fields").to_python())
    assert len(csv_rows(made(table, "csv", tmp_path).path)[1][0]) == 40_000


@pytest.mark.parametrize("format_name", FOR_TABLES)
def test_digest_and_size_are_those_of_the_file(table: ReadableTable, tmp_path: Path, format_name: str) -> None:
    file = made(table, format_name, tmp_path)
    assert file.sha256 == file_digest(file.path)
    assert file.size_bytes == file.path.stat().st_size
    assert file.row_count == 4


@pytest.mark.parametrize("format_name", [name for name in FOR_TABLES if name != "xlsx"])
def test_the_same_table_gives_the_same_bytes(table: ReadableTable, tmp_path: Path, format_name: str) -> None:
    assert made(table, format_name, tmp_path).sha256 == made(table, format_name, tmp_path).sha256


def sheet_rows(path: Path) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("format_name", FOR_TABLES)
def test_rows_keep_their_order_over_many_batches(tmp_path: Path, format_name: str) -> None:
    rows = [(n, f"第{n}行") for n in range(70_000)]
    table = make_table(tmp_path, {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}, rows)
    progress: list[int] = []
    file = make_file(table, format_name, tmp_path / "out", progress.append)
    readers: dict[str, Callable[[Path], list[tuple[object, ...]]]] = {
        "csv": lambda path: [(int(a), b) for a, b in csv_rows(path)[1:]],
        "excel.csv": lambda path: [(int(a), b) for a, b in csv_rows(path, "utf-8-sig")[1:]],
        "json": lambda path: [tuple(found.values()) for found in json.loads(path.read_bytes())],
        "jsonl": lambda path: [tuple(json.loads(line).values()) for line in path.read_bytes().splitlines()],
        "parquet": lambda path: pl.read_parquet(path).rows(),
        "xlsx": lambda path: [tuple(row) for row in sheet_rows(path)[1:]],
        "xml": lambda path: [(int(a.text or ""), b.text) for a, b in ElementTree.parse(path).getroot().iter("row")],
    }
    assert readers[format_name](file.path) == rows
    assert progress == sorted(progress)
    assert progress[-1] == 70_000


@pytest.mark.parametrize("format_name", FOR_TABLES)
def test_a_stopped_job_leaves_nothing(table: ReadableTable, tmp_path: Path, format_name: str) -> None:
    class Stopped(Exception):
        pass

    def stop(rows_done: int) -> None:
        raise Stopped

    target = tmp_path / "out" / "file"
    with pytest.raises(Stopped):
        make_file(table, format_name, target, stop)
    assert list(target.parent.iterdir()) == []


def test_a_failed_making_keeps_the_file_that_was_there(table: ReadableTable, tmp_path: Path) -> None:
    file = made(table, "csv", tmp_path)
    before = file.path.read_bytes()
    table.path.write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(Exception, match=r"."):
        made(table, "csv", tmp_path)
    assert file.path.read_bytes() == before
    assert [path.name for path in file.path.parent.iterdir()] == ["file.csv"]


def test_an_unknown_format_is_refused(table: ReadableTable, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        make_file(table, "dbf", tmp_path / "x")


def test_a_workbook_leaves_nothing_outside_of_its_own_directory(
    table: ReadableTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed amid one leaves its directory, which the next one sweeps, and nothing else."""
    elsewhere, seen = tmp_path / "elsewhere", list[int]()
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    make_file(table, "xlsx", tmp_path / "own" / "x.xlsx", lambda _: seen.append(len(list(elsewhere.iterdir()))))
    assert seen
    assert not any(seen)


def test_a_workbook_goes_on_in_another_sheet_where_one_is_full(
    table: ReadableTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 3)
    book = CalamineWorkbook.from_path(made(table, "xlsx", tmp_path).path)
    assert book.sheet_names == ["data", "data 2", "fields"]
    first, second = (book.get_sheet_by_name(name).to_python() for name in ("data", "data 2"))
    assert first[0] == second[0] == list(TYPES)
    assert (len(first), len(second)) == (3, 2)  # the third row is empty, and this reader leaves it out
    assert second[1][0] == "=1+1"
    assert any("2 sheets" in str(row[0]) for row in book.get_sheet_by_name("fields").to_python())


def test_an_empty_table_makes_files_that_open(tmp_path: Path) -> None:
    table = make_table(tmp_path, {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}, [])
    assert csv_rows(made(table, "csv", tmp_path).path) == [["n", "t"]]
    assert json.loads(made(table, "json", tmp_path).path.read_bytes()) == []
    assert made(table, "jsonl", tmp_path).path.read_bytes() == b""
    assert zipfile.is_zipfile(made(table, "xlsx", tmp_path).path)
