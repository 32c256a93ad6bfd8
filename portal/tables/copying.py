"""The whole answer of a query into a Parquet file: streamed, so that memory does not grow with the rows."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from portal.kernel.columns import TableSchema
from portal.kernel.errors import Unavailable
from portal.kernel.ids import new_id
from portal.kernel.vocab import ColumnType
from portal.tables.databases import limited
from portal.tables.duck import ROW_GROUP_ROWS
from portal.tables.geometry import geometry_columns
from portal.tables.statements import Statement
from portal.tables.waiting import RETRY_AFTER_S

_BATCH_ROWS = 8_192
_LOOK_S = 0.5
_ARROW = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
    ColumnType.GEOMETRY: pa.binary(),
}


def copy_answer(  # noqa: PLR0917 - what, whence, whither, and who may end it
    connection: duckdb.DuckDBPyConnection,
    asked: Statement,
    schema: TableSchema,
    target: Path,
    timeout_s: float,
    on_progress: Callable[[int], None],
    is_cancelled: Callable[[float | None], bool],
) -> int:
    """Run the statement and write its rows under the schema's names; gives their number. The file appears when it is whole.

    `is_cancelled` is told how much of the answer is done, 0 … 1, or None while the engine does not know.
    """
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET enable_progress_bar = true")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{new_id()}")
    try:
        with limited(connection, timeout_s), _watched(connection, is_cancelled):
            rows = _write(connection, asked, schema, unfinished, on_progress)
        unfinished.replace(target)
        return rows
    finally:
        unfinished.unlink(missing_ok=True)


def _write(
    connection: duckdb.DuckDBPyConnection,
    asked: Statement,
    schema: TableSchema,
    target: Path,
    on_progress: Callable[[int], None],
) -> int:
    fields = pa.schema([pa.field(column.name, _ARROW[column.type]) for column in schema.columns])
    done, waiting, waiting_rows = 0, list[pa.RecordBatch](), 0
    reader = connection.sql(asked.sql, params=asked.parameters).to_arrow_reader(_BATCH_ROWS)
    with pq.ParquetWriter(target, fields, compression="zstd", store_schema=False) as writer:
        for batch in _batches(reader):
            arrays = [_finite(array.cast(field.type)) for array, field in zip(batch.columns, fields, strict=True)]
            waiting.append(pa.RecordBatch.from_arrays(arrays, schema=fields))
            waiting_rows += batch.num_rows
            if waiting_rows >= ROW_GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting), row_group_size=ROW_GROUP_ROWS)
                done, waiting, waiting_rows = done + waiting_rows, [], 0
                on_progress(done)
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting), row_group_size=ROW_GROUP_ROWS)
        if shapes := geometry_columns(schema.columns):
            described = {column.name: {"encoding": "WKB", "geometry_types": []} for column in shapes}
            told = {"version": "1.1.0", "primary_column": shapes[0].name, "columns": described}
            writer.add_key_value_metadata({"geo": json.dumps(told, sort_keys=True)})
    on_progress(done + waiting_rows)
    return done + waiting_rows


_TOLD: dict[str, type[duckdb.Error]] = {
    "INTERRUPT": duckdb.InterruptException,
    "Out of Memory": duckdb.OutOfMemoryException,
    "Out of Range": duckdb.OutOfRangeException,
    "Conversion": duckdb.ConversionException,
}


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The reader's batches; what goes wrong in the engine meanwhile as the engine's own error, which Arrow hides."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            kind = next((kind for start, kind in _TOLD.items() if str(error).startswith(start)), duckdb.Error)
            raise kind(str(error)) from error
        yield batch


def _finite(cells: pa.Array) -> pa.Array:
    """Numbers that are none, as a calculation can give, become null."""
    if not pa.types.is_floating(cells.type):
        return cells
    is_number = pc.is_finite(cells)
    return pc.if_else(is_number, cells, None) if pc.any(pc.invert(is_number)).as_py() else cells


def _share(connection: duckdb.DuckDBPyConnection) -> float | None:
    """How much the engine has done, by its own estimate."""
    percent = float(connection.query_progress())
    return min(1.0, percent / 100) if percent >= 0 else None


@contextmanager
def _watched(connection: duckdb.DuckDBPyConnection, is_cancelled: Callable[[float | None], bool]) -> Iterator[None]:
    """Interrupts the connection when the work is not wanted any more, also while nothing has come out of it yet."""
    ended, was_cancelled = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK_S):
            if is_cancelled(_share(connection)):
                was_cancelled.set()
                connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.Error as error:
        if was_cancelled.is_set():
            raise Unavailable("The file is not wanted any more.", retry_after_s=RETRY_AFTER_S) from error
        raise
    finally:
        ended.set()
        watcher.join()
