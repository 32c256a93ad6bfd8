"""Spreadsheets of three kinds with something in each of the places that a person does not see."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from tests.readers.biff import BiffSheet
from tests.readers.biff import xls as biff_file

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `visibility`: 0 visible, 1 hidden, 2 very hidden. Rows and columns are counted from 0."""

    name: str
    rows: Rows
    visibility: int = 0
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comment: str = ""
    header: str = ""
    text_box: str = ""


@dataclass(frozen=True)
class Book:
    """A workbook with its properties and one defined name."""

    sheets: tuple[Sheet, ...]
    properties: dict[str, str] = field(default_factory=dict)
    defined_name: str = ""


def xlsx(book: Book) -> bytes:
    """Through openpyxl; a text box is something only xlsxwriter can make."""
    if any(sheet.text_box for sheet in book.sheets):
        return _xlsx_with_text_box(book)
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for sheet in book.sheets:
        page = made.create_sheet(sheet.name)
        for row in sheet.rows:
            page.append(list(row))
        for number in sheet.hidden_rows:
            page.row_dimensions[number + 1].hidden = True
        for number in sheet.hidden_columns:
            page.column_dimensions[get_column_letter(number + 1)].hidden = True
        page.sheet_state = ("visible", "hidden", "veryHidden")[sheet.visibility]
        if sheet.comment:
            page["A2"].comment = Comment(sheet.comment, "制表人")
        if sheet.header:
            page.oddFooter.left.text = sheet.header
    for name, value in book.properties.items():
        setattr(made.properties, name, value)
    if book.defined_name:
        made.defined_names["note"] = DefinedName("note", attr_text=f'"{book.defined_name}"')
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _xlsx_with_text_box(book: Book) -> bytes:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for sheet in book.sheets:
        page = made.add_worksheet(sheet.name)
        for number, row in enumerate(sheet.rows):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell)
        if sheet.text_box:
            page.insert_textbox(2, 10, sheet.text_box)
    made.close()
    return buffer.getvalue()


def xls(book: Book) -> bytes:
    """BIFF8, byte by byte."""
    return biff_file(
        *(
            BiffSheet(
                sheet.name,
                sheet.rows,
                hidden_rows=sheet.hidden_rows,
                hidden_columns=sheet.hidden_columns,
                visibility=sheet.visibility,
                header=sheet.header,
                notes={(1, 0): sheet.comment} if sheet.comment else {},
            )
            for sheet in book.sheets
        )
    )


_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("meta", "meta"),
    )
)  # fmt: skip
_STYLES = "".join(
    f'<style:style style:name="ta{number}" style:family="table"><style:table-properties table:display="{shown}"/>'
    "</style:style>"
    for number, shown in ((0, "true"), (1, "false"), (2, "false"))
)


def ods(book: Book) -> bytes:
    """OpenDocument, as ISO/IEC 26300 has it."""
    tables = "".join(_ods_table(sheet) for sheet in book.sheets)
    header = "".join(f"<text:p>{escape(sheet.header)}</text:p>" for sheet in book.sheets)
    properties = "".join(
        f'<meta:user-defined meta:name="{name}">{escape(value)}</meta:user-defined>'
        for name, value in book.properties.items()
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content {_SPACES}><office:automatic-styles>{_STYLES}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        "meta.xml": f"<office:document-meta {_SPACES}><office:meta>{properties}</office:meta></office:document-meta>",
        "styles.xml": f"<office:document-styles {_SPACES}><style:header>{header}</style:header></office:document-styles>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _ods_table(sheet: Sheet) -> str:
    width = max(len(row) for row in sheet.rows)
    columns = "".join(f"<table:table-column{_collapsed(number in sheet.hidden_columns)}/>" for number in range(width))
    rows = "".join(
        f"<table:table-row{_collapsed(number in sheet.hidden_rows)}>{_ods_cells(row, sheet.comment if number == 1 else '')}"
        "</table:table-row>"
        for number, row in enumerate(sheet.rows)
    )
    name = escape(sheet.name, quote=True)
    return f'<table:table table:name="{name}" table:style-name="ta{sheet.visibility}">{columns}{rows}</table:table>'


def _ods_cells(row: Sequence[str], comment: str) -> str:
    note = f"<office:annotation><text:p>{escape(comment)}</text:p></office:annotation>" if comment else ""
    return "".join(
        f'<table:table-cell office:value-type="string">{note if number == 0 else ""}<text:p>{escape(cell)}</text:p>'
        "</table:table-cell>"
        for number, cell in enumerate(row)
    )


def _collapsed(is_hidden: bool) -> str:
    return ' table:visibility="collapse"' if is_hidden else ""
