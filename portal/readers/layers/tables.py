"""Layers into tables: attributes typed like every table's, geometries in WGS 84 beside them.

Geometries come out flat (two dimensions), to a centimetre, rings counter-clockwise. What that takes away, and what was
wrong with them, is counted in notes.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnType
from portal.readers.errors import FileRefused
from portal.readers.headers.names import unique_names
from portal.readers.layers.gdal import Geometries, LayerBatch
from portal.readers.layers.systems import LayerSystem, check_area, check_order, decide_system, moved
from portal.readers.layers.words import GEOMETRY_TITLE, geometry_description
from portal.readers.reading import Note, ReadingLimits, TableReading
from portal.readers.text_table import TextWriter
from portal.readers.typed_table import parquet_source, type_table

GEOMETRY_NAME = "geometry"
_JOINED_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class LayerSource:
    """A layer to be read. `crs`: what the file states; `is_axiomatic`: its format knows no other system.

    `batches` gives the features from the first one each time it is called.
    """

    key: str
    name: str
    names: tuple[str, ...]
    crs: str
    batches: Callable[[], Iterator[LayerBatch]]
    is_axiomatic: bool = False


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    without: int = 0
    heights: int = 0
    invalid: int = 0
    kinds: set[str] = field(default_factory=set)
    boxes: list[npt.NDArray[np.float64]] = field(default_factory=list)


def read_layer(
    connection: duckdb.DuckDBPyConnection,
    source: LayerSource,
    work_dir: Path,
    stated: Sequence[str],
    limits: ReadingLimits,
) -> TableReading:
    """A table of the layer's features. Raises FileRefused, also for a coordinate system nobody knows."""
    if len(source.names) >= limits.columns:
        raise FileRefused("file_too_wide", f"The layer has {len(source.names)} attributes.")
    system = decide_system(source.crs, stated, is_axiomatic=source.is_axiomatic)
    texts, shapes = work_dir / f"{source.key}.text.parquet", work_dir / f"{source.key}.shapes.parquet"
    try:
        counts = _write_raw(source, system, texts, shapes)
        columns = _type_attributes(connection, source, texts, work_dir / f"{source.key}.typed.parquet", counts.rows)
        geometry = _geometry_column(columns, system, counts)
        target = work_dir / f"{source.key}.parquet"
        _join(work_dir / f"{source.key}.typed.parquet" if columns else None, shapes, target, geometry.name)
    finally:
        for path in (texts, shapes, work_dir / f"{source.key}.typed.parquet"):
            path.unlink(missing_ok=True)
    outside = _check_place(system, counts)
    return TableReading(
        key=source.key,
        name=source.name,
        path=target,
        columns=(*columns, geometry),
        rows_read=counts.rows,
        notes=(*_notes(counts, outside, system, columns),),
    )


def _write_raw(source: LayerSource, system: LayerSystem, texts: Path, shapes: Path) -> _Counts:
    """Attributes as text and geometries as WKB, row by row in two files."""
    counts = _Counts()
    schema = pa.schema([(GEOMETRY_NAME, pa.binary())])
    with ExitStack() as stack:
        writer = (
            stack.enter_context(TextWriter(texts, [f"c{i}" for i in range(len(source.names))]))
            if source.names
            else None
        )
        geometries = stack.enter_context(pq.ParquetWriter(shapes, schema, compression="snappy"))
        for batch in source.batches():
            counts.rows += len(batch.rows)
            if writer is not None:
                writer.write(batch.rows)
            in_wgs84 = _in_wgs84(batch.geometries, system, counts)
            cells = pa.array(shapely.to_wkb(in_wgs84, byte_order=1), pa.binary())
            geometries.write_table(pa.Table.from_arrays([cells], schema=schema))
    if not counts.rows:
        raise FileRefused("file_empty", "The layer has no feature; deliver a file with data.")
    return counts


def _in_wgs84(geometries: Geometries, system: LayerSystem, counts: _Counts) -> Geometries:
    empty = shapely.is_empty(geometries) & ~shapely.is_missing(geometries)
    geometries = geometries.copy()
    geometries[empty] = None
    counts.without += int(shapely.is_missing(geometries).sum())
    counts.heights += int(shapely.has_z(geometries).sum())
    flat = shapely.force_2d(geometries)
    raw = shapely.get_coordinates(flat)
    if not np.isfinite(raw).all():
        raise FileRefused("layer_geometry_unreadable", "Some coordinates are not numbers; deliver the layer again.")
    points = moved(system, raw)
    if not np.isfinite(points).all():
        boxes = shapely.bounds(flat)
        check_area(replace(system, area=(-180, -90, 180, 90)), boxes)  # words for metres and swapped axes
        raise FileRefused("layer_outside_area", f"Some coordinates lie outside what {system.name} can describe.")
    result: Geometries = shapely.orient_polygons(shapely.set_coordinates(flat, points), exterior_cw=False)
    counts.invalid += int((~shapely.is_valid(result) & ~shapely.is_missing(result)).sum())
    counts.kinds |= {str(kind.geom_type) for kind in result if kind is not None}
    counts.boxes.append(shapely.bounds(result))
    return result


def _type_attributes(
    connection: duckdb.DuckDBPyConnection, source: LayerSource, texts: Path, target: Path, row_count: int
) -> tuple[Column, ...]:
    if not source.names:
        return ()
    headers = unique_names(source.names)
    typed = type_table(connection, parquet_source([texts], len(headers)), headers, target)
    if typed.row_count != row_count:
        raise FileRefused("reader_failed", "Attributes and geometries of the layer do not belong together.")
    return typed.columns


def _geometry_column(columns: tuple[Column, ...], system: LayerSystem, counts: _Counts) -> Column:
    taken = {column.name.casefold() for column in columns}
    name = GEOMETRY_NAME
    while name in taken:
        name += "_"
    return Column(
        name=name,
        type=ColumnType.GEOMETRY,
        title=GEOMETRY_TITLE,
        description=geometry_description(system.name),
        source_name=GEOMETRY_NAME,
        null_count=counts.without,
        delivered_crs=system.name,
    )


def _join(typed: Path | None, shapes: Path, target: Path, name: str) -> None:
    """One file out of two with the same rows in the same order."""
    with ExitStack() as stack:
        beside = stack.enter_context(pq.ParquetFile(shapes))
        fields = [pa.field(name, pa.binary())]
        attributes: Iterator[pa.RecordBatch] | None = None
        if typed is not None:
            file = stack.enter_context(pq.ParquetFile(typed))
            fields = [*file.schema_arrow.remove_metadata(), *fields]
            attributes = _evenly(file)
        schema = pa.schema(fields)
        writer = stack.enter_context(pq.ParquetWriter(target, schema, compression="snappy"))
        for cells in _evenly(beside):
            arrays = [*next(attributes).columns] if attributes is not None else []
            writer.write_table(pa.Table.from_arrays([*arrays, cells.column(0)], schema=schema))


def _evenly(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """The rows in batches of one size, whatever the row groups."""
    waiting: pa.Table | None = None
    for batch in file.iter_batches(batch_size=_JOINED_ROWS):
        table = pa.Table.from_batches([batch])
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        while len(waiting) >= _JOINED_ROWS:
            yield waiting.slice(0, _JOINED_ROWS).combine_chunks().to_batches()[0]
            waiting = waiting.slice(_JOINED_ROWS)
    if waiting is not None and len(waiting):
        yield waiting.combine_chunks().to_batches()[0]


def _check_place(system: LayerSystem, counts: _Counts) -> int:
    boxes = np.concatenate(counts.boxes) if counts.boxes else np.empty((0, 4))
    outside = check_area(system, boxes)
    if system.is_geographic:
        check_order(boxes)
    return outside


def _notes(counts: _Counts, outside: int, system: LayerSystem, columns: tuple[Column, ...]) -> Iterator[Note]:
    yield Note("layer_system", system.name, counts.rows)
    for code, count in (
        ("layer_without_geometry", counts.without),
        ("layer_heights_left_out", counts.heights),
        ("layer_geometries_invalid", counts.invalid),
        ("layer_features_outside", outside),
    ):
        if count:
            yield Note(code, system.name if code == "layer_features_outside" else "", count)
    if len(counts.kinds) > 1:
        yield Note("layer_kinds_mixed", ", ".join(sorted(counts.kinds)), len(counts.kinds))
    for column in columns:
        if column.failed_casts:
            yield Note("values_without_value", column.name, column.failed_casts)
