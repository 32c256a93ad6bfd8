"""Conditions on geometries: bounding boxes first, in the table's own columns of them, then the geometries themselves.

The second half runs in `shapely` through functions that every opened layer has, over the rows alone whose boxes leave
it open. So pages, totals, groups and cursors are exact, and few geometries are opened.
"""

import math
from dataclasses import replace

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely
from duckdb.func import PythonUDFType
from shapely.geometry.base import BaseGeometry

from portal.kernel.vocab import ColumnType
from portal.tables.duck import quoted
from portal.tables.expressions import JsonValue
from portal.tables.geometry import Geometries, box_names, open_geometries
from portal.tables.query import InBox, Intersects, Spatial, WithinDistance
from portal.tables.terms import Terms

MAX_WKT_CHARS = 4_000
MAX_METRES = 1_000_000.0
_SPHERE_M = 6_371_008.8
_EARTH = pyproj.Geod(ellps="WGS84")  # needs no context of PROJ's, which threads of the engine do not have
MEETS, MEETS_POINT, METRES = "geometry_meets", "geometry_meets_point", "geometry_metres"
_DEGREE_M = 110_500.0  # the shortest a degree of latitude gets


def spatial_sql(condition: Spatial, terms: Terms) -> tuple[str, list[JsonValue]]:
    """The SQL and its values. A row without a geometry, or with an empty one, is neither in nor out.

    Raises InvalidInput for a column without geometries, coordinates off the earth or text that is no geometry."""
    terms.count()
    column = terms.column(condition.column, condition)
    if column.type is not ColumnType.GEOMETRY:
        raise terms.wrong(f"the column {column.name!r} holds no geometries.", condition)
    if isinstance(condition, InBox) and condition.west > condition.east:
        return _over_date_line(condition, terms)
    geometry, box = quoted(column.name), quoted(box_names(terms.schema.columns)[column.name])
    overlaps = f"({box}.xmin <= ? AND {box}.xmax >= ? AND {box}.ymin <= ? AND {box}.ymax >= ?)"
    if isinstance(condition, WithinDistance):
        west, south, east, north = _reach(condition, terms)
        test, values = _nearness(condition, geometry, box)
    else:
        shape = _shape(condition, terms)
        west, south, east, north = (float(edge) for edge in shape.bounds)
        is_point = f"{box}.xmin = {box}.xmax AND {box}.ymin = {box}.ymax"
        points, others = f"{MEETS_POINT}({box}.xmin, {box}.ymin, from_hex(?))", f"{MEETS}({geometry}, from_hex(?))"
        test, values = f"CASE WHEN {is_point} THEN {points} ELSE {others} END", [shape.wkb.hex(), shape.wkb.hex()]
    edges: list[JsonValue] = [east, west, north, south]
    if isinstance(condition, InBox):
        inside = f"{box}.xmin >= ? AND {box}.xmax <= ? AND {box}.ymin >= ? AND {box}.ymax <= ?"
        test, values = f"CASE WHEN {inside} THEN TRUE ELSE {test} END", [west, east, south, north, *values]
    sql = f"({overlaps} AND CASE WHEN {overlaps} THEN {test} WHEN {box}.xmin IS NULL THEN NULL ELSE FALSE END)"
    return sql, [*edges, *edges, *values]


def _over_date_line(condition: InBox, terms: Terms) -> tuple[str, list[JsonValue]]:
    """West greater than east is a box over the 180th meridian, as in RFC 7946, section 5.2: two boxes."""
    halves = (replace(condition, east=max(180.0, condition.west)), replace(condition, west=min(-180.0, condition.east)))
    found = [spatial_sql(half, terms) for half in halves]
    return f"({' OR '.join(sql for sql, _ in found)})", [value for _, values in found for value in values]


def _nearness(condition: WithinDistance, geometry: str, box: str) -> tuple[str, list[JsonValue]]:
    """Of a point, the distance on a sphere decides wherever it is clear by more than the earth is flattened (0.6 %)."""
    is_point = f"{box}.xmin = {box}.xmax AND {box}.ymin = {box}.ymax"
    north, east = f"sin(radians({box}.ymin - ?) / 2)", f"sin(radians({box}.xmin - ?) / 2)"
    half = f"{north} * {north} + cos(radians(?)) * cos(radians({box}.ymin)) * {east} * {east}"
    sphere = f"{2 * _SPHERE_M} * asin(sqrt(least(1, {half})))"
    longitude, latitude, metres = condition.longitude, condition.latitude, condition.metres
    given: list[JsonValue] = [latitude, latitude, latitude, longitude, longitude]
    test = (
        f"CASE WHEN {is_point} AND {sphere} < ? THEN TRUE WHEN {is_point} AND {sphere} > ? THEN FALSE "
        f"ELSE {METRES}({geometry}, ?, ?) <= ? END"
    )
    return test, [*given, metres * 0.99, *given, metres * 1.01, longitude, latitude, metres]


def _shape(condition: Intersects | InBox, terms: Terms) -> BaseGeometry:
    if isinstance(condition, InBox):
        box = (condition.west, condition.south, condition.east, condition.north)
        if not all(map(math.isfinite, box)) or box[0] > box[2] or not -90 <= box[1] <= box[3] <= 90:
            raise terms.wrong("a box is west, south, east, north in degrees, latitudes from -90 to 90.", condition)
        return shapely.box(*box)
    if len(condition.wkt) > MAX_WKT_CHARS:
        raise terms.wrong(f"the geometry has more than {MAX_WKT_CHARS} characters; simplify it.", condition, "value")
    try:
        shape = shapely.from_wkt(condition.wkt)
    except (shapely.GEOSException, UnicodeError, ValueError) as error:
        raise terms.wrong("this is no well-known text such as 'POINT (120.1 30.2)'.", condition, "value") from error
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        raise terms.wrong("the geometry is empty.", condition, "value")
    return shape if shape.is_valid else shapely.make_valid(shape)


def _reach(condition: WithinDistance, terms: Terms) -> tuple[float, float, float, float]:
    """A box in degrees that holds everything so near."""
    longitude, latitude, metres = condition.longitude, condition.latitude, condition.metres
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise terms.wrong("a place is longitude from -180 to 180, then latitude from -90 to 90.", condition)
    if not 0 <= metres <= MAX_METRES:
        raise terms.wrong(f"metres are from 0 to {MAX_METRES:,.0f}.", condition)
    high = metres / _DEGREE_M + 1e-9
    furthest = abs(latitude) + high
    if furthest >= 89:
        return -180.0, latitude - high, 180.0, latitude + high
    wide = high / math.cos(math.radians(furthest)) * 1.01
    if longitude - wide < -180 or longitude + wide > 180:
        return -180.0, latitude - high, 180.0, latitude + high
    return longitude - wide, latitude - high, longitude + wide, latitude + high


def add_spatial_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a database the three functions; needed where a table has geometries."""
    arrow = PythonUDFType.ARROW
    connection.create_function(MEETS, _meets, ["blob", "blob"], "boolean", type=arrow)
    connection.create_function(MEETS_POINT, _meets_point, ["double", "double", "blob"], "boolean", type=arrow)
    connection.create_function(METRES, _metres, ["blob", "double", "double"], "double", type=arrow)


def _meets(cells: pa.Array, shapes: pa.Array) -> pa.Array:
    geometries, shape = open_geometries(cells), shapely.from_wkb(shapes[0].as_py())
    try:
        return pa.array(_intersect(geometries, shape))
    except shapely.GEOSException:
        return pa.array(_intersect(shapely.make_valid(geometries), shape))


def _meets_point(longitudes: pa.Array, latitudes: pa.Array, shapes: pa.Array) -> pa.Array:
    """The same of points, which need not be opened: their boxes say where they are."""
    shape = shapely.from_wkb(shapes[0].as_py())
    shapely.prepare(shape)
    return pa.array(shapely.intersects_xy(shape, longitudes.to_numpy(), latitudes.to_numpy()))


def _intersect(geometries: Geometries, shape: BaseGeometry) -> npt.NDArray[np.bool_]:
    shapely.prepare(shape)
    found: npt.NDArray[np.bool_] = shapely.intersects(shape, geometries)
    return found


def _metres(cells: pa.Array, longitudes: pa.Array, latitudes: pa.Array) -> pa.Array:
    """The distance of each geometry from the place: laid on a plane where every point is as far from the middle, and in the
    same direction, as it is from the place along the ellipsoid of the earth."""
    longitude, latitude = longitudes[0].as_py(), latitudes[0].as_py()

    def laid(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        count = len(points)
        start = (np.full(count, longitude), np.full(count, latitude))
        azimuths, _, metres = _EARTH.inv(*start, points[:, 0], points[:, 1])
        angles = np.radians(azimuths)
        return np.column_stack((metres * np.sin(angles), metres * np.cos(angles)))

    return pa.array(shapely.distance(shapely.transform(open_geometries(cells), laid), shapely.Point(0, 0)))
