"""A spreadsheet as its author sees it: rows of text with their numbers, hidden ones marked. For catalogues, not for data.

Use it where a person's own layout decides what a cell means (two-row headers, groups of rows) and `read_file` would look
for a table. Nothing is typed and no header is looked for. The file is opened in a child process with limits.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.readers.files import run_reader
from portal.readers.reading import ReadingLimits

GRID_LIMITS = ReadingLimits(
    input_bytes=256 << 20, memory_bytes=1 << 30, output_bytes=1 << 30, unpacked_bytes=512 << 20, cpu_s=240, wall_s=300
)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row: `number` as the spreadsheet shows it; blank cells are "", those at its end are left out.

    `faults`: 0-based columns whose cell is an error or a formula without a stored value: they look blank and are not.
    """

    number: int
    cells: tuple[str, ...]
    is_hidden: bool = False
    faults: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GridSheet:
    """One sheet. Cells of a merged range all hold its value; of several blank rows in a row one is kept.

    `hidden_columns` are 0-based.
    """

    name: str
    is_hidden: bool
    row_count: int
    hidden_columns: frozenset[int]
    path: Path

    def rows(self) -> Iterator[GridRow]:
        """The rows from the top, read from disk one at a time."""
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                number, is_hidden, cells, faults = json.loads(line)
                yield GridRow(number, tuple(cells), bool(is_hidden), tuple(faults))


@dataclass(frozen=True, slots=True)
class Grid:
    """A file that was read: `real_format` is xlsx, xls or csv."""

    real_format: str
    sheets: tuple[GridSheet, ...]


def read_grid(path: Path, *, work_dir: Path, limits: ReadingLimits = GRID_LIMITS) -> Grid:
    """The sheets of an .xlsx, .xls or delimited text file; their rows lie in `work_dir`. Raises FileRefused."""
    request = {"path": str(path.resolve()), "work_dir": str(work_dir.resolve()), "limits": asdict(limits)}
    answer = run_reader(request, work_dir, limits, module="portal.readers.spreadsheets.grid_child")
    sheets = (
        GridSheet(
            name=str(sheet["name"]),
            is_hidden=bool(sheet["is_hidden"]),
            row_count=int(sheet["rows"]),
            hidden_columns=frozenset(sheet["hidden_columns"]),
            path=work_dir / str(sheet["file"]),
        )
        for sheet in answer["sheets"]
    )
    return Grid(str(answer["format"]), tuple(sheets))
