"""Delimited text into a text table: DuckDB where the file is regular, a tolerant reader where it is not.

DuckDB's tolerant modes drop what follows a closing quote and cut rows short without a word. So it is used in strict
mode alone, which fails on the first irregular row; then Python's csv module reads the file, which loses nothing.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Literal

import duckdb

from portal.readers.duck import literal
from portal.readers.errors import FileRefused
from portal.readers.reading import Note, ReadingLimits
from portal.readers.text_table import ROW_GROUP_ROWS, TextTable, write_text_table

DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_CHARS = 1 << 17
_SNIFFED_ROWS = 200
_WIDE_COLUMNS = 200
_LAST_LINE = "\x01 the end \x01"


def sniff_delimiter(path: Path) -> str:
    """The delimiter that cuts the first rows most evenly; a comma when nothing cuts them."""
    with path.open(encoding="utf-8", newline="") as file:
        head = file.read(_SNIFFED_CHARS)
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(_sample_widths(head, delimiter))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
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


def read_delimited(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Path, limits: ReadingLimits
) -> tuple[TextTable, tuple[Note, ...]]:
    """A UTF-8 file as a text table. Raises FileRefused."""
    delimiter = sniff_delimiter(path)
    width = max((len(row) for row in _head(path, delimiter)), default=0)
    if 0 < width <= _WIDE_COLUMNS:
        regular = _read_regular(connection, path, target, delimiter, width)
        if regular is not None:
            return regular, ()
    csv.field_size_limit(limits.cell_chars)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if _ends_inside_quotes(path, delimiter) else csv.QUOTE_MINIMAL
    table = write_text_table(target, lambda: _tolerant_rows(path, delimiter, quoting), max_columns=limits.columns)
    notes = (Note("quotes_unbalanced"),) if quoting == csv.QUOTE_NONE else ()
    return table, notes


def _head(path: Path, delimiter: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for number, row in enumerate(reader):
                if number >= _SNIFFED_ROWS:
                    return
                yield row
        except csv.Error:
            return


def _read_regular(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Path, delimiter: str, width: int
) -> TextTable | None:
    """The file through DuckDB in strict mode; None when a row is irregular."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    cells = ", ".join(f"nullif(trim(c{i}), '')" for i in range(width))
    try:
        connection.execute(
            f"COPY (SELECT * FROM read_csv({literal(str(path))}, auto_detect = false, header = false, "
            f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
            f"columns = {{{columns}}}, max_line_size = 16777216) WHERE coalesce({cells}) IS NOT NULL) "
            f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        target.unlink(missing_ok=True)
        return None
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        if "CSV" in str(error):
            return None
        raise
    row = connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(target))})").fetchone()
    assert row is not None, "an aggregate gives one row"
    if not row[0]:
        raise FileRefused("file_empty", "The file has no row with a value in it; deliver a file with data.")
    return TextTable(target, width, row[0])


def _tolerant_rows(path: Path, delimiter: str, quoting: Literal[0, 3]) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, quoting=quoting)
        try:
            yield from reader
        except csv.Error as error:
            raise FileRefused(
                "file_damaged", f"Row {reader.line_num}: {error}; look for a quotation mark that is never closed."
            ) from error


def _ends_inside_quotes(path: Path, delimiter: str) -> bool:
    """Whether a quotation mark opens a cell that nothing closes: a last line of ours is then inside it."""
    row: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        try:
            for row in csv.reader(chain(file, ["\n", _LAST_LINE]), delimiter=delimiter):  # noqa: B007 - the last one
                pass
        except csv.Error:
            return True
    return row != [_LAST_LINE]
