"""XLSX: one sheet with the rows, one with the fields. Slow (some 10,000 rows a second), so made as a job up to a limit."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from portal.exports.batches import batches
from portal.exports.delimited import flat_columns
from portal.kernel.text import Language
from portal.tables import ReadableTable

_EXACT_INTEGERS = 10**15
_MAX_CELL_CHARS = 32_767
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_WIDTH_CHARS = 18
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
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        writer = _SheetWriter(
            book.add_worksheet("data"),
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            book.add_format({"bold": True}),
        )
        columns = flat_columns(table)
        writer.write_header([column.name for column in columns])
        for batch in batches(table, columns):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                writer.write_row(row)
            on_progress(writer.row_count)
        _write_fields(book.add_worksheet("fields"), table, writer.cut_cells)


class _SheetWriter:
    def __init__(self, sheet: Worksheet, day: CellFormat, moment: CellFormat, bold: CellFormat) -> None:
        self._sheet, self._day, self._moment, self._bold = sheet, day, moment, bold
        self.row_count = 0
        self.cut_cells = 0

    def write_header(self, names: list[str]) -> None:
        self._sheet.set_column(0, max(0, len(names) - 1), _WIDTH_CHARS)
        self._sheet.freeze_panes(1, 0)
        for index, name in enumerate(names):
            self._sheet.write_string(0, index, name, self._bold)

    def write_row(self, cells: tuple[object, ...]) -> None:
        self.row_count += 1
        for index, cell in enumerate(cells):
            if cell is not None:
                self._write(self.row_count, index, cell)

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


def _write_fields(sheet: Worksheet, table: ReadableTable, cut_cells: int) -> None:
    rows: list[tuple[object, ...]] = [_FIELDS]
    for column in table.schema.columns:
        title = column.title.shown(Language.ZH).value
        description = column.description.shown(Language.ZH).value
        nulls, rule = column.null_count, column.action.value
        rows.append((column.name, title, column.type.value, description, column.source_name, nulls, rule))
    rows += [("",), ("version", table.version_key), ("rows", table.row_count), ("sha256", table.digest)]
    if cut_cells:
        rows.append(
            (
                f"{cut_cells} cells were longer than {_MAX_CELL_CHARS} characters and are cut here; the CSV has them whole.",
            )
        )
    if len(flat_columns(table)) < len(table.schema.columns):
        rows.append(("Geometries are not in this workbook; GeoJSON, CSV and Parquet have them.",))
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            sheet.write_string(number, index, str(cell)[:_MAX_CELL_CHARS])
