"""The spreadsheet reader that sources are handed: `portal.readers` in its child process, in the shape harvesters want."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harvesters.errors import StopRun
from harvesters.protocols import SheetRow, SheetRows
from portal.readers import FileRefused, GridSheet, ReadingLimits, read_grid
from portal.readers.spreadsheets.grid import GRID_LIMITS
from portal.storage.workdirs import work_dir


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet in the harvesters' words."""

    grid: GridSheet

    @property
    def name(self) -> str:
        return self.grid.name

    @property
    def is_hidden(self) -> bool:
        return self.grid.is_hidden

    @property
    def row_count(self) -> int:
        return self.grid.row_count

    @property
    def hidden_columns(self) -> frozenset[int]:
        return self.grid.hidden_columns

    def rows(self) -> Iterator[SheetRow]:
        for row in self.grid.rows():
            yield SheetRow(row.number, row.cells, row.is_hidden, row.faults)


class ChildSheetReader:
    """Opens spreadsheets below `base`; what it wrote is removed when the block is left, or swept after a kill."""

    def __init__(self, base: Path, limits: ReadingLimits = GRID_LIMITS) -> None:
        self._base = base
        self._limits = limits

    @contextmanager
    def opened(self, chunks: Iterable[bytes], file_name: str) -> Iterator[tuple[SheetRows, ...]]:
        """The sheets of a file given as bytes. Raises StopRun with the reason in words."""
        with work_dir(self._base) as path:
            delivered = path / "delivered"
            size = 0
            with delivered.open("wb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > self._limits.input_bytes:
                        raise StopRun(f"{file_name} has more than {self._limits.input_bytes >> 20} MiB; split it.")
                    file.write(chunk)
            try:
                grid = read_grid(delivered, work_dir=path, limits=self._limits)
            except FileRefused as refusal:
                raise StopRun(f"{file_name} cannot be read. {refusal}") from refusal
            yield tuple(_Sheet(sheet) for sheet in grid.sheets)
