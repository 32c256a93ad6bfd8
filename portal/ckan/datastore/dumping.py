"""All rows that a dump asks for, in chunks: one page where that is enough, otherwise the whole answer, copied first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from portal.ckan.datastore.asking import MAX_LIMIT
from portal.ckan.datastore.paging import Asked, read_page, whole_query
from portal.ckan.datastore.records import write_cells
from portal.ckan.datastore.resources import Resource
from portal.tables import RowEngine
from portal.tables.duck import json_value
from portal.tables.geometry import geojson_object

_CHUNK_ROWS = 4_096
_COPY_S = 10.0
Chunk = list[list[object]]


@contextmanager
def all_rows(
    engine: RowEngine, resource: Resource, asked: Asked, limit: int | None, directory: Path
) -> Iterator[Iterator[Chunk]]:
    """Chunks of rows from `asked.offset` on, `limit` of them (None: all). Raises as `read_page`."""
    left = max(resource.table.row_count - asked.offset, 0)
    most = left if limit is None else min(limit, left)
    if most <= MAX_LIMIT:
        yield iter([read_page(engine, resource, replace(asked, limit=most, with_total=False)).rows])
        return
    target = directory / "answer.parquet"
    table, query, columns = whole_query(resource, asked)
    engine.copy(table, query, target, timeout_s=_COPY_S)
    with pq.ParquetFile(target) as file:
        yield _chunks(file, resource, asked, len(columns), most)


def _chunks(file: pq.ParquetFile, resource: Resource, asked: Asked, width: int, most: int) -> Iterator[Chunk]:
    types = [resource.fields[name].column.type for name in asked.names]
    row_ids = [place for place, name in enumerate(asked.names) if resource.fields[name].id == "_id"]
    skipped, given = 0, 0
    for batch in file.iter_batches(batch_size=_CHUNK_ROWS):
        first = min(asked.offset - skipped, batch.num_rows)
        skipped += first
        kept = batch.slice(first, max(most - given, 0))
        given += kept.num_rows
        cells = [[_cell(cell) for cell in column.to_pylist()] for column in kept.columns[:width]]
        rows = write_cells(zip(*cells, strict=True), types)
        for place in row_ids:
            for row in rows:
                row[place] = int(str(row[place])) + 1
        yield rows
        if given >= most:
            return


def _cell(cell: object) -> object:
    return geojson_object(cell) if isinstance(cell, bytes) else json_value(cell)
