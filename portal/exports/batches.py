"""A published table as Arrow batches, and their rendering on every core in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

_BATCH_ROWS = 8_192  # a few megabytes of text: larger pieces are unmapped and mapped again, page by page
_BATCH_CELLS = 2_000_000
_MAX_THREADS = 4
Content = TypeVar("Content")


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The table's rows in order, a row group or less at a time, fewer rows where it is wide."""
    with pq.ParquetFile(path) as file:
        rows = max(64, min(_BATCH_ROWS, _BATCH_CELLS // max(1, len(file.schema_arrow))))
        yield from file.iter_batches(batch_size=rows)


def rendered(path: Path, render: Callable[[pa.RecordBatch], Content]) -> Iterator[tuple[Content, int]]:
    """What `render` makes of each batch, with its number of rows, in order.

    Rendering runs in threads (Arrow and Polars work without the interpreter's lock); at most two batches a thread are
    in memory.
    """
    threads = min(_MAX_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Future[Content], int]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches(path):
            waiting.append((pool.submit(render, batch), batch.num_rows))
            if len(waiting) >= 2 * threads:
                done, rows = waiting.popleft()
                yield done.result(), rows
        while waiting:
            done, rows = waiting.popleft()
            yield done.result(), rows
