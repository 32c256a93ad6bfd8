"""Delimited text that is not regular, by a tolerant reader that loses nothing: Python's csv module, in a stream."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Literal

from portal.readers.errors import FileRefused
from portal.readers.reading import Note, ReadingLimits
from portal.readers.text.regular_csv import sniff_delimiter
from portal.readers.text_table import TextTable, write_text_table

_LAST_LINE = "\x01 the end \x01"


def read_tolerantly(path: Path, target: Path, limits: ReadingLimits) -> tuple[TextTable, tuple[Note, ...]]:
    """A UTF-8 file as a text table: short rows padded, the table as wide as its longest row. Raises FileRefused."""
    delimiter = sniff_delimiter(path)
    csv.field_size_limit(limits.cell_chars)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if _ends_inside_quotes(path, delimiter) else csv.QUOTE_MINIMAL
    table = write_text_table(target, lambda: _tolerant_rows(path, delimiter, quoting), max_columns=limits.columns)
    notes = (Note("quotes_unbalanced"),) if quoting == csv.QUOTE_NONE else ()
    return table, notes


def _tolerant_rows(path: Path, delimiter: str, quoting: Literal[0, 3]) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, quoting=quoting)
        try:
            yield from reader
        except csv.Error as error:
            raise FileRefused(
                "file_damaged", f"Row {reader.line_num} cannot be read; look for a quotation mark that is never closed."
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
