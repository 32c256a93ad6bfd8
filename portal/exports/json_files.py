"""JSON and JSON Lines: one object a row, members named as the columns, nulls as null, dates and times in ISO 8601."""

import io
from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from portal.exports.batches import rendered
from portal.tables import ReadableTable


def write_json_lines(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """Pieces of the file with the number of rows in each."""
    yield from rendered(table.path, _objects)


def write_json(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """One array with the same objects, each on a line of its own."""
    is_first = True
    yield b"[", 0
    for lines, rows in rendered(table.path, _objects):
        if rows:
            # a line feed inside a value is escaped, so those left are the ends of objects
            yield (b"\n" if is_first else b",\n") + lines.rstrip(b"\n").replace(b"\n", b",\n"), rows
            is_first = False
    yield b"\n]\n", 0


def _objects(batch: pa.RecordBatch) -> bytes:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame), "a batch is a frame"
    frame = frame.with_columns(_iso(frame[name]) for name, type_ in frame.schema.items() if type_ == pl.Datetime)
    buffer = io.BytesIO()
    frame.write_ndjson(buffer)
    return buffer.getvalue()


def _iso(times: pl.Series) -> pl.Series:
    """Times as text, without six zeros after the second unless there is something there."""
    has_fraction = bool((times.dt.microsecond() != 0).any())
    return times.dt.to_string("iso:strict" if has_fraction else "%Y-%m-%dT%H:%M:%S")
