"""The first station of every table: all cells as text, in a Parquet file with columns c0, c1, …"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from portal.readers.errors import FileRefused
from portal.readers.headers.footers import FOOTER_ROWS, count_footers
from portal.readers.typed_table import ROW_GROUP_ROWS, Source, parquet_source

if TYPE_CHECKING:
    from pyarrow import Table

_CELLS_A_BATCH = 250_000
Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class TextTable:
    """An all-text Parquet file of `row_count` rows (blank rows and trailing empty columns left out and counted).

    `numbers`: of the first rows in the file, 1-based, blank ones counted. `footers`: the texts of rows at the end that were
    left out.
    """

    path: Path
    width: int
    row_count: int
    blank_rows: int = 0
    empty_columns: int = 0
    numbers: tuple[int, ...] = ()
    footers: tuple[str, ...] = ()

    def head(self, count: int) -> list[tuple[int, Row]]:
        """The first rows, each with its number."""
        rows = first_rows(self.path, count)
        return [(self.numbers[i] if i < len(self.numbers) else i + 1, row) for i, row in enumerate(rows)]

    def source(self, first_row: int) -> Source:
        """The rows from `first_row` (0-based) on, to be typed."""
        return parquet_source((self.path,), self.width, first_row)


class TextWriter:
    """Writes rows of text as Parquet, one row group at a time.

    The library is loaded when it is needed: that takes a third of the reading of a small file that DuckDB can read alone.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._names = list(names)
        self._schema = pa.schema([(name, pa.string()) for name in self._names])
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy", write_statistics=False)
        self.row_count = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows, each as wide as the table."""
        if not rows:
            return
        self._writer.write_table(self._table(rows), row_group_size=ROW_GROUP_ROWS)
        self.row_count += len(rows)

    def _table(self, rows: Sequence[Row]) -> "Table":
        import pyarrow as pa  # noqa: PLC0415

        columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
        return pa.Table.from_arrays(columns, schema=self._schema)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def rows_a_batch(width: int) -> int:
    """The rows that are in memory at a time: at most a row group, fewer where the table is wide."""
    return max(1, min(ROW_GROUP_ROWS, _CELLS_A_BATCH // max(1, width)))


def batches(rows: Iterable[Row], width: int) -> Iterator[list[Row]]:
    """Rows in lists of at most a row group, fewer where the table is wide."""
    size = rows_a_batch(width)
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


_NUMBERED_ROWS = 60


def write_text_table(
    path: Path, rows: Callable[[], Iterable[Row]], *, max_columns: int, numbers: Sequence[int] = ()
) -> TextTable:
    """Write what `rows()` gives, asked twice: to learn width and footers, then to write.

    `numbers`: of the rows in their sheet, where that is not one after the other. Blank rows, columns behind the last filled
    one, and footers are left out and counted. Raises FileRefused when the table is empty or wider than `max_columns`.
    """
    seen = _Survey(rows())
    if not seen.width:
        raise FileRefused("file_empty", "The file has no row with a value in it; deliver a file with data.")
    if seen.width > max_columns:
        raise FileRefused("file_too_wide", f"The table has {seen.width} columns; at most {max_columns} are taken.")
    footers = count_footers(tuple(seen.last), seen.width, seen.filled)
    kept = seen.filled - footers
    with TextWriter(path, [f"c{i}" for i in range(seen.width)]) as writer:
        padded = (_fitted(row, seen.width) for row in rows() if filled_width(row))
        for batch in batches(islice(padded, kept), seen.width):
            writer.write(batch)
    left_out = list(seen.last)[-footers:] if footers else []
    return TextTable(
        path,
        seen.width,
        kept,
        blank_rows=seen.blank,
        empty_columns=seen.widest - seen.width,
        numbers=tuple(numbers[n - 1] if numbers else n for n in seen.numbers),
        footers=tuple("\t".join(cell for cell in row if cell) for row in left_out),
    )


class _Survey:
    """One look at all rows: how wide, how many, and the last ones."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.width = self.widest = self.blank = self.filled = 0
        self.numbers: list[int] = []
        self.last: deque[Row] = deque(maxlen=FOOTER_ROWS)
        for number, row in enumerate(rows, 1):
            filled = filled_width(row)
            self.width, self.widest = max(self.width, filled), max(self.widest, len(row))
            if not filled:
                self.blank += 1
                continue
            self.filled += 1
            self.last.append(row)
            if len(self.numbers) < _NUMBERED_ROWS:
                self.numbers.append(number)


def filled_width(row: Row) -> int:
    """The number of columns up to the last cell with a visible character."""
    for index in range(len(row) - 1, -1, -1):
        cell = row[index]
        if cell and not cell.isspace():
            return index + 1
    return 0


def _fitted(row: Row, width: int) -> Row:
    if len(row) == width:
        return row
    return [*row[:width], *([None] * (width - len(row)))]


def first_rows(path: Path, count: int) -> list[list[str | None]]:
    """The first rows of a text table."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=count):
            columns = [column.to_pylist() for column in batch.columns]
            return [list(row) for row in zip(*columns, strict=True)]
    return []
