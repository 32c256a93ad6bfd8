"""One line about one file, for people: read as what, with which header, or refused and why; and what reading it took."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.readers.errors import FileRefused
from portal.readers.files import read_file
from portal.readers.reading import FileReading, ReadingLimits, TableReading


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file. `refusal`: a reason code, empty when it was read. `peak_bytes`: of the child's memory."""

    name: str
    kind: str
    encoding: str
    tables: tuple[TableReading, ...]
    notes: tuple[str, ...]
    refusal: str
    message: str
    seconds: float
    peak_bytes: int

    def line(self) -> str:
        """The file in one line of tab-separated texts."""
        if self.refusal:
            return f"{self.name}\trefused\t{self.refusal}\t{self.message}"
        found = "; ".join(_table(table) for table in self.tables) or "no table: kept as a file"
        notes = f"\t{', '.join(self.notes)}" if self.notes else ""
        return f"{self.name}\t{self.kind}\t{self.encoding or '-'}\t{found}{notes}"


def tell(path: Path, *, limits: ReadingLimits | None = None) -> Told:
    """Read a file in a directory of its own, which is removed again, and tell of it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="reading-") as room:
        try:
            reading = read_file(path, file_name=path.name, work_dir=Path(room), limits=limits, with_original_text=False)
        except FileRefused as refused:
            return Told(path.name, "", "", (), (), refused.code, str(refused), time.monotonic() - started, 0)
    return _told(path.name, reading, time.monotonic() - started)


def _told(name: str, reading: FileReading, seconds: float) -> Told:
    notes = tuple(f"{note.code} {note.count or ''} {note.subject}".strip() for note in reading.notes)
    return Told(
        name, reading.real_format, reading.encoding or "", reading.tables, notes, "", "", seconds, reading.peak_bytes
    )


def _table(table: TableReading) -> str:
    place = f"{table.sheet}: " if table.sheet else ""
    names = " | ".join(column.name for column in table.columns)
    return f"{place}{table.rows_read} rows × {len(table.columns)} columns, {_header(table)}: {names[:300]}"


def _header(table: TableReading) -> str:
    header = table.header
    if header is None:
        return "names as delivered"
    rows = f"row {header.row}" if header.rows < 2 else f"rows {header.row}–{header.row + header.rows - 1}"
    where = f"header in {rows}" if header.rows else f"no header, data from row {header.row}"
    return where if header.is_certain else f"{where} (to be confirmed)"


def counted(told: Sequence[Told]) -> dict[str, int]:
    """How many files were read as which kind, or refused for which reason."""
    found: dict[str, int] = {}
    for one in told:
        key = f"refused: {one.refusal}" if one.refusal else f"{one.kind}{'' if one.tables else ' (file)'}"
        found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))
