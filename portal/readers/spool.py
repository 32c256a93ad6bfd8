"""Collect rows that arrive page by page into a typed table, in memory that does not grow with the table."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from portal.kernel.ids import new_id
from portal.readers.declared import Declared
from portal.readers.duck import connect
from portal.readers.errors import FileRefused, RowsRefused
from portal.readers.headers.names import unique_names
from portal.readers.reading import Note, ReadingLimits, TableReading
from portal.readers.text_table import Row, TextWriter, filled_width, rows_a_batch
from portal.readers.typed_table import parquet_source, type_table


def typed_reading(
    work_dir: Path,
    paths: Sequence[Path],
    headers: Iterable[str],
    *,
    key: str = "table",
    name: str = "",
    notes: Sequence[Note] = (),
    declared: Mapping[str, Declared] | None = None,
) -> TableReading:
    """The rows of text tables (columns c0, c1, … for `headers`), one file after the other, as one typed table.

    `declared`: header → what the source's database says of the column. Raises RowsRefused when there is no row.
    """
    target, names = work_dir / f"{key}.parquet", unique_names(headers)
    connection = connect(work_dir, columns=len(names))
    try:
        typed = type_table(connection, parquet_source(paths, len(names)), names, target, declared=declared)
    except FileRefused as error:
        raise RowsRefused("The source sent no row with a value in it.") from error
    finally:
        connection.close()
    told = [Note("values_without_value", c.name, c.failed_casts) for c in typed.columns if c.failed_casts]
    return TableReading(key, name, target, typed.columns, typed.row_count, notes=(*notes, *told, *typed.notes))


class RowSpool:
    """Row batches in, one typed Parquet file out: `add` any number of times, then `finish` once, or `discard`.

    A batch with columns that were not there before widens the table; cells of earlier rows are null then.
    """

    def __init__(
        self, work_dir: Path, *, key: str = "table", name: str = "", limits: ReadingLimits | None = None
    ) -> None:
        self._work_dir = work_dir
        self._key, self._name = key, name
        self._limits = limits or ReadingLimits()
        self._parts_dir = work_dir / f"{key}.spool-{new_id()}"
        self._places: dict[str, int] = {}
        self._waiting: list[Row] = []
        self._parts: list[Path] = []
        self._writer: TextWriter | None = None
        self._declared: dict[str, Declared] = {}
        self._rows = self._blank_rows = self._widenings = 0

    def declare(self, columns: Mapping[str, Declared]) -> None:
        """Note what the source's database says of columns, by name; what was said before stays."""
        self._declared = dict(columns) | self._declared

    def add(self, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
        """Append rows whose cells are in the order of `columns`. Raises RowsRefused when a row has another width."""
        places = self._take_columns(columns)
        is_direct = places == list(range(len(self._places)))
        for row in rows:
            if len(row) != len(columns):
                raise RowsRefused(
                    f"Row {self._rows + self._blank_rows + 1} has {len(row)} cells for {len(columns)} columns; "
                    "the source must send one value a column."
                )
            if not filled_width(row):
                self._blank_rows += 1
                continue
            self._rows += 1
            self._waiting.append(row if is_direct else self._placed(row, places))
        if len(self._waiting) >= rows_a_batch(len(self._places)):
            self._flush()

    def finish(self) -> TableReading:
        """Type the columns and write the table. Raises RowsRefused when no row came."""
        self._close_part()
        if not self._rows:
            self.discard()
            raise RowsRefused("The source sent no row with a value in it.")
        notes = [Note("blank_rows", count=self._blank_rows)] if self._blank_rows else []
        if self._widenings:
            notes.append(Note("columns_appeared_midway", count=self._widenings))
        try:
            return typed_reading(
                self._work_dir,
                self._parts,
                self._places,
                key=self._key,
                name=self._name,
                notes=notes,
                declared=self._declared,
            )
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was collected; nothing happens when there is nothing."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._waiting = []
        shutil.rmtree(self._parts_dir, ignore_errors=True)

    def _take_columns(self, columns: Sequence[str]) -> list[int]:
        new = [name for name in columns if name not in self._places]
        if len(set(columns)) != len(columns):
            raise RowsRefused("A column name is there twice in one batch; the source must name each column once.")
        if new:
            if len(self._places) + len(new) > self._limits.columns:
                raise RowsRefused(f"The table has more than {self._limits.columns} columns.")
            self._widenings += len(new) if self._rows else 0
            self._close_part()
            for name in new:
                self._places[name] = len(self._places)
        return [self._places[name] for name in columns]

    def _placed(self, row: Row, places: Sequence[int]) -> Row:
        cells: list[str | None] = [None] * len(self._places)
        for place, cell in zip(places, row, strict=True):
            cells[place] = cell
        return cells

    def _flush(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._parts_dir.mkdir(parents=True, exist_ok=True)
            self._parts.append(self._parts_dir / f"{len(self._parts):05}.parquet")
            self._writer = TextWriter(self._parts[-1], [f"c{i}" for i in range(len(self._places))])
        self._writer.write(self._waiting)
        self._waiting = []

    def _close_part(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
