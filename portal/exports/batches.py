"""A published table as Arrow batches, and their rendering on every core in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from portal.kernel.columns import Column
from portal.tables import ReadableTable
from portal.tables.geometry import geometry_columns

_BATCH_ROWS = 8_192  # a few megabytes of text: larger pieces are unmapped and mapped again, page by page
_BATCH_CELLS = 2_000_000
_BATCH_GEOMETRIES = 1_024
_MAX_THREADS = 4
Content = TypeVar("Content")


def batches(table: ReadableTable, columns: Sequence[Column] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of these columns (None: all of the schema) in order, a row group or less at a time, fewer rows where the
    table is wide or has geometries, which can be large."""
    wanted = table.schema.columns if columns is None else columns
    most = _BATCH_GEOMETRIES if geometry_columns(wanted) else _BATCH_ROWS
    with pq.ParquetFile(table.path) as file:
        rows = max(64, min(most, _BATCH_CELLS // max(1, len(wanted))))
        names = [column.name for column in wanted]
        is_whole = names == file.schema_arrow.names
        for batch in file.iter_batches(batch_size=rows, columns=None if is_whole else names):
            yield batch if is_whole else batch.select(names)


def rendered(
    table: ReadableTable, render: Callable[[pa.RecordBatch], Content], columns: Sequence[Column] | None = None
) -> Iterator[tuple[Content, int]]:
    """What `render` makes of each batch, with its number of rows, in order.

    Rendering runs in threads (Arrow and Polars work without the interpreter's lock); at most two batches a thread are
    in memory.
    """
    threads = min(_MAX_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Future[Content], int]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches(table, columns):
            waiting.append((pool.submit(render, batch), batch.num_rows))
            if len(waiting) >= 2 * threads:
                done, rows = waiting.popleft()
                yield done.result(), rows
        while waiting:
            done, rows = waiting.popleft()
            yield done.result(), rows
