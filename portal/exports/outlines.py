"""A small picture of a layer, drawn as SVG from some thousand of its features: where they are, not a map to measure on."""

from collections.abc import Iterator
from math import cos, radians

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import shapely

from portal.tables import ReadableTable
from portal.tables.geometry import Geometries, geometry_columns, open_geometries

WIDTH, HEIGHT = 640, 360
_PADDING = 14
_MOST_GROUPS = 8
_MOST_FEATURES = 4_000
_MOST_POSITIONS = 20_000
_LEAST_SPAN = 1e-4  # degrees: a single point is not blown up
_PIXELS_KEPT = 0.6
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
    "<style>.p{{fill:#efece2}}.a{{fill:#0e526333;stroke:#0e5263}}.l{{fill:none;stroke:#0e5263}}.d{{fill:#a8341b}}"
    "@media (prefers-color-scheme:dark){{.p{{fill:#16242a}}.a{{fill:#7fc4c944;stroke:#7fc4c9}}.l{{stroke:#7fc4c9}}"
    ".d{{fill:#f0907a}}}}</style>"
    '<rect class="p" width="{w}" height="{h}"/>'
)


def draw_outline(table: ReadableTable) -> str:
    """The picture as an SVG document; without anything on it when no feature has a geometry."""
    shapes = _some_features(table)
    parts = [_HEAD.format(w=WIDTH, h=HEIGHT)]
    if len(shapes):
        placed = _placed(shapes)
        left = _MOST_POSITIONS
        for shape in placed:
            left -= shapely.get_num_coordinates(shape)
            if left < 0:
                break
            parts += _drawn(shape)
    return "".join([*parts, "</svg>"])


def _some_features(table: ReadableTable) -> Geometries:
    """Up to some thousand geometries from all over the table, those that are not null."""
    name = geometry_columns(table.schema.columns)[0].name
    found: list[Geometries] = []
    with pq.ParquetFile(table.path) as file:
        groups = np.unique(np.linspace(0, file.num_row_groups - 1, min(_MOST_GROUPS, file.num_row_groups)).astype(int))
        each = _MOST_FEATURES // max(1, len(groups))
        for group in groups:
            row_count = file.metadata.row_group(int(group)).num_rows
            step = max(1, row_count // each)
            for batch in file.iter_batches(batch_size=1_024, row_groups=[int(group)], columns=[name]):
                found.append(open_geometries(batch.column(0))[::step])
    shapes: Geometries = np.concatenate(found) if found else np.empty(0, dtype=object)
    filled: Geometries = shapes[~shapely.is_missing(shapes)][:_MOST_FEATURES]
    return filled


def _placed(shapes: Geometries) -> Geometries:
    """Geometries in the picture's own units, simplified to what can be seen. North is up, a degree as wide as it is."""
    west, south, east, north = shapely.total_bounds(shapes)
    shrink = max(0.1, cos(radians((south + north) / 2)))
    span_x, span_y = max((east - west) * shrink, _LEAST_SPAN), max(north - south, _LEAST_SPAN)
    scale = min((WIDTH - 2 * _PADDING) / span_x, (HEIGHT - 2 * _PADDING) / span_y)
    middle = ((west + east) / 2, (south + north) / 2)

    def move(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x = (positions[:, 0] - middle[0]) * shrink * scale + WIDTH / 2
        y = HEIGHT / 2 - (positions[:, 1] - middle[1]) * scale
        return np.column_stack((x, y))

    moved: Geometries = shapely.simplify(shapely.transform(shapes, move), _PIXELS_KEPT, preserve_topology=False)
    return moved


def _drawn(shape: shapely.Geometry) -> Iterator[str]:
    if isinstance(shape, shapely.Point):
        if not shape.is_empty:
            yield f'<circle class="d" cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="2.4"/>'
    elif isinstance(shape, shapely.LineString):
        if not shape.is_empty:
            yield f'<path class="l" d="{_path(shape)}"/>'
    elif isinstance(shape, shapely.Polygon):
        if not shape.is_empty:
            rings = "".join(_path(ring) + "Z" for ring in (shape.exterior, *shape.interiors))
            yield f'<path class="a" fill-rule="evenodd" d="{rings}"/>'
        else:
            return
    else:
        for part in shapely.get_parts(shape):
            yield from _drawn(part)


def _path(line: shapely.Geometry) -> str:
    positions = shapely.get_coordinates(line)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in positions)
