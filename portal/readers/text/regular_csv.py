"""Delimited text that is regular, read by DuckDB where it lies, several times rather than kept in another form.

DuckDB's tolerant modes drop what follows a closing quote and cut rows short without a word. So it is used in strict
mode alone, which fails on the first irregular row; `portal.readers.text.delimited` reads the file then.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from portal.readers.duck import WIDE_COLUMNS, literal
from portal.readers.headers.footers import FOOTER_ROWS, count_footers
from portal.readers.text_table import Row, filled_width
from portal.readers.typed_table import Source

DELIMITERS = (",", "\t", ";", "|")
_WIDE_DELIMITERS = (
    "，",
    "；",
    "｜",
    "\x01",
    "^",
)  # taken only where they cut every row alike: they stand in texts as well
_SNIFFED_CHARS = 1 << 17
_SNIFFED_ROWS = 200
_TAIL_BYTES = 1 << 16
_BUFFER_BYTES, _LINE_BYTES = 4 << 20, 1 << 20


@dataclass(frozen=True, slots=True)
class RegularCsv:
    """A UTF-8 file that is `width` columns wide in its first rows. `work_dir` takes a copy of the file's rows."""

    path: Path
    delimiter: str
    width: int
    work_dir: Path
    blank_rows: int = 0
    empty_columns: int = 0

    def head(self, count: int) -> list[tuple[int, Row]]:
        """The first rows that are not blank, each with its number (1-based, blank ones counted)."""
        located = enumerate(_located_rows(self.path, self.delimiter), 1)
        return list(islice(((number, row) for number, (row, _) in located if filled_width(row)), count))

    def source(self, first_row: int) -> Source:
        """The rows behind the first `first_row` that are not blank, to be typed.

        While they are read, an error for which `is_irregular` holds says that the file is not regular after all.
        """
        cells = ", ".join(f"nullif(trim(c{i}), '')" for i in range(self.width))
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(self.width))
        rows = (
            f"(SELECT * FROM read_csv({literal(str(self._behind(first_row)))}, auto_detect = false, header = false, "
            f"delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
            f"columns = {{{columns}}}, max_line_size = {_LINE_BYTES}, buffer_size = {_BUFFER_BYTES}) "
            f"WHERE coalesce({cells}) IS NOT NULL)"
        )
        return Source(rows, [f"c{i}" for i in range(self.width)])

    def discard(self) -> None:
        """Remove the copy."""
        self._body.unlink(missing_ok=True)

    @property
    def _body(self) -> Path:
        return self.work_dir / "rows.utf8"

    def _behind(self, first_row: int) -> Path:
        """A file without the first rows: how DuckDB skips lines depends on what is in them."""
        if not first_row:
            return self.path
        start = passed = 0
        for row, end in _located_rows(self.path, self.delimiter):
            start, passed = end, passed + bool(filled_width(row))
            if passed == first_row:
                break
        with self.path.open("rb") as source, self._body.open("wb") as target:
            source.seek(start)
            shutil.copyfileobj(source, target, 1 << 20)
        return self._body


def find_regular(path: Path, work_dir: Path) -> RegularCsv | None:
    """The file as DuckDB may read it; None when its ends already tell that it cannot, or it is too wide for that."""
    delimiter = sniff_delimiter(path)
    rows = (row for row, _ in _located_rows(path, delimiter))
    width = max((len(row) for _, row in zip(range(_SNIFFED_ROWS), rows, strict=False)), default=0)
    if not 0 < width <= WIDE_COLUMNS or _may_have_footers(path, delimiter, width):
        return None
    return RegularCsv(path, delimiter, width, work_dir)


def _may_have_footers(path: Path, delimiter: str, width: int) -> bool:
    """Whether the last rows look like rows under the table, which the tolerant reader leaves out."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines(keepends=True)
    try:
        rows = [row for row in csv.reader(lines[-4 * FOOTER_ROWS :], delimiter=delimiter) if filled_width(row)]
    except csv.Error:
        return False
    return count_footers(rows[-FOOTER_ROWS:], width, size) > 0


def is_irregular(error: duckdb.Error) -> bool:
    """Whether the error says that the file is not regular."""
    return isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException) or "CSV" in str(error)


def sniff_delimiter(path: Path) -> str:
    """The delimiter that cuts the first rows most evenly; a comma when nothing cuts them."""
    with path.open(encoding="utf-8", newline="") as file:
        head = file.read(_SNIFFED_CHARS)
    best, best_score = ",", 0.0
    for delimiter in (*DELIMITERS, *_WIDE_DELIMITERS):
        widths = Counter(_sample_widths(head, delimiter))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        if delimiter in _WIDE_DELIMITERS and (width < 2 or share < 1.0 or widths.total() < 2):
            continue
        several = sum(n for w, n in widths.items() if w > 1) / widths.total()
        score = share * min(several, 1.0) * (1 + min(width, 50) / 100) if width > 1 else several * 0.1
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sample_widths(head: str, delimiter: str) -> Iterator[int]:
    lines = head.splitlines(keepends=True)
    if len(lines) > 1 and len(head) == _SNIFFED_CHARS:
        lines = lines[:-1]
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=delimiter)):
            if number >= _SNIFFED_ROWS:
                return
            if any(row):
                yield len(row)
    except csv.Error:
        return


def _located_rows(path: Path, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Each row with the number of bytes up to its end, as far as the csv module can read them."""
    end = 0
    with path.open(encoding="utf-8", newline="") as file:

        def lines() -> Iterator[str]:
            nonlocal end
            for line in file:
                end += len(line.encode())
                yield line

        try:
            for row in csv.reader(lines(), delimiter=delimiter):
                yield row, end
        except csv.Error:
            return
