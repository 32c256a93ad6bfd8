"""The child process behind `read_grid`: takes its limits, opens one spreadsheet, writes its rows as lines of JSON."""

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from portal.readers.child import RESULT_NAME, take_limits
from portal.readers.lifeline import end_with_parent
from portal.readers.reading import ReadingLimits

_MOST_FILLED = 5_000_000
_LONGEST_CELL = 100_000
_CHUNK_BYTES = 1 << 20
_ERROR_CELL = 5  # xlrd's number of a cell that holds an error
# A cell whose formula has no stored value, or that holds an error: `<c r="B3"><f>…</f><v/></c>`, `<c r="B4" t="e">…`.
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IS_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_STORED = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?>[^<]|<(?:\w+:)?is>")

Faults = dict[int, set[int]]


def main() -> int:
    """Read one file; the exit status is 0 when the answer was written."""
    request = json.loads(sys.stdin.read())
    end_with_parent(request["parent"])
    limits = ReadingLimits(**request["limits"])
    take_limits(limits)
    from portal.readers.errors import FileRefused  # noqa: PLC0415 - the limits hold before anything large is loaded

    work_dir = Path(request["work_dir"])
    try:
        answer: dict[str, Any] = _read(Path(request["path"]), work_dir, limits)
    except FileRefused as refusal:
        answer = {"refusal": {"code": refusal.code, "message": str(refusal)}}
    (work_dir / RESULT_NAME).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return 0


def _read(path: Path, work_dir: Path, limits: ReadingLimits) -> dict[str, Any]:
    from portal.readers.errors import FileRefused  # noqa: PLC0415
    from portal.readers.formats import real_format  # noqa: PLC0415

    found = real_format(path, limits)
    if found.way == "text":
        return {"format": "csv", "sheets": [_delimited(path, work_dir)]}
    if found.name not in {"xlsx", "xls"}:
        raise FileRefused("file_damaged", f"The file is {found.name}; save it as .xlsx, .xls or .csv.")
    link = work_dir / f"grid.{found.name}"
    link.symlink_to(path.resolve())
    try:
        return {"format": found.name, "sheets": _sheets(link, found.name, work_dir)}
    finally:
        link.unlink()


def _delimited(path: Path, work_dir: Path) -> dict[str, Any]:
    from portal.readers.errors import FileRefused  # noqa: PLC0415
    from portal.readers.text.encodings import detect_encoding, write_utf8  # noqa: PLC0415

    copy = work_dir / "grid.utf8"
    write_utf8(path, detect_encoding(path), copy)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with copy.open(encoding="utf-8", newline="") as file:
            head = file.read(4_096)
            file.seek(0)
            delimiter = max(",\t;|", key=head.count)
            return _write("", csv.reader(file, delimiter=delimiter, strict=True), work_dir / "grid-1.jsonl")
    except csv.Error as error:
        raise FileRefused(
            "file_damaged", "The file is not CSV: a quotation mark is not closed, or a cell is too long; save it again."
        ) from error
    finally:
        copy.unlink()


def _sheets(path: Path, name: str, work_dir: Path) -> list[dict[str, Any]]:
    from python_calamine import (  # noqa: PLC0415
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    from portal.readers.errors import FileRefused  # noqa: PLC0415
    from portal.readers.hidden.parts import HiddenParts  # noqa: PLC0415
    from portal.readers.hidden.xls import search_xls  # noqa: PLC0415
    from portal.readers.hidden.xlsx import search_xlsx  # noqa: PLC0415

    hidden = HiddenParts()
    (search_xlsx if name == "xlsx" else search_xls)(path, hidden)
    faults = _faults_xlsx(path) if name == "xlsx" else _faults_xls(path)
    found: list[dict[str, Any]] = []
    try:
        with CalamineWorkbook.from_path(path) as book:
            for metadata in book.sheets_metadata:
                if metadata.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet, parts = book.get_sheet_by_name(metadata.name), hidden.sheet(metadata.name)
                rows = _cells(sheet, faults.get(metadata.name, {}))
                file = work_dir / f"grid-{len(found) + 1}.jsonl"
                written = _write(
                    metadata.name, rows, file, hidden_rows=parts.hidden_rows, faults=faults.get(metadata.name, {})
                )
                is_hidden = parts.is_hidden or metadata.visible is not SheetVisibleEnum.Visible
                found.append(written | {"is_hidden": is_hidden, "hidden_columns": sorted(parts.hidden_columns)})
    except PasswordError as error:
        raise FileRefused("file_encrypted", "The file is protected by a password; deliver it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("file_damaged", f"The spreadsheet cannot be opened ({type(error).__name__}).") from error
    return found


def _cells(sheet: Any, faults: Faults) -> list[list[str]]:
    """All cells as text from the first row and column of the sheet on, merged ranges filled."""
    from portal.readers.errors import FileRefused  # noqa: PLC0415
    from portal.readers.spreadsheets.sheets import cell_text  # noqa: PLC0415

    if not sheet.start:
        return []
    rows = [[cell_text(value) or "" for value in row] for row in sheet.iter_rows()]
    last_row, last_column = sheet.end or (0, 0)
    width = max(map(len, rows), default=0)
    above, left = last_row + 1 - len(rows), last_column + 1 - width
    rows = [[] for _ in range(above)] + [[""] * left + row for row in rows]
    filled = 0
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        value = rows[top][first] if top < len(rows) and first < len(rows[top]) else ""
        if not value and first not in faults.get(top, ()):
            continue
        for number in range(top, min(bottom, len(rows) - 1) + 1):
            row = rows[number]
            row.extend([""] * (last + 1 - len(row)))
            row[first : last + 1] = [value] * (last + 1 - first)
            if first in faults.get(top, ()):
                faults.setdefault(number, set()).update(range(first, last + 1))
            filled += last + 1 - first
            if filled > _MOST_FILLED:
                raise FileRefused("file_too_large", f"More than {_MOST_FILLED:,} cells are merged; unmerge them.")
    return rows


def _write(
    name: str,
    rows: Iterable[list[str]],
    path: Path,
    *,
    hidden_rows: frozenset[int] = frozenset(),
    faults: Faults | None = None,
) -> dict[str, Any]:
    """One line a row that is not blank; of several blank ones in a row the first, so that it still parts what it parts."""
    written, is_after_blank = 0, True
    with path.open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows):
            cells = [" ".join(cell.split("\x00")).strip()[:_LONGEST_CELL] for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            wrong = sorted((faults or {}).get(number, ()))
            is_blank = not cells and not wrong
            if is_blank and is_after_blank:
                continue
            is_after_blank = is_blank
            file.write(json.dumps([number + 1, int(number in hidden_rows), cells, wrong], ensure_ascii=False) + "\n")
            written += 1
    return {"name": name, "is_hidden": False, "hidden_columns": [], "rows": written, "file": path.name}


def _faults_xlsx(path: Path) -> dict[str, Faults]:
    """Sheet name → row → columns whose cells look blank to a reader of values and are not."""
    from portal.readers.hidden.xlsx import sheet_members  # noqa: PLC0415

    found: dict[str, Faults] = {}
    with zipfile.ZipFile(path) as archive:
        for name, member in sheet_members(archive).items():
            for attributes, content in _suspects(archive, member):
                is_error = _IS_ERROR.search(attributes) is not None
                address = _ADDRESS.search(attributes)
                if address and (is_error or (b"<f" in content and not _STORED.search(content))):
                    found.setdefault(name, {}).setdefault(int(address[2]) - 1, set()).add(_column(address[1]))
    return found


def _suspects(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[bytes, bytes]]:
    """Attributes and content of cells with a formula or an error, the sheet read as a stream."""
    rest = b""
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK_BYTES):
            text = rest + chunk
            end = text.rfind(b"</row>") + 6
            if end < 6:
                rest = text
                continue
            rest, text = text[end:], text[:end]
            if b"<f" in text or b'="e"' in text or b"='e'" in text:
                yield from _CELL.findall(text)
    yield from _CELL.findall(rest)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _faults_xls(path: Path) -> dict[str, Faults]:
    import xlrd  # noqa: PLC0415

    found: dict[str, Faults] = {}
    with xlrd.open_workbook(str(path), io.StringIO(), on_demand=True, ragged_rows=True) as book:
        for index, name in enumerate(book.sheet_names()):
            sheet = book.sheet_by_index(index)
            for number in range(sheet.nrows):
                for column, kind in enumerate(sheet.row_types(number)):
                    if kind == _ERROR_CELL:
                        found.setdefault(name, {}).setdefault(number, set()).add(column)
            book.unload_sheet(index)
    return found


if __name__ == "__main__":
    sys.exit(main())
