"""Merge changes into a whole table by key: one external sort and one pass, in memory that does not grow with the table.

All cells are text. A table in work has the columns c0, c1, …, then `m` (the mark) and, for changes, `g` (gone). Rows are put in
the order of their keys, as numbers where they are such; of one key the last by mark stays, and at one mark a deletion wins,
so that nothing stays public that should be gone. The same rows give the same table, however they came.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harvesters.records import ChangeBatch, Increments, RowBatch
from portal.readers.duck import connect, literal
from portal.readers.errors import RowsRefused
from portal.readers.text_table import Row, TextWriter, rows_a_batch

_BATCH_ROWS = 32_768
_GONE = "1"


@dataclass(frozen=True, slots=True)
class Delta:
    """Rows as they came: their file, their columns, and the mark from which the next run asks."""

    path: Path
    columns: tuple[str, ...]
    mark: str
    row_count: int


@dataclass(frozen=True, slots=True)
class Merged:
    """A whole table as text. `counts`: note code → rows: repeated, superseded, deleted, gone from the source."""

    path: Path
    row_count: int
    counts: Counter[str] = field(default_factory=Counter)


class _Rows:
    """Rows on their way into a text file, some thousand at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.row_count = 0
        self._writer: TextWriter | None = None
        self._waiting: list[Row] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _begin(self, names: Sequence[str]) -> None:
        if self._writer is None:
            self._writer = TextWriter(self.path, names)

    def _take(self, rows: Sequence[Row], width: int) -> None:
        self._waiting.extend(rows)
        self.row_count += len(rows)
        if len(self._waiting) >= rows_a_batch(width):
            self._flush()

    def _flush(self) -> None:
        if self._writer is not None:
            self._writer.write(self._waiting)
            self._waiting = []

    def _close(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class DeltaWriter(_Rows):
    """Collects changes."""

    def __init__(self, room: Path) -> None:
        super().__init__(room / "changes.parquet")
        self._columns: tuple[str, ...] | None = None
        self._mark = ""

    def add(self, batch: ChangeBatch) -> None:
        """Append a batch. Raises RowsRefused when its columns are not those of the first."""
        if self._columns is None:
            self._columns = batch.columns
            self._begin([*_names(len(batch.columns)), "m", "g"])
        if batch.columns != self._columns:
            raise RowsRefused("The columns of the table changed while it was read.")
        marked = zip(batch.rows, batch.marks, batch.gone, strict=True)
        self._take([(*row, mark, _GONE if gone else None) for row, mark, gone in marked], len(batch.columns) + 2)
        self._mark = max(self._mark, batch.mark)

    def finish(self) -> Delta:
        """What came. Raises RowsRefused when the source told nothing, not even its columns."""
        self._close()
        if self._columns is None:
            raise RowsRefused("The source told no columns.")
        return Delta(self.path, self._columns, self._mark, self.row_count)


class KeyWriter(_Rows):
    """Collects the keys that are there now."""

    def __init__(self, room: Path, key_columns: Sequence[str]) -> None:
        super().__init__(room / "keys.parquet")
        self._width = len(key_columns)
        self._begin([f"k{i}" for i in range(self._width)])

    def add(self, batch: RowBatch) -> None:
        """Append a batch."""
        self._take(batch.rows, self._width)

    def finish(self) -> Path:
        """The file of keys."""
        self._close()
        return self.path


def knows_all_keys(room: Path, base: Path, delta: Delta, keys: Path, plan: Increments) -> bool:
    """Whether every key of the source is in the base or among the changes; otherwise a row was missed."""
    places = _places(delta, plan)
    with connect(room, (base, delta.path, keys)) as connection:
        known = f"{_file(base, delta.path)} t"
        unknown = f"{_file(keys)} k ANTI JOIN {known} ON {_same_key(places)}"
        return _count(connection, unknown) == 0


def merge(room: Path, delta: Delta, plan: Increments, *, base: Path | None = None, keys: Path | None = None) -> Merged:
    """The whole table out of `base` and changes. `keys`: those that are there now; rows of the base without one go.

    One scan of all files is sorted: DuckDB's sort of a UNION ALL does not keep to its memory, and fails by chance.
    """
    names, places = _names(len(delta.columns)), _places(delta, plan)
    target, counts = room / "whole.parquet", Counter[str]()
    files = [path for path in (delta.path, base, keys) if path is not None]
    with connect(room, files, columns=len(names)) as connection:
        has_gone = _count(connection, f"{_file(delta.path)} WHERE g IS NOT NULL") > 0
        if has_gone and not places:
            raise RowsRefused("Rows say that others were deleted, but no key tells which.")
        is_by_key = bool(places) and (plan.has_mark or has_gone)
        if base is not None and keys is not None:
            kept = _kept(connection, room, base, keys, places)
            counts["rows_gone_from_source"] = _count(connection, _file(base)) - _count(connection, _file(kept))
            base = kept
        is_new = f"CAST(filename = {literal(str(delta.path))} AS INTEGER)"
        rows = _file(delta.path, *([base] if base is not None else []))
        order = _order(names, places, is_by_key=is_by_key)
        statement = f"SELECT {', '.join(names)}, m, g, {is_new} AS s FROM {rows} ORDER BY {order}"
        compared = [names[place] for place in places] if is_by_key else names if places else []
        _write_last(connection.sql(statement).to_arrow_reader(_BATCH_ROWS), target, names, compared, counts)
    with pq.ParquetFile(target) as file:
        return Merged(target, file.metadata.num_rows, counts)


def _kept(connection: duckdb.DuckDBPyConnection, room: Path, base: Path, keys: Path, places: Sequence[int]) -> Path:
    """The base without the rows whose key the source no longer has, in any order."""
    kept = room / "kept.parquet"
    rows = f"SELECT t.* EXCLUDE (filename) FROM {_file(base)} t SEMI JOIN {_file(keys)} k ON {_same_key(places)}"
    connection.execute(
        f"COPY ({rows}) TO {literal(str(kept))} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {_BATCH_ROWS})"
    )
    return kept


def _write_last(
    batches: Iterable[pa.RecordBatch], target: Path, names: Sequence[str], compared: Sequence[str], counts: Counter[str]
) -> None:
    """Of rows alike in `compared`, which stand together, write the last, unless it says that it is gone."""
    schema = pa.schema([(name, pa.string()) for name in (*names, "m")])
    held: pa.Table | None = None
    with pq.ParquetWriter(target, schema, compression="snappy", write_statistics=False) as writer:
        groups = _Groups(writer, schema)
        for batch in batches:
            table = pa.Table.from_batches([batch])
            table = pa.concat_tables([held, table]) if held is not None else table
            held = table.slice(table.num_rows - 1)
            groups.add(_last_of_each(table, names, compared, counts))
        if held is not None:
            groups.add(held.filter(pc.is_null(held["g"])))
        groups.finish()


class _Groups:
    """Row groups of one size, whatever the rows came in: equal rows give equal bytes, here and in what is published."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._waiting = schema.empty_table()

    def add(self, rows: pa.Table) -> None:
        """Write whole groups, and keep the rest for the next."""
        self._waiting = pa.concat_tables([self._waiting, rows.select(self._schema.names).cast(self._schema)])
        while self._waiting.num_rows >= _BATCH_ROWS:
            self._write(self._waiting.slice(0, _BATCH_ROWS))
            self._waiting = self._waiting.slice(_BATCH_ROWS)

    def finish(self) -> None:
        """Write the rest."""
        if self._waiting.num_rows:
            self._write(self._waiting)

    def _write(self, group: pa.Table) -> None:
        self._writer.write_table(group.combine_chunks(), row_group_size=_BATCH_ROWS)


def _last_of_each(table: pa.Table, names: Sequence[str], compared: Sequence[str], counts: Counter[str]) -> pa.Table:
    """The rows but the last one, which may have a successor in the next batch."""
    rows, following = table.slice(0, table.num_rows - 1), table.slice(1)
    if not rows.num_rows:
        return rows
    is_present = pc.is_null(rows["g"])
    if not compared:
        return rows.filter(is_present)
    is_followed = _same(rows, following, compared)
    both_new = pc.and_(is_followed, pc.and_(pc.equal(rows["s"], 1), pc.equal(following["s"], 1)))
    is_exact = pc.and_(both_new, _same(rows, following, [*names, "m", "g"]))
    counts["rows_repeated"] += _true(is_exact)
    counts["rows_superseded"] += _true(both_new) - _true(is_exact)
    goes = pc.and_(is_followed, pc.and_(is_present, pc.is_valid(following["g"])))
    counts["rows_deleted"] += _true(goes)
    return rows.filter(pc.and_(is_present, pc.invert(is_followed)))


def _same(rows: pa.Table, following: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    result = None
    for name in names:
        left, right = rows[name], following[name]
        same = pc.fill_null(pc.equal(left, right), False)
        same = pc.or_(same, pc.and_(pc.is_null(left), pc.is_null(right)))
        result = same if result is None else pc.and_(result, same)
    return result


def _true(values: pa.ChunkedArray) -> int:
    return int(pc.sum(values).as_py() or 0)


def _order(names: Sequence[str], places: Sequence[int], *, is_by_key: bool) -> str:
    """Keys as numbers, then as text; then what came last. Without a mark, and without keys, by everything there is."""
    keys = [term for p in places for term in (f"TRY_CAST(c{p} AS DECIMAL(38, 0)) NULLS LAST", f"c{p} NULLS LAST")]
    everything = [f"{name} NULLS LAST" for name in names]
    if is_by_key:
        return ", ".join([*keys, "m NULLS FIRST", "g NULLS FIRST", "s", f"hash({', '.join(names)})"])
    return ", ".join([*keys, *everything])


def _places(delta: Delta, plan: Increments) -> list[int]:
    return [delta.columns.index(name) for name in plan.key_columns]


def _names(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]


def _file(*paths: Path) -> str:
    """A scan of the files, each row with the name of its own; what a file does not have is null."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, filename = true)"


def _same_key(places: Sequence[int]) -> str:
    return " AND ".join(f"k.k{i} IS NOT DISTINCT FROM t.c{place}" for i, place in enumerate(places))


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchall()[0][0])
