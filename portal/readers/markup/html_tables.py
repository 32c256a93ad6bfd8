"""Tables in HTML: what many systems call a spreadsheet and write under the name .xls, and pages that are little else."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from portal.readers.errors import FileRefused
from portal.readers.hidden.parts import not_seen
from portal.readers.reading import ReadingLimits

_CHUNK_CHARS = 1 << 18
_MOST_SPAN, _MOST_CELLS = 1_000, 5_000_000
_MOSTLY = 0.7  # of a document's text stands in its tables: then it is data and no page
_SILENT = frozenset({"script", "style", "title", "head", "xml"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})


@dataclass(slots=True)
class HtmlTable:
    """Rows × columns of text and the ranges (first row, first column, last row, last column) of merged cells."""

    rows: list[list[str | None]] = field(default_factory=list)
    ranges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[str] = field(default_factory=list)
    caption: str = ""


def read_html(path: Path, limits: ReadingLimits) -> tuple[HtmlTable, ...]:
    """The tables of a UTF-8 document that is mostly tables; none for a page. Raises FileRefused."""
    if path.stat().st_size > limits.json_bytes:
        raise FileRefused("file_too_large", "The HTML document is too large; deliver it as CSV.")
    reader = _Reader()
    with path.open(encoding="utf-8", newline="") as file:
        while chunk := file.read(_CHUNK_CHARS):
            reader.feed(chunk)
    reader.close()
    reader.finish()
    tables = tuple(table for table in reader.tables if len(table.rows) > 1 and max(map(len, table.rows)) > 1)
    inside = sum(len(cell) for table in tables for row in table.rows for cell in row if cell)
    return tables if tables and inside >= reader.characters * _MOSTLY else ()


class _Reader(HTMLParser):
    """Collects the innermost tables; `characters`: of all the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[HtmlTable] = []
        self.characters = 0
        self._open: list[_Open] = []
        self._silent = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            if self._open:
                self._open[-1].has_inner = True
            self._open.append(_Open())
        elif self._open and tag == "tr":
            self._open[-1].start_row(is_hidden=_is_hidden(given))
        elif self._open and tag in {"td", "th"}:
            if _is_hidden(given):
                raise not_seen("its cells are hidden one by one")
            self._cells += self._open[-1].start_cell(_span(given.get("rowspan")), _span(given.get("colspan")))
            if self._cells > _MOST_CELLS:
                raise FileRefused("file_bomb", f"The tables say they have more than {_MOST_CELLS} cells.")
        elif tag == "col" and _is_hidden(given):
            raise not_seen("it hides columns")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag == "table":
            self._close()
        elif self._open and tag in {"td", "th", "tr"}:
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.characters += len("".join(data.split()))
        if self._open:
            self._open[-1].text.append(data)

    def finish(self) -> None:
        """Close what the document left open."""
        while self._open:
            self._close()

    def _close(self) -> None:
        done = self._open.pop()
        done.end_row()
        if not done.has_inner:
            self.tables.append(done.table)


class _Open:
    """A table that is being read; `_taken`: places that a cell above covers, by row."""

    def __init__(self) -> None:
        self.table = HtmlTable()
        self.text: list[str] = []
        self.has_inner = False
        self._taken: dict[int, set[int]] = {}
        self._row: list[str | None] | None = None
        self._at: int | None = None
        self._number = -1
        self._is_hidden = False

    def start_row(self, *, is_hidden: bool) -> None:
        self.end_row()
        self._row, self._is_hidden = [], is_hidden
        if is_hidden:
            return
        self._number += 1
        self.table.rows.append(self._row)

    def start_cell(self, rows: int, columns: int) -> int:
        """Begin a cell; the number of places it covers."""
        self.end_cell()
        if self._row is None:
            self.start_row(is_hidden=False)
        assert self._row is not None, "a row was started"
        self.text = []
        if self._is_hidden:
            self._at = len(self._row)
            self._row.append(None)
            return 1
        taken = self._taken.setdefault(self._number, set())
        while len(self._row) in taken:
            self._row.append(None)
        self._at = len(self._row)
        self._row.extend([None] * columns)
        if rows > 1 or columns > 1:
            last = self._number + rows - 1
            self.table.ranges.append((self._number, self._at, last, self._at + columns - 1))
            for number in range(self._number + 1, last + 1):
                self._taken.setdefault(number, set()).update(range(self._at, self._at + columns))
        return rows * columns

    def end_cell(self) -> None:
        if self._at is not None and self._row is not None:
            text = "\n".join(" ".join(line.split()) for line in "".join(self.text).split("\n")).strip()
            self._row[self._at] = text or None
        self._at, self.text = None, []

    def end_row(self) -> None:
        self.end_cell()
        if self._is_hidden and self._row and any(self._row):
            self.table.hidden_rows.append("\t".join(cell for cell in self._row if cell))
        self._row, self._is_hidden = None, False


def _is_hidden(given: dict[str, str]) -> bool:
    style = "".join(given.get("style", "").lower().split())
    return "hidden" in given or "display:none" in style or "visibility:hidden" in style


def _span(value: str | None) -> int:
    return max(1, min(int(value), _MOST_SPAN)) if value and value.isascii() and value.isdigit() else 1
