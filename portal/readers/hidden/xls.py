"""What an xls file holds besides the cells one sees: rows and columns by xlrd, properties by olefile, other texts here."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import olefile
import xlrd

from portal.readers.errors import FileRefused
from portal.readers.hidden.parts import SOFTWARE, HiddenParts, SheetParts, not_seen

_HEADER, _FOOTER, _TEXT_OBJECT, _CONTINUE = 0x0014, 0x0015, 0x01B6, 0x003C  # record numbers of [MS-XLS] 2.3
_PLACES = {_HEADER: "header or footer", _FOOTER: "header or footer"}
_PROPERTIES = ("title", "subject", "author", "keywords", "comments", "last_saved_by", "category", "manager", "company")
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 1200: "utf-16-le", 65001: "utf-8", -535: "utf-8"}
_MAX_STREAM_BYTES = 512 << 20


def search_xls(path: Path, parts: HiddenParts) -> None:
    """Add what the file hides. Raises FileRefused, also for a file that xlrd cannot open: it is not looked into then."""
    parts.has_opaque_parts = True  # pictures and embedded objects are not looked for
    try:
        _search_sheets(path, parts)
        with olefile.OleFileIO(str(path)) as file:
            parts.add("property", _properties(file))
            _search_records(file, parts)
    except (MemoryError, FileRefused):
        raise
    except Exception as error:  # both libraries raise whatever a damaged file leads them into
        if "encrypted" in str(error):
            message = "The file is protected by a password; deliver it without one."
            raise FileRefused("file_encrypted", message) from error
        raise not_seen("its parts cannot be read") from error


def _search_sheets(path: Path, parts: HiddenParts) -> None:
    silent = io.StringIO()
    with xlrd.open_workbook(str(path), silent, formatting_info=True, on_demand=True, ragged_rows=True) as book:
        for index, name in enumerate(book.sheet_names()):
            sheet = book.sheet_by_index(index)
            rows = {number for number, row in sheet.rowinfo_map.items() if row.hidden or row.height == 0}
            if sheet.default_row_hidden:
                rows.update(number for number in range(sheet.nrows) if number not in sheet.rowinfo_map)
            columns = {number for number, column in sheet.colinfo_map.items() if column.hidden or column.width == 0}
            parts.sheets[name] = SheetParts(frozenset(rows), frozenset(columns), is_hidden=sheet.visibility != 0)
            for note in sheet.cell_note_map.values():
                parts.add("comment", (note.author, note.text))
            book.unload_sheet(index)
        parts.add("name", (name.name for name in book.name_obj_list if not name.builtin))


def _properties(file: "olefile.OleFileIO[str]") -> Iterator[str]:
    """What people typed into the properties, in the code page that the file names."""
    found = file.get_metadata()
    encoding = _CODE_PAGES.get(getattr(found, "codepage", None) or 0, "gb18030")
    for name in _PROPERTIES:
        value = getattr(found, name)
        text = value.decode(encoding, "replace") if isinstance(value, bytes) else str(value or "")
        text = text.split("\x00")[0].strip()  # a count of characters is taken for bytes by olefile
        if text.lower() not in SOFTWARE:
            yield text


def _search_records(file: "olefile.OleFileIO[str]", parts: HiddenParts) -> None:
    """Headers, footers and text boxes, which xlrd passes over."""
    name = "Workbook" if file.exists("Workbook") else "Book"
    if file.get_size(name) > _MAX_STREAM_BYTES:
        raise FileRefused("file_too_large", "The spreadsheet is too large to be looked into; deliver it as CSV.")
    stream = file.openstream(name)
    before = 0
    while len(head := stream.read(4)) == 4:
        number, size = struct.unpack("<HH", head)
        if number in _PLACES and size:
            parts.add(_PLACES[number], [_counted(stream.read(size), is_wide=name == "Workbook")])
        elif number == _CONTINUE and before == _TEXT_OBJECT and size:
            parts.add("text box", [_flagged(stream.read(size))])
        else:
            stream.seek(size, io.SEEK_CUR)
        before = number


def _counted(body: bytes, *, is_wide: bool) -> str:
    """A text behind its length: two bytes, then a flag (BIFF8); one byte before that."""
    return _flagged(body[2:]) if is_wide else body[1:].decode("gb18030", "replace")


def _flagged(body: bytes) -> str:
    """A text behind its flag: 1 means two bytes a character."""
    return body[1:].decode("utf-16-le" if body[:1] == b"\x01" else "latin-1", "replace")
