"""Geometries of published tables: WKB in longitude and latitude (WGS 84) in Parquet, GeoJSON and WKT outside.

Beside every geometry column lies a column of bounding boxes, `<name>_bbox` (GeoParquet 1.1 calls it a covering), so that
rows can be found by place without opening geometries. It is a means, not data: no schema names it, no export has it.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from portal.kernel.columns import Column
from portal.kernel.vocab import ColumnAction, ColumnType

GRID_DEGREES = 0.01
"""Generalised geometries become the middle of a cell this wide, about a kilometre, where no `grid:` is ordered."""

_DECIMALS = 9
_GRID = "grid:"
_BATCH_ROWS = 4_096
_EDGES = ("xmin", "ymin", "xmax", "ymax")
Geometries = npt.NDArray[np.object_]


def geometry_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Those columns that hold geometries."""
    return tuple(column for column in columns if column.type is ColumnType.GEOMETRY)


def box_names(columns: Sequence[Column]) -> dict[str, str]:
    """Geometry column → the column of its bounding boxes, a name that no column of the table has."""
    taken = {column.name.casefold() for column in columns}
    names: dict[str, str] = {}
    for column in geometry_columns(columns):
        name = f"{column.name}_bbox"
        while name.casefold() in taken:
            name += "_"
        names[column.name] = name
        taken.add(name.casefold())
    return names


def open_geometries(cells: pa.Array) -> Geometries:
    """Geometries of a column of WKB; None where the cell is null."""
    opened: Geometries = shapely.from_wkb(np.array(cells.to_pylist(), dtype=object))
    return opened


def geojson_texts(cells: pa.Array) -> list[str | None]:
    """Every cell as a GeoJSON geometry (RFC 7946)."""
    return [None if text is None else str(text) for text in shapely.to_geojson(open_geometries(cells))]


def geojson_object(cell: bytes) -> dict[str, object]:
    """One cell as a GeoJSON geometry."""
    found: dict[str, object] = orjson.loads(shapely.to_geojson(shapely.from_wkb(cell)))
    return found


def wkt_texts(cells: pa.Array) -> pa.Array:
    """Every cell as well-known text."""
    return pa.array(list(shapely.to_wkt(open_geometries(cells), rounding_precision=-1)), pa.string())


def kind_of(cell: bytes) -> str:
    """`Point`, `MultiPolygon` …: what a table shows where there is no room for the geometry."""
    return str(shapely.from_wkb(cell).geom_type)


def write_geometries(source: Path, target: Path, columns: Sequence[Column], *, row_group_rows: int) -> None:
    """Write `source`, whose columns are `columns` in order, as GeoParquet 1.1: geometries changed as each column's
    action says, bounding boxes beside them. A geometry that is generalised becomes the middle of a cell of a coarse
    grid; masked or suppressed, nothing of it is left. Equal input gives equal bytes."""
    boxes = box_names(columns)
    kinds: dict[str, set[str]] = {name: set() for name in boxes}
    with pq.ParquetFile(source) as file:
        fields = [file.schema_arrow.field(column.name) for column in columns]
        fields += [pa.field(name, pa.struct([(edge, pa.float64()) for edge in _EDGES])) for name in boxes.values()]
        schema = pa.schema(fields)
        with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as writer:
            for rows in _row_groups(file, row_group_rows):
                arrays = {column.name: rows.column(column.name).combine_chunks() for column in columns}
                for column in geometry_columns(columns):
                    changed = _changed(open_geometries(arrays[column.name]), column)
                    kinds[column.name] |= {str(g.geom_type) for g in changed if g is not None}
                    arrays[column.name] = pa.array(shapely.to_wkb(changed, byte_order=1), pa.binary())
                    arrays[boxes[column.name]] = _boxes(changed)
                writer.write_table(pa.Table.from_pydict(arrays, schema=schema), row_group_size=row_group_rows)
            writer.add_key_value_metadata({"geo": _metadata(columns, kinds, boxes)})


def _row_groups(file: pq.ParquetFile, row_count: int) -> Iterator[pa.Table]:
    """Rows in groups, read in small batches, for a geometry can be large."""
    waiting: list[pa.RecordBatch] = []
    for batch in file.iter_batches(batch_size=min(_BATCH_ROWS, row_count)):
        waiting.append(batch)
        if sum(len(b) for b in waiting) + _BATCH_ROWS > row_count:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _changed(geometries: Geometries, column: Column) -> Geometries:
    if column.action is ColumnAction.GENERALISE:
        ordered = column.parameter.removeprefix(_GRID) if column.parameter.startswith(_GRID) else ""
        return _on_grid(geometries, float(ordered or GRID_DEGREES))
    if column.action is ColumnAction.PUBLISH:
        return geometries
    return np.full(len(geometries), None, dtype=object)


def _on_grid(geometries: Geometries, width: float) -> Geometries:
    """The middle of the cell that the middle of each bounding box lies in."""
    edges = shapely.bounds(geometries)
    middle = np.floor((edges[:, :2] + edges[:, 2:]) / 2 / width) * width + width / 2
    points = np.asarray(shapely.points(np.round(middle, _DECIMALS)), dtype=object)
    points[shapely.is_missing(geometries)] = None
    return points


def _boxes(geometries: Geometries) -> pa.Array:
    edges = shapely.bounds(geometries)
    is_missing = pa.array(np.isnan(edges[:, 0]))
    arrays = [pa.array(edges[:, index], pa.float64(), from_pandas=True) for index in range(len(_EDGES))]
    return pa.StructArray.from_arrays(arrays, names=list(_EDGES), mask=is_missing)


def _metadata(columns: Sequence[Column], kinds: dict[str, set[str]], boxes: dict[str, str]) -> str:
    """The `geo` metadata of GeoParquet 1.1; no `crs`, which stands for longitude and latitude of WGS 84."""
    described = {
        name: {
            "encoding": "WKB",
            "geometry_types": sorted(kinds[name]),
            "covering": {"bbox": {edge: [box, edge] for edge in _EDGES}},
        }
        for name, box in boxes.items()
    }
    primary = geometry_columns(columns)[0].name
    return json.dumps({"version": "1.1.0", "primary_column": primary, "columns": described}, sort_keys=True)
