"""What xls, xlsb and ods hide must not come out as rows: files made byte by byte here, and one real delivery."""

import io
import zipfile
from pathlib import Path

import pytest

from portal.readers import FileRefused, read_file
from portal.readers.reading import FileReading
from tests.readers.biff import BiffSheet, xls
from tests.readers.conftest import Opened, notes_of, rows_of, select

_ROWS: tuple[tuple[str | float, ...], ...] = (
    ("学校", "电话", "人数"),
    ("一中", "13800138001", 900.0),
    ("二中", "13800138002", 800.0),
    ("三中", "13800138003", 700.0),
)
_NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
            ("draw", "drawing"),
            ("meta", "meta"),
        )
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def ods_row(*cells: str, attributes: str = "", inside: str = "") -> str:
    texts = "".join(
        f'<table:table-cell office:value-type="string">{inside if number == 0 else ""}'
        f"<text:p>{cell}</text:p></table:table-cell>"
        for number, cell in enumerate(cells)
    )
    return f"<table:table-row {attributes}>{texts}</table:table-row>"


def ods_table(rows: str, *, columns: str = "", name: str = "学校", style: str = "ta1") -> str:
    columns = columns or '<table:table-column table:number-columns-repeated="3"/>'
    return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{rows}</table:table>'


def ods(tables: str, *, author: str = "", header: str = "") -> bytes:
    styles = (
        '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="ro0" style:family="table-row"><style:table-row-properties style:row-height="0cm"/>'
        "</style:style>"
    )
    content = (
        f"<office:document-content {_NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    meta = f"<office:document-meta {_NAMESPACES}><office:meta><dc:creator>{author}</dc:creator></office:meta>"
    page = f"<office:document-styles {_NAMESPACES}><style:header><text:p>{header}</text:p></style:header>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
        archive.writestr("meta.xml", meta + "</office:document-meta>")
        archive.writestr("styles.xml", page + "</office:document-styles>")
    return buffer.getvalue()


def ods_rows(hidden: str = "") -> str:
    """Header, two rows, and one more with the attributes `hidden`."""
    return (
        ods_row("学校", "电话", "人数")
        + ods_row("一中", "13800138001", "9")
        + ods_row("二中", "13800138002", "8", attributes=hidden)
        + ods_row("三中", "13800138003", "7")
    )


def everything(reading: FileReading) -> str:
    """All that would be published of the tables."""
    return repr([rows_of(table) for table in reading.tables])


def original_of(reading: FileReading) -> str:
    return "\n".join(row[0] for row in select(f"SELECT text FROM read_parquet('{reading.original_text}')"))


def test_an_xls_without_anything_hidden_is_read_whole(opened: Opened) -> None:
    reading = opened(xls(BiffSheet("学校", _ROWS)), "学校.xls")
    assert reading.real_format == "xls"
    assert rows_of(reading.tables[0]) == [(*row[:2], int(row[2])) for row in _ROWS[1:]]
    assert not reading.hidden_texts.keys() & {"hidden row", "hidden column", "comment"}


@pytest.mark.parametrize("way", ["hidden_rows", "flat_rows", "default"])
def test_hidden_rows_of_an_xls_are_left_out_and_counted(opened: Opened, way: str) -> None:
    if way == "default":
        sheet = BiffSheet("学校", _ROWS, rows_without_record=frozenset({2}), default_is_hidden=True)
    else:
        sheet = BiffSheet("学校", _ROWS, **{way: frozenset({2})})  # type: ignore[arg-type]
    reading = opened(xls(sheet))
    (table,) = reading.tables
    assert "13800138002" not in everything(reading)
    assert (table.rows_read, table.rows_lost, notes_of(table)["hidden_rows_left_out"]) == (2, 1, 1)
    assert any("13800138002" in text for text in reading.hidden_texts["hidden row"])
    assert "13800138002" in original_of(reading)


def test_hidden_columns_of_an_xls_are_left_out_and_counted(opened: Opened) -> None:
    reading = opened(xls(BiffSheet("学校", _ROWS, hidden_columns=frozenset({1}))))
    (table,) = reading.tables
    assert [column.name for column in table.columns] == ["学校", "人数"]
    assert "13800138" not in everything(reading)
    assert notes_of(table)["hidden_columns_left_out"] == 1
    assert "13800138003" in reading.hidden_texts["hidden column"]


@pytest.mark.parametrize("visibility", [1, 2])
def test_hidden_sheets_of_an_xls_are_no_tables(opened: Opened, visibility: int) -> None:
    book = xls(BiffSheet("学校", _ROWS[:2]), BiffSheet("内部", _ROWS, visibility=visibility))
    reading = opened(book)
    assert [table.name for table in reading.tables] == ["学校"]
    assert any("13800138003" in text for text in reading.hidden_texts["hidden sheet"])


def test_comments_and_headers_of_an_xls_are_hidden_texts(opened: Opened) -> None:
    sheet = BiffSheet("学校", _ROWS, header="&C机密", notes={(1, 0): "联系 13900139000"})
    reading = opened(xls(sheet))
    assert "联系 13900139000" in reading.hidden_texts["comment"]
    assert any("机密" in text for text in reading.hidden_texts["header or footer"])
    assert reading.has_hidden_content


def test_an_xls_that_cannot_be_looked_into_is_refused(opened: Opened) -> None:
    """A record of a row that is too short: the cells could still be read."""
    height_of_rows, row = b"\x25\x02\x04\x00", b"\x08\x02\x04\x00"
    content = xls(BiffSheet("学校", _ROWS))
    with pytest.raises(FileRefused) as refused:
        opened(content.replace(height_of_rows, row))
    assert refused.value.code == "hidden_parts_unreadable"


@pytest.mark.parametrize(
    "hidden",
    [
        'table:visibility="collapse"',
        'table:visibility="filter"',
        'table:style-name="ro0"',
    ],
)
def test_hidden_rows_of_an_ods_are_left_out_and_counted(opened: Opened, hidden: str) -> None:
    reading = opened(ods(ods_table(ods_rows(hidden))), "学校.ods")
    (table,) = reading.tables
    assert reading.real_format == "ods"
    assert [row[0] for row in rows_of(table)] == ["一中", "三中"]
    assert (table.rows_read, table.rows_lost, notes_of(table)["hidden_rows_left_out"]) == (2, 1, 1)
    assert any("13800138002" in text for text in reading.hidden_texts["hidden row"])


def test_rows_behind_blank_and_repeated_ones_are_found_by_their_place(opened: Opened) -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="7"><table:table-cell/></table:table-row>'
        + ods_row("学校", "电话", "人数")
        + ods_row("一中", "13800138001", "9", attributes='table:number-rows-repeated="3"')
        + '<table:table-row-group table:display="false">'
        + ods_row("二中", "13800138002", "8")
        + "</table:table-row-group>"
        + ods_row("三中", "13800138003", "7", attributes='table:visibility="visible"')
        + '<table:table-row table:number-rows-repeated="1048000" table:visibility="collapse"><table:table-cell/>'
        "</table:table-row>"
    )
    (table,) = opened(ods(ods_table(rows))).tables
    assert [row[0] for row in rows_of(table)] == ["一中", "一中", "一中", "三中"]
    assert table.rows_lost == 1


def test_hidden_columns_of_an_ods_are_left_out_and_counted(opened: Opened) -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    reading = opened(ods(ods_table(ods_rows(), columns=columns)))
    assert [column.name for column in reading.tables[0].columns] == ["学校", "人数"]
    assert "13800138" not in everything(reading)
    assert "13800138003" in reading.hidden_texts["hidden column"]


def test_hidden_sheets_of_an_ods_are_no_tables(opened: Opened) -> None:
    reading = opened(ods(ods_table(ods_rows()) + ods_table(ods_rows(), name="内部", style="ta2")))
    assert [table.name for table in reading.tables] == ["学校"]
    assert "内部" in reading.hidden_texts["hidden sheet"]


def test_comments_text_boxes_and_properties_of_an_ods_are_hidden_texts(opened: Opened) -> None:
    comment = "<office:annotation><dc:creator>李四</dc:creator><text:p>联系 13900139000</text:p></office:annotation>"
    box = (
        "<table:shapes><draw:frame><draw:text-box><text:p>内部使用</text:p></draw:text-box></draw:frame></table:shapes>"
    )
    rows = ods_row("学校", "人数") + ods_row("一中", "9", inside=comment) + ods_row("二中", "8")
    reading = opened(
        ods(
            ods_table(rows).replace("<table:table-column ", box + "<table:table-column "),
            author="王小明",
            header="机密",
        )
    )
    assert rows_of(reading.tables[0]) == [("一中", 9), ("二中", 8)]
    assert {"李四", "联系 13900139000"} <= set(reading.hidden_texts["comment"])
    assert "内部使用" in reading.hidden_texts["text box"]
    assert "王小明" in reading.hidden_texts["property"]
    assert "机密" in reading.hidden_texts["header or footer"]
    assert reading.has_hidden_content


def test_an_xlsb_is_refused_for_nobody_sees_what_it_hides(tmp_path: Path) -> None:
    path = tmp_path / "delivered"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    with pytest.raises(FileRefused, match="save it as") as refused:
        read_file(path, file_name="学校.xlsb", work_dir=tmp_path / "work")
    assert refused.value.code == "hidden_parts_unreadable"


def xlsx_with(sheet: str) -> bytes:
    """A workbook as another program may write it: `sheet` is what stands in its only worksheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
        f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.'
        f'main+xml"/><Override PartName="/xl/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="学校" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relation}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx_row(number: int, attributes: str, *cells: str) -> str:
    inner = "".join(
        f'<c r="{"ABC"[i]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for i, cell in enumerate(cells)
    )
    return f"<row {attributes}>{inner}</row>"


@pytest.mark.parametrize(
    "attributes",
    ["r='3' hidden='1'", 'r="3" hidden = "true"', 'hidden="1" r="3"', 'r="3" ht="0" customHeight="1"'],
)
def test_hidden_rows_of_an_xlsx_are_found_however_they_are_written(opened: Opened, attributes: str) -> None:
    rows = (
        xlsx_row(1, 'r="1" hidden="0" ht="0.75"', "学校", "电话")
        + xlsx_row(2, 'r="2" hidden="false"', "一中", "13800138001")
        + xlsx_row(3, attributes, "二中", "13800138002")
        + xlsx_row(4, 'r="4"', "三中", "13800138003")
    )
    (table,) = opened(xlsx_with(f"<sheetData>{rows}</sheetData>")).tables
    assert [row[0] for row in rows_of(table)] == ["一中", "三中"]


def test_a_hidden_row_of_an_xlsx_without_its_number_refuses_the_file(opened: Opened) -> None:
    rows = xlsx_row(1, "", "学校", "电话") + xlsx_row(2, 'hidden="1"', "一中", "1") + xlsx_row(3, "", "二中", "2")
    with pytest.raises(FileRefused) as refused:
        opened(xlsx_with(f"<sheetData>{rows}</sheetData>"))
    assert refused.value.code == "hidden_parts_unreadable"


@pytest.mark.shared
def test_a_real_xls_with_a_hidden_column_is_published_without_it(shared_data: Path, opened: Opened) -> None:
    path = next((shared_data / "files" / "tw_tainan" / "raw").glob("*1040819.xls"))
    reading = opened(path, path.name)
    notes = [notes_of(table).get("hidden_columns_left_out") for table in reading.tables]
    assert notes == [1, None]
