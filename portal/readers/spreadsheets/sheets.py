"""Spreadsheets (xlsx, xls, xlsb, ods) into text tables: one for every visible sheet that has data."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from portal.readers.headers.finding import Span
from portal.readers.headers.proof import HeaderChoice
from portal.readers.hidden.parts import HiddenParts, SheetParts, not_seen
from portal.readers.reading import Note
from portal.readers.spreadsheets.merged_cells import fill_merged, seen_merges
from portal.readers.text_table import Row

CellValue = int | float | str | bool | time | date | datetime | timedelta
_EXACT_INTEGERS = 2.0**63
_LONGEST_EXACT, _TOO_LONG = 10**15, 10**19


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet as rows of text; `hidden_rows` holds those (tab-separated) that its author had hidden.

    `numbers`: of the rows, as the spreadsheet shows them. `spans`: merged ranges of the header, by row (of the non-blank
    ones) and column. `damaged`: column → numbers of more than 15 digits, which a spreadsheet rounds.
    """

    name: str
    rows: Sequence[Row]
    numbers: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
    damaged: Mapping[int, int] = field(default_factory=dict)
    hidden_rows: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Workbook:
    """What a spreadsheet file holds: visible sheets with data, and the texts of hidden ones by sheet name."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    sheet_names: list[str] = field(default_factory=list)


def read_workbook(path: Path, hidden: HiddenParts, choices: Mapping[str, HeaderChoice]) -> Workbook:
    """All sheets of the file, whose suffix must tell its format; `choices`: sheet name → its confirmed header.

    Raises FileRefused (`file_encrypted`, `file_damaged`).
    """
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
                    found.sheets.append(_visible(sheet, parts, choices.get(metadata.name)))
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


def _visible(sheet: CalamineSheet, parts: SheetParts, choice: HeaderChoice | None) -> Sheet:
    rows = _text_rows(sheet)
    first_row, first_column = _first_cell(sheet, rows)
    width = max(map(len, rows), default=0)
    places = [i for i in range(len(rows)) if i + first_row not in parts.hidden_rows]
    columns = [i for i in range(width) if i + first_column not in parts.hidden_columns]
    shown = [[row[i] if i < len(row) else None for i in columns] for row in map(rows.__getitem__, places)]
    ranges = [*((*a, *b) for a, b in sheet.merged_cell_ranges or ()), *parts.merged]
    moved = [(r - first_row, c - first_column, r2 - first_row, c2 - first_column) for r, c, r2, c2 in ranges]
    merges = seen_merges(moved, rows, places, columns)
    numbers = tuple(i + first_row + 1 for i in places)
    spans, filled = fill_merged(shown, merges, numbers, choice)
    notes = [Note("merged_cells_filled", sheet.name, filled)] if filled else []
    visible = set(places)
    hidden_rows = row_texts(row for i, row in enumerate(rows) if i not in visible)
    hidden_columns: list[str] = []
    if len(columns) < width:
        away = sorted(set(range(width)) - set(columns))
        hidden_columns = row_texts([rows[n][i] for i in away if i < len(rows[n])] for n in places)
        notes.append(Note("hidden_columns_left_out", sheet.name, len(away)))
    if hidden_rows:
        notes.append(Note("hidden_rows_left_out", sheet.name, len(hidden_rows)))
    damaged = _damaged(sheet, columns)
    return Sheet(sheet.name, shown, numbers, spans, damaged, tuple(hidden_rows), tuple(hidden_columns), tuple(notes))


def _damaged(sheet: CalamineSheet, columns: Sequence[int]) -> dict[int, int]:
    """Column (of the shown ones) → its whole numbers of 16 digits and more: of such, a spreadsheet keeps 15."""
    counts: Counter[int] = Counter()
    for row in sheet.iter_rows() if sheet.start else ():
        for i, value in enumerate(row):
            if (
                isinstance(value, float | int)
                and not isinstance(value, bool)
                and _LONGEST_EXACT <= abs(value) < _TOO_LONG
            ):
                counts[i] += 1
    return {place: counts[i] for place, i in enumerate(columns) if counts[i]}


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
