import io
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.comments import Comment

from portal.readers.errors import FileRefused
from portal.readers.reading import FileReading
from tests.readers.conftest import Opened, notes_of, rows_of, select, types_of


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def schools(book: openpyxl.Workbook) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = "学校"
    for row in (
        ["学校", "邮编", "学生", "建校"],
        ["一中", "001000", 900, date(1950, 9, 1)],
        ["二中", "002000", 12.5, None],
    ):
        sheet.append(row)


def original_lines(reading: FileReading) -> str:
    rows = select(f"SELECT text FROM read_parquet('{reading.original_text}')")
    return "\n".join(row[0] for row in rows)


def test_a_spreadsheet_named_csv_is_read_with_types(opened: Opened) -> None:
    reading = opened(workbook(schools), "学校.csv")
    table = reading.tables[0]
    assert reading.real_format == "xlsx"
    assert types_of(table) == {"学校": "text", "邮编": "text", "学生": "number", "建校": "date"}
    assert rows_of(table) == [("一中", "001000", 900.0, date(1950, 9, 1)), ("二中", "002000", 12.5, None)]
    assert not reading.has_hidden_content


def test_every_visible_sheet_with_rows_is_a_table(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        schools(book)
        book.create_sheet("空")
        second = book.create_sheet("医院")
        second.append(["名称", "床位"])
        second.append(["人民医院", 300])

    reading = opened(workbook(fill))
    assert [(table.key, table.name, table.rows_read) for table in reading.tables] == [
        ("table", "学校", 2),
        ("table-2", "医院", 1),
    ]
    assert [(note.code, note.subject) for note in reading.notes] == [("sheet_without_rows", "空")]


def test_hidden_sheets_are_no_tables_and_their_texts_are_handed_on(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        schools(book)
        secret = book.create_sheet("内部")
        secret.append(["姓名", "13800138000"])
        secret.sheet_state = "veryHidden"

    reading = opened(workbook(fill))
    assert len(reading.tables) == 1
    assert reading.has_hidden_content
    assert "姓名\t13800138000" in reading.hidden_texts["hidden sheet"]
    assert "13800138000" in original_lines(reading)


def test_hidden_rows_and_columns_are_left_out_and_counted(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        schools(book)
        sheet = book.active
        assert sheet is not None
        sheet.append(["三中", "003000", 7, None])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    reading = opened(workbook(fill))
    table = reading.tables[0]
    assert [column.name for column in table.columns] == ["学校", "邮编", "建校"]
    assert [row[0] for row in rows_of(table)] == ["一中", "三中"]
    assert (table.rows_read, table.rows_lost) == (2, 1)
    assert notes_of(table)["hidden_rows_left_out"] == 1
    assert notes_of(table)["hidden_columns_left_out"] == 1
    assert any("二中" in text for text in reading.hidden_texts["hidden row"])
    assert "900" in reading.hidden_texts["hidden column"]
    assert reading.has_hidden_content


def test_hidden_rows_and_columns_are_found_where_the_table_begins_further_down(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        rows: list[list[str | int]] = [
            ["学校", "电话", "人数"],
            ["一中", "138", 1],
            ["二中", "139", 2],
            ["三中", "137", 3],
            ["四中", "136", 4],
        ]
        for number, row in enumerate(rows, 5):
            for column, cell in enumerate(row, 3):
                sheet.cell(number, column, cell)
        sheet.merge_cells("C8:C9")
        sheet.row_dimensions[7].hidden = True
        sheet.column_dimensions["D"].hidden = True

    (table,) = opened(workbook(fill)).tables
    assert rows_of(table) == [("一中", 1), ("三中", 3), ("三中", 4)]


def test_comments_properties_and_names_are_hidden_texts(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        schools(book)
        sheet = book.active
        assert sheet is not None
        sheet["A2"].comment = Comment("联系 张三 13900139000", "李四")
        book.properties.creator = "王小明"
        book.properties.description = "内部使用"
        assert sheet.oddHeader is not None
        sheet.oddHeader.center.text = "机密"

    reading = opened(workbook(fill))
    assert any("13900139000" in text for text in reading.hidden_texts["comment"])
    assert {"王小明", "内部使用"} <= set(reading.hidden_texts["property"])
    assert any("机密" in text for text in reading.hidden_texts["header or footer"])
    assert reading.has_hidden_content
    assert "王小明" in original_lines(reading)


def test_cells_merged_downwards_are_filled_and_counted(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        for row in (["区", "学校"], ["东城", "一中"], [None, "二中"], [None, "三中"]):
            sheet.append(row)
        sheet.merge_cells("A2:A4")

    table = opened(workbook(fill)).tables[0]
    assert rows_of(table) == [("东城", "一中"), ("东城", "二中"), ("东城", "三中")]
    assert notes_of(table)["merged_cells_filled"] == 2


def test_a_merged_header_over_two_rows_under_a_merged_title(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        for row in (
            ["2024年许可台账", None, None],
            ["序号", "许可", None],
            [None, "编号", "日期"],
            [1, "A", "2024-01-02"],
            [2, "B", "2024-01-03"],
        ):
            sheet.append(row)
        for cells in ("A1:C1", "A2:A3", "B2:C2"):
            sheet.merge_cells(cells)

    table = opened(workbook(fill)).tables[0]
    assert types_of(table) == {"序号": "integer", "许可 / 编号": "text", "许可 / 日期": "date"}
    assert table.titles == ("2024年许可台账",)
    assert table.rows_read == 2


def test_numbers_keep_every_digit_that_the_file_has(opened: Opened) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.append(["证件", "金额", "时刻", "真"])
        sheet.append([110101199003070000, 0.1, datetime(2024, 1, 2, 3, 4, 5), True])
        sheet.append([110101199003071000, 12, datetime(2024, 1, 2), False])

    table = opened(workbook(fill)).tables[0]
    assert types_of(table) == {"证件": "text", "金额": "number", "时刻": "datetime", "真": "boolean"}
    assert rows_of(table)[0] == ("110101199003070000", 0.1, datetime(2024, 1, 2, 3, 4, 5), True)


def test_a_spreadsheet_without_rows_is_refused(opened: Opened) -> None:
    with pytest.raises(FileRefused) as refused:
        opened(workbook(lambda book: None))
    assert refused.value.code == "file_empty"


def test_a_damaged_spreadsheet_is_refused(opened: Opened) -> None:
    content = bytearray(workbook(schools))
    content[200:1200] = b"\x00" * 1000
    with pytest.raises(FileRefused) as refused:
        opened(bytes(content))
    assert refused.value.code == "file_damaged"
