"""Bytes into typed columns: what departments deliver, opened in a child process with limits."""

from portal.readers.declared import Declared
from portal.readers.errors import FileRefused, RowsRefused
from portal.readers.files import read_file
from portal.readers.headers.proof import HeaderChoice, HeaderReading
from portal.readers.reading import FileReading, Note, ReadingLimits, TableReading
from portal.readers.spool import RowSpool
from portal.readers.spreadsheets.grid import Grid, GridRow, GridSheet, read_grid

__all__ = [
    "Declared",
    "FileReading",
    "FileRefused",
    "Grid",
    "GridRow",
    "GridSheet",
    "HeaderChoice",
    "HeaderReading",
    "Note",
    "ReadingLimits",
    "RowSpool",
    "RowsRefused",
    "TableReading",
    "read_file",
    "read_grid",
]
