"""JSON, JSON Lines and GeoJSON: members named as the columns, nulls as null, dates and times in ISO 8601.

A geometry is a GeoJSON object, the last member of its row; in GeoJSON it is the geometry of a feature whose properties are
the other columns (RFC 7946; a second geometry would be a property). Columns keep their order otherwise.
"""

import io
from collections.abc import Iterator

import orjson
import polars as pl
import pyarrow as pa

from portal.exports.batches import rendered
from portal.tables import ReadableTable
from portal.tables.geometry import geojson_texts, geometry_columns


def write_json_lines(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """Pieces of the file with the number of rows in each."""
    yield from rendered(table, _objects)


def write_json(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """One array with the same objects, each on a line of its own."""
    is_first = True
    yield b"[", 0
    for lines, rows in rendered(table, _objects):
        if rows:
            # a line feed inside a value is escaped, so those left are the ends of objects
            yield (b"\n" if is_first else b",\n") + lines.rstrip(b"\n").replace(b"\n", b",\n"), rows
            is_first = False
    yield b"\n]\n", 0


def write_geojson(table: ReadableTable) -> Iterator[tuple[bytes | memoryview, int]]:
    """One FeatureCollection, a feature a line. The table has a geometry."""
    name = geometry_columns(table.schema.columns)[0].name
    is_first = True
    yield b'{"type":"FeatureCollection","features":[', 0
    for features, rows in rendered(table, lambda batch: _features(batch, name)):
        if rows:
            yield (b"\n" if is_first else b",\n") + features, rows
            is_first = False
    yield b"\n]}\n", 0


def _features(batch: pa.RecordBatch, name: str) -> bytes:
    place = batch.schema.names.index(name)
    geometries = geojson_texts(batch.column(place))
    properties = _objects(batch.remove_column(place)).split(b"\n")
    features: list[bytes] = [
        b'{"type":"Feature","geometry":%s,"properties":%s}' % ((geometry or "null").encode(), row)
        for geometry, row in zip(geometries, properties[: batch.num_rows], strict=True)
    ]
    return b",\n".join(features)


def _objects(batch: pa.RecordBatch) -> bytes:
    """A line for each row."""
    geometries = {
        n: batch.column(i) for i, n in enumerate(batch.schema.names) if pa.types.is_binary(batch.column(i).type)
    }
    if not geometries:
        return _plain_objects(batch)
    others = [name for name in batch.schema.names if name not in geometries]
    lines: list[bytes] = (
        _plain_objects(batch.select(others)).split(b"\n")[: batch.num_rows] if others else [b"{}"] * batch.num_rows
    )
    for name, cells in geometries.items():
        member = orjson.dumps(name) + b":"
        texts = ((text or "null").encode() for text in geojson_texts(cells))
        lines = [
            line[:-1] + (b"" if line == b"{}" else b",") + member + text + b"}"
            for line, text in zip(lines, texts, strict=True)
        ]
    return b"".join(line + b"\n" for line in lines)


def _plain_objects(batch: pa.RecordBatch) -> bytes:
    if not batch.num_columns:
        return b"{}\n" * int(batch.num_rows)
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
