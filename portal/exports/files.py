"""Make a download file from a published table."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.exports.delimited import write_csv, write_excel_csv
from portal.exports.errors import UnknownFormat
from portal.exports.formats import FORMATS
from portal.exports.json_files import write_geojson, write_json, write_json_lines
from portal.exports.sinks import DigestedFile
from portal.exports.workbooks import write_workbook
from portal.exports.xml_files import write_xml
from portal.kernel.digests import file_digest
from portal.kernel.ids import new_id
from portal.tables import ReadableTable
from portal.tables.geometry import geometry_columns

_PIECES: dict[str, Callable[[ReadableTable], Iterator[tuple[bytes | memoryview, int]]]] = {
    "csv": write_csv,
    "excel.csv": write_excel_csv,
    "json": write_json,
    "jsonl": write_json_lines,
    "geojson": write_geojson,
    "xml": write_xml,
}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A finished download on disk."""

    path: Path
    sha256: str
    size_bytes: int
    row_count: int


def _silent(rows_done: int) -> None:
    """Progress that nobody follows."""


def make_file(
    table: ReadableTable,
    format: str,  # noqa: A002 - the word of the domain
    target: Path,
    on_progress: Callable[[int], None] = _silent,
) -> MadeFile:
    """Write `table` as `format` (a name of FORMATS) to `target`, which appears only when it is whole.

    `on_progress` is told the rows written so far; whatever it raises stops the work and leaves nothing behind.
    Raises UnknownFormat.
    """
    if format not in FORMATS:
        raise UnknownFormat(f"There is no format {format!r}; use one of {', '.join(FORMATS)}.", parameter="format")
    if FORMATS[format].is_for_layers and not geometry_columns(table.schema.columns):
        raise UnknownFormat(f"The table has no geometry; {format} is for layers.", parameter="format")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _whole_or_nothing(target) as unfinished:
        if format in _PIECES:
            sha256, size_bytes = _write_pieces(_PIECES[format](table), unfinished, on_progress)
        else:
            if format == "xlsx":
                write_workbook(table, unfinished, on_progress)
            else:
                shutil.copyfile(table.path, unfinished)
            sha256, size_bytes = file_digest(unfinished), unfinished.stat().st_size
        on_progress(table.row_count)
    return MadeFile(target, sha256, size_bytes, table.row_count)


def _write_pieces(
    pieces: Iterator[tuple[bytes | memoryview, int]], path: Path, on_progress: Callable[[int], None]
) -> tuple[str, int]:
    rows_done = 0
    with DigestedFile(path.open("wb", buffering=0)) as file:
        for content, rows in pieces:
            file.write(content)
            rows_done += rows
            on_progress(rows_done)
        return file.sha256, file.size_bytes


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its place at the end; on any error it is removed."""
    unfinished = target.with_name(f".{target.name}.{new_id()}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
