"""All rows that a dump asks for, in chunks: one page where that is enough, otherwise the whole answer, copied first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from portal.ckan.datastore.asking import MAX_LIMIT
from portal.ckan.datastore.fields import ROW_ID
from portal.ckan.datastore.paging import Asked, read_page, whole_query
from portal.ckan.datastore.records import write_cells
from portal.ckan.datastore.resources import Resource
from portal.tables import RowEngine
from portal.tables.duck import json_value
from portal.tables.geometry import geojson_object
from portal.tables.query import CellValue

_CHUNK_ROWS = 4_096
_COPY_S = 10.0
Chunk = list[list[object]]


@contextmanager
def all_rows(
    engine: RowEngine, resource: Resource, asked: Asked, limit: int | None, directory: Path
) -> Iterator[Iterator[Chunk]]:
    """Chunks of rows from `asked.offset` on, `limit` of them (None: all). Raises as `read_page`."""
    most = rows_at_most(resource, asked, limit)
    if most <= MAX_LIMIT:
        yield iter([read_page(engine, resource, replace(asked, limit=most, with_total=False)).rows])
        return
    with all_batches(engine, resource, asked, limit, directory) as batches:
        yield (_cells(batch, resource, asked) for batch in batches)


def rows_at_most(resource: Resource, asked: Asked, limit: int | None) -> int:
    """How many rows there can be from the offset on."""
    left = max(resource.table.row_count - asked.offset, 0)
    return left if limit is None else min(limit, left)


@contextmanager
def all_batches(
    engine: RowEngine, resource: Resource, asked: Asked, limit: int | None, directory: Path
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The same rows as Arrow batches, a column for each of `asked.names`; row numbers count from 0."""
    target = directory / "answer.parquet"
    table, query = whole_query(resource, asked)
    engine.copy(table, query, target, timeout_s=_COPY_S)
    with pq.ParquetFile(target) as file:
        yield _slices(file, asked.offset, rows_at_most(resource, asked, limit))


def _slices(file: pq.ParquetFile, offset: int, most: int) -> Iterator[pa.RecordBatch]:
    skipped, given = 0, 0
    for batch in file.iter_batches(batch_size=_CHUNK_ROWS):
        first = min(offset - skipped, batch.num_rows)
        skipped += first
        kept = batch.slice(first, max(most - given, 0))
        given += kept.num_rows
        yield kept
        if given >= most:
            return


def _cells(batch: pa.RecordBatch, resource: Resource, asked: Asked) -> Chunk:
    cells = [[_cell(cell) for cell in column.to_pylist()] for column in batch.columns]
    rows = write_cells(zip(*cells, strict=True), [resource.fields[name] for name in asked.names])
    for place, name in enumerate(asked.names):
        if name == ROW_ID:
            for row in rows:
                row[place] = int(str(row[place])) + 1
    return rows


def _cell(cell: object) -> CellValue:
    return geojson_object(cell) if isinstance(cell, bytes) else json_value(cell)
