"""XLSX: as many sheets as the rows take (one holds 1,048,576 lines), and one with the fields. Slow (some 10,000 rows a second),
so made as a job."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from portal.exports.batches import batches
from portal.exports.delimited import flat_columns
from portal.kernel.text import Language
from portal.tables import ReadableTable

_EXACT_INTEGERS = 10**15
_MAX_CELL_CHARS = 32_767
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_WIDTH_CHARS = 18
SHEET_ROWS = 1_048_575
"""Rows of data in a sheet, below its line of names."""
_FIELDS = ("name", "title", "类型 type", "description", "source name", "nulls", "rule")


def write_workbook(table: ReadableTable, target: Path, on_progress: Callable[[int], None]) -> None:
    """Write the workbook; memory does not grow with its rows.

    Whole numbers of more than 15 digits and days before 1900-03-01 are written as text, for a spreadsheet would change
    them; a text longer than a cell may be is cut, and the sheet of fields says so. Geometries are left out.
    """
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": str(target.parent),  # what a killed worker leaves there is swept
        "use_zip64": True,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        columns = flat_columns(table)
        writer = _RowWriter(book, [column.name for column in columns])
        for batch in batches(table, columns):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                writer.write_row(row)
            on_progress(writer.row_count)
        _write_fields(book.add_worksheet("fields"), table, writer)


class _RowWriter:
    """Rows in as many sheets as they take: `data`, `data 2` …"""

    def __init__(self, book: xlsxwriter.Workbook, names: list[str]) -> None:
        self._book, self._names = book, names
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._bold = book.add_format({"bold": True})
        self.row_count = 0
        self.cut_cells = 0
        self.sheet_count = 0
        self._sheet = self._new_sheet()

    def write_row(self, cells: tuple[object, ...]) -> None:
        line = self.row_count % SHEET_ROWS
        if line == 0 and self.row_count:
            self._sheet = self._new_sheet()
        self.row_count += 1
        for index, cell in enumerate(cells):
            if cell is not None:
                self._write(line + 1, index, cell)

    def _new_sheet(self) -> Worksheet:
        self.sheet_count += 1
        sheet = self._book.add_worksheet("data" if self.sheet_count == 1 else f"data {self.sheet_count}")
        sheet.set_column(0, max(0, len(self._names) - 1), _WIDTH_CHARS)
        sheet.freeze_panes(1, 0)
        for index, name in enumerate(self._names):
            sheet.write_string(0, index, name, self._bold)
        return sheet

    def _write(self, row: int, column: int, cell: object) -> None:
        if isinstance(cell, bool):
            self._sheet.write_boolean(row, column, cell)
        elif isinstance(cell, int | float) and abs(cell) < _EXACT_INTEGERS:
            self._sheet.write_number(row, column, cell)
        elif isinstance(cell, datetime) and cell.date() >= _FIRST_EXCEL_DAY:
            self._sheet.write_datetime(row, column, cell, self._moment)
        elif isinstance(cell, date) and not isinstance(cell, datetime) and cell >= _FIRST_EXCEL_DAY:
            self._sheet.write_datetime(row, column, cell, self._day)
        else:
            text = cell.isoformat() if isinstance(cell, date) else str(cell)
            self.cut_cells += len(text) > _MAX_CELL_CHARS
            self._sheet.write_string(row, column, text[:_MAX_CELL_CHARS])


def _write_fields(sheet: Worksheet, table: ReadableTable, writer: _RowWriter) -> None:
    rows: list[tuple[object, ...]] = [_FIELDS]
    for column in table.schema.columns:
        title = column.title.shown(Language.ZH).value
        description = column.description.shown(Language.ZH).value
        nulls, rule = column.null_count, column.action.value
        rows.append((column.name, title, column.type.value, description, column.source_name, nulls, rule))
    rows += [("",), ("version", table.version_key), ("rows", table.row_count), ("sha256", table.digest)]
    if writer.cut_cells:
        told = f"{writer.cut_cells} cells were longer than {_MAX_CELL_CHARS} characters and are cut here; the CSV has them whole."
        rows.append((told,))
    if writer.sheet_count > 1:
        rows.append((f"The rows take {writer.sheet_count} sheets, for one holds {SHEET_ROWS} of them.",))
    if len(flat_columns(table)) < len(table.schema.columns):
        rows.append(("Geometries are not in this workbook; GeoJSON, CSV and Parquet have them.",))
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            sheet.write_string(number, index, str(cell)[:_MAX_CELL_CHARS])
