"""Spreadsheets (xlsx, xls, xlsb, ods) into text tables: one for every visible sheet that has data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from portal.readers.errors import FileRefused
from portal.readers.hidden_parts import HiddenParts, SheetParts, not_seen
from portal.readers.reading import Note
from portal.readers.text_table import Row

CellValue = int | float | str | bool | time | date | datetime | timedelta
_EXACT_INTEGERS = 2.0**63
_MAX_FILLED_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet as rows of text; `hidden` holds the rows (tab-separated) that its author had hidden."""

    name: str
    rows: Sequence[Row]
    hidden_rows: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Workbook:
    """What a spreadsheet file holds: visible sheets with data, and the texts of hidden ones by sheet name."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    sheet_names: list[str] = field(default_factory=list)


def read_workbook(path: Path, hidden: HiddenParts) -> Workbook:
    """All sheets of the file, whose suffix must tell its format. Raises FileRefused (`file_encrypted`, `file_damaged`)."""
    found = Workbook()
    try:
        with CalamineWorkbook.from_path(path) as book:
            for metadata in book.sheets_metadata:
                found.sheet_names.append(metadata.name)
                if metadata.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet, SheetTypeEnum.DialogSheet):
                    continue
                sheet = book.get_sheet_by_name(metadata.name)
                parts = hidden.sheet(metadata.name)
                if metadata.visible is SheetVisibleEnum.Visible and not parts.is_hidden:
                    found.sheets.append(_visible(sheet, parts))
                else:
                    found.hidden_sheets.append(metadata.name)
                    found.hidden_sheets += row_texts(_text_rows(sheet))
    except PasswordError as error:
        raise FileRefused("file_encrypted", "The file is protected by a password; deliver it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("file_damaged", f"The spreadsheet cannot be opened ({type(error).__name__}).") from error
    return found


def row_texts(rows: Iterable[Row]) -> list[str]:
    """Each row that has a value as one line, its cells parted by tabs."""
    return [text for row in rows if (text := "\t".join(cell for cell in row if cell).strip())]


def _text_rows(sheet: CalamineSheet) -> list[list[str | None]]:
    return [[cell_text(value) for value in row] for row in sheet.iter_rows()] if sheet.start else []


def _visible(sheet: CalamineSheet, parts: SheetParts) -> Sheet:
    rows = _text_rows(sheet)
    first_row, first_column = _first_cell(sheet, rows)
    notes = []
    if filled := _fill_merged(rows, sheet, first_row, first_column):
        notes.append(Note("merged_cells_filled", sheet.name, filled))
    shown: list[Row] = []
    hidden_rows: list[Row] = []
    for number, row in enumerate(rows, first_row):
        (hidden_rows if number in parts.hidden_rows else shown).append(row)
    columns = [i for i in range(max(map(len, rows), default=0)) if i + first_column in parts.hidden_columns]
    hidden_columns: list[str] = []
    if columns:
        hidden_columns = row_texts([row[i] for i in columns if i < len(row)] for row in shown)
        dropped = set(columns)
        shown = [[cell for i, cell in enumerate(row) if i not in dropped] for row in shown]
        notes.append(Note("hidden_columns_left_out", sheet.name, len(columns)))
    texts = row_texts(hidden_rows)
    if texts:
        notes.append(Note("hidden_rows_left_out", sheet.name, len(texts)))
    return Sheet(sheet.name, shown, tuple(texts), tuple(hidden_columns), tuple(notes))


def _first_cell(sheet: CalamineSheet, rows: list[list[str | None]]) -> tuple[int, int]:
    """Row and column of the sheet at which `rows` begins: rows come from the top, columns from the first filled one.

    Reckoned from the end, so that hidden rows are found wherever the library begins.
    """
    last_row, last_column = sheet.end or (0, 0)
    width = max(map(len, rows), default=0)
    first = (last_row + 1 - len(rows), last_column + 1 - width)
    if rows and min(first) < 0:
        raise not_seen(f"the rows of the sheet {sheet.name!r} cannot be counted")
    return first


def _fill_merged(rows: list[list[str | None]], sheet: CalamineSheet, first_row: int, first_column: int) -> int:
    """Repeat the value of cells merged downwards in the rows they cover; the number of cells filled."""
    filled = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        column, start = left - first_column, top - first_row
        if bottom <= top or start < 0 or start >= len(rows) or not 0 <= column < len(rows[start]):
            continue
        value = rows[start][column]
        if not value:
            continue
        for row in rows[start + 1 : bottom - first_row + 1]:
            if filled >= _MAX_FILLED_CELLS:
                return filled
            if column < len(row) and not row[column]:
                row[column] = value
                filled += 1
    return filled


def cell_text(value: CellValue) -> str | None:
    """A cell as text: whole numbers without a fraction, dates in ISO 8601, truth values in lower case."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def all_texts(book: Workbook) -> Iterator[str]:
    """Everything readable in the sheets, hidden parts included, row by row."""
    for sheet in book.sheets:
        yield from row_texts(sheet.rows)
        yield from sheet.hidden_rows
        yield from sheet.hidden_columns
    yield from book.hidden_sheets
    yield from book.sheet_names
