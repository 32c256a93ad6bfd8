"""What an ods file holds besides the cells one sees: its content is read as a stream of tags, never as a whole."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from portal.readers.errors import FileRefused
from portal.readers.hidden.parts import SOFTWARE, HiddenParts, SheetParts, not_seen

_CHUNK_BYTES = 1 << 20
_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 1 << 14
_MAX_TEXT_CHARS = 16 << 20
_MAX_CELLS = 20_000_000  # what the file says it has, repeated rows and columns counted out
_HIDING = {"collapse", "filter"}  # OpenDocument 1.3, 19.749: hidden by the author, or by a filter
_PLACES = {
    "annotation": "comment",
    "tracked-changes": "text box",
    "shapes": "text box",
    "frame": "text box",
    "custom-shape": "text box",
    "named-expressions": "name",
}
_PAGE_PLACES = dict.fromkeys(("header", "footer", "header-left", "footer-left"), "header or footer")
_META_PLACES = dict.fromkeys(
    ("title", "subject", "description", "creator", "initial-creator", "printed-by", "keyword", "user-defined"),
    "property",
)


def search_ods(path: Path, parts: HiddenParts) -> None:
    """Add what the file hides. Raises FileRefused."""
    parts.has_opaque_parts = True  # pictures, embedded objects and scripts are not looked for
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise FileRefused("file_encrypted", "The file is protected by a password; deliver it without one.")
            content = _Content(_PLACES)
            for name, stream in (
                ("content.xml", content),
                ("styles.xml", _Texts(_PAGE_PLACES)),
                ("meta.xml", _Texts(_META_PLACES)),
            ):
                if name in names or stream is content:
                    with archive.open(name) as file:
                        stream.read(file)
                    for place, texts in stream.texts.items():
                        parts.add(place, (text for text in texts if text.strip().lower() not in SOFTWARE))
            parts.sheets.update(content.sheets)
    except (zipfile.BadZipFile, ExpatError, KeyError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise FileRefused(
            "file_damaged", f"The spreadsheet's parts cannot be read ({type(error).__name__})."
        ) from error


class _Texts:
    """The texts inside certain elements of a document, by place."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self._pieces: list[str] = []
        self._chars = 0

    def read(self, file: IO[bytes]) -> None:
        """Read the document. Raises ExpatError, and FileRefused when the texts are too long."""
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: self.start(_local(name), attributes)
        parser.EndElementHandler = lambda name: self.end(_local(name))
        parser.CharacterDataHandler = self._text
        while chunk := file.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._places:
            self._open.append(name)
        if self._open and name == "named-range":
            self._text(next((value for key, value in attributes.items() if _local(key) == "name"), ""))

    def end(self, name: str) -> None:
        if not self._open:
            return
        if name in {"p", "creator", "named-range"} or name == self._open[-1]:
            self.texts.setdefault(self._places[self._open[-1]], []).append("".join(self._pieces))
            self._pieces = []
        if name == self._open[-1]:
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._open:
            self._chars += len(text)
            if self._chars > _MAX_TEXT_CHARS:
                raise not_seen("its comments and text boxes are too long")
            self._pieces.append(text)


class _Content(_Texts):
    """The same, with the rows, columns and sheets that are hidden."""

    def __init__(self, places: Mapping[str, str]) -> None:
        super().__init__(places)
        self.sheets: dict[str, SheetParts] = {}
        self._style = ""
        self._hiding_styles: set[str] = set()
        self._hidden_groups: list[bool] = []
        self._sheet: tuple[str, bool] | None = None
        self._rows: set[int] = set()
        self._columns: set[int] = set()
        self._next_row = self._next_column = self._next_cell = self._row = self._cells = 0
        self._merged: list[tuple[int, int, int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if self._open or name == "p":
            return
        given = {_local(key): value for key, value in attributes.items()}
        if name in {"table-cell", "covered-table-cell"}:
            self._take_cell(given)
            return
        if name == "style":
            self._style = given.get("name", "")
        elif name.endswith("-properties"):
            if given.get("display") == "false" or any(
                _is_zero(given.get(key)) for key in ("row-height", "column-width")
            ):
                self._hiding_styles.add(self._style)
        elif name == "table":
            self._start_sheet(given)
        elif name in {"table-row-group", "table-column-group"}:
            self._hidden_groups.append(given.get("display") == "false")
        elif name == "table-row":
            self._row, self._next_cell = self._next_row, 0
            self._next_row = self._take(self._rows, self._next_row, _MAX_ROWS, given, "number-rows-repeated")
        elif name == "table-column":
            self._next_column = self._take(
                self._columns, self._next_column, _MAX_COLUMNS, given, "number-columns-repeated"
            )

    def end(self, name: str) -> None:
        super().end(name)
        if self._open:
            return
        if name in {"table-row-group", "table-column-group"} and self._hidden_groups:
            self._hidden_groups.pop()
        elif name == "table" and self._sheet is not None:
            sheet_name, is_hidden = self._sheet
            self.sheets[sheet_name] = SheetParts(
                frozenset(self._rows), frozenset(self._columns), is_hidden, tuple(self._merged)
            )
            self._sheet = None

    def _take_cell(self, given: Mapping[str, str]) -> None:
        """Note a merged range, and count what a cell with a value says it fills. Raises FileRefused."""
        repeated = max(1, int(given.get("number-columns-repeated", "1")))
        if "value-type" in given:
            self._cells += repeated * (self._next_row - self._row)
            if self._cells > _MAX_CELLS:
                raise FileRefused("file_bomb", f"The sheets say they have more than {_MAX_CELLS} cells with a value.")
        rows, columns = (int(given.get(f"number-{kind}-spanned", "1")) for kind in ("rows", "columns"))
        if rows > 1 or columns > 1:
            first = self._next_cell
            self._merged.append((self._row, first, self._row + rows - 1, first + columns - 1))
        self._next_cell += repeated

    def _start_sheet(self, given: Mapping[str, str]) -> None:
        if self._sheet is not None:
            raise not_seen("it has a table inside a cell")
        self._sheet = (given.get("name", ""), given.get("style-name") in self._hiding_styles)
        self._rows, self._columns, self._merged = set(), set(), []
        self._next_row = self._next_column = 0

    def _take(self, hidden: set[int], first: int, most: int, given: Mapping[str, str], repeated: str) -> int:
        """Note rows or columns from `first` on; the number of the next one."""
        after = min(most, first + max(1, int(given.get(repeated, "1"))))
        is_hiding = given.get("visibility") in _HIDING or given.get("style-name") in self._hiding_styles
        if is_hiding or any(self._hidden_groups):
            hidden.update(range(first, after))
        return after


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _is_zero(length: str | None) -> bool:
    """Whether a length such as `0cm` or `0.000in` is none."""
    digits = (length or "1").rstrip("abcdefghijklmnopqrstuvwxyz%")
    return not digits.strip("0.")
