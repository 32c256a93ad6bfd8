"""Rows by place: boxes first, then the geometries themselves, and every page, total, group and copy is exact."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables import (
    Call,
    Condition,
    Either,
    Field,
    InBox,
    Intersects,
    Not,
    ReadableTable,
    RowEngine,
    RowQuery,
    Selected,
    WithinDistance,
    parse_where,
)
from tests.tables.tables import make_engine, make_table

TYPES = {"id": ColumnType.INTEGER, "形": ColumnType.GEOMETRY, "形_bbox": ColumnType.TEXT}
TRIANGLE = "POLYGON ((120 30, 120.5 30, 120 30.5, 120 30))"
GEOD = pyproj.Geod(ellps="WGS84")


def _shapes() -> list[BaseGeometry | None]:
    chance = Random(3)
    found: list[BaseGeometry | None] = [
        None,
        shapely.Point(),
        shapely.from_wkt("POLYGON ((120 30, 121 31, 121 30, 120 31, 120 30))"),
    ]
    for number in range(600):
        x, y = 119.5 + chance.random() * 1.5, 29.5 + chance.random() * 1.5
        point = shapely.Point(x, y)
        line = shapely.LineString([(x, y), (x + chance.random() / 5, y - chance.random() / 5)])
        found.append(
            [point, line, shapely.buffer(point, chance.random() / 10), shapely.MultiPoint([point, (x, y + 0.2)])][
                number % 4
            ]
        )
    return found


SHAPES = _shapes()


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RowEngine, ReadableTable]]:
    rows = [(number, shape.wkb if shape is not None else None, f"{number}") for number, shape in enumerate(SHAPES)]
    engine = make_engine(tmp_path_factory.mktemp("engine"))
    yield engine, make_table(tmp_path_factory.mktemp("layer"), TYPES, rows)
    engine.close()


def _expected(is_in: Callable[[BaseGeometry], bool]) -> list[int]:
    return [n for n, shape in enumerate(SHAPES) if shape is not None and not shape.is_empty and is_in(shape)]


def _walked(engine: RowEngine, table: ReadableTable, where: Condition) -> tuple[list[object], set[object]]:
    query = RowQuery(select=("id",), where=where, limit=37)
    ids: list[object] = []
    totals: set[object] = set()
    while True:
        page = engine.page(table, query)
        ids += [row[0] for row in page.rows]
        totals.add((page.total, page.total_relation))
        if page.next_cursor is None:
            return ids, totals
        query = replace(query, cursor=page.next_cursor)


BOX = shapely.box(120, 29.9, 120.4, 30.2)
CASES: list[tuple[str, Condition, Callable[[BaseGeometry], bool]]] = [
    (
        "bbox(形, 120, 29.9, 120.4, 30.2)",
        InBox("形", 120, 29.9, 120.4, 30.2),
        lambda s: s.intersects(shapely.box(120, 29.9, 120.4, 30.2)),
    ),
    (f"intersects(形, '{TRIANGLE}')", Intersects("形", TRIANGLE), shapely.from_wkt(TRIANGLE).intersects),
    ("bbox(形, 0, 0, 1, 1)", InBox("形", 0, 0, 1, 1), lambda _: False),
    ("bbox(形, -180, -90, 180, 90)", InBox("形", -180, -90, 180, 90), lambda _: True),
]


@pytest.mark.parametrize(("text", "condition", "is_in"), CASES)
def test_every_way_of_asking_by_place_is_exact(
    layer: tuple[RowEngine, ReadableTable],
    tmp_path: Path,
    text: str,
    condition: Condition,
    is_in: Callable[[BaseGeometry], bool],
) -> None:
    engine, table = layer
    assert parse_where(text, table.schema) == condition
    expected = _expected(is_in)
    assert _walked(engine, table, condition) == (expected, {(len(expected), "eq")})
    there = _expected(lambda _: True)
    assert _walked(engine, table, Not(condition))[0] == [n for n in there if n not in set(expected)]
    counted = engine.page(table, RowQuery(select=(Selected(Call("count"), "n"),), where=condition))
    assert counted.rows == ((len(expected),),)
    assert engine.copy(table, RowQuery(where=condition), tmp_path / "copy.parquet") == len(expected)


@pytest.mark.parametrize("metres", [0.0, 800.0, 12_000.0, 70_000.0])
def test_a_distance_is_measured_along_the_earth(layer: tuple[RowEngine, ReadableTable], metres: float) -> None:
    engine, table = layer
    centre = (120.2, 30.1)
    found, _ = _walked(engine, table, WithinDistance("形", *centre, metres))
    points = {n: shape for n, shape in enumerate(SHAPES) if isinstance(shape, Point) and not shape.is_empty}
    away = {n: GEOD.inv(*centre, point.x, point.y)[2] for n, point in points.items()}
    assert [n for n in found if n in points] == [n for n in points if away[n] <= metres]
    assert parse_where(f"within_distance(形, 120.2, 30.1, {metres})", table.schema) == WithinDistance(
        "形", *centre, metres
    )


def test_a_line_that_passes_nearby_is_near_though_its_ends_are_far(tmp_path: Path) -> None:
    line = shapely.LineString([(119, 30), (121, 30)])
    table = make_table(tmp_path, TYPES, [(1, line.wkb, "a")])
    engine = make_engine(tmp_path)
    for metres, total in ((1_000, 0), (2_000, 1)):
        assert engine.page(table, RowQuery(where=WithinDistance("形", 120, 30.015, metres))).total == total
    engine.close()


def test_places_join_other_conditions_and_groups(layer: tuple[RowEngine, ReadableTable]) -> None:
    engine, table = layer
    where = parse_where(f"(id < 300 and intersects(形, '{TRIANGLE}')) or bbox(形, 0, 0, 1, 1) or id = 0", table.schema)
    assert isinstance(where, Either)
    expected = [0, *(n for n in _expected(shapely.from_wkt(TRIANGLE).intersects) if n < 300)]
    assert _walked(engine, table, where)[0] == expected
    grouped = engine.page(table, RowQuery(where=where, group_by=(Call("round", (Field("id"),)),), limit=1_000))
    assert [row[0] for row in grouped.rows] == expected


def test_the_earth_has_no_edge_near_the_date_line_and_the_poles(tmp_path: Path) -> None:
    places = [(179.999, 0.0), (-179.999, 0.0), (10.0, 89.999), (-170.0, 89.999), (0.0, 0.0)]
    table = make_table(tmp_path, TYPES, [(n, shapely.Point(*place).wkb, "a") for n, place in enumerate(places)])
    engine = make_engine(tmp_path)
    found = engine.page(table, RowQuery(select=("id",), where=WithinDistance("形", 180, 0, 500)))
    assert [row[0] for row in found.rows] == [0, 1]
    found = engine.page(table, RowQuery(select=("id",), where=WithinDistance("形", 0, 90, 500)))
    assert [row[0] for row in found.rows] == [2, 3]
    engine.close()


def test_a_box_may_lie_over_the_date_line(tmp_path: Path) -> None:
    places = [(179.5, 10.0), (-179.5, 10.0), (180.0, 0.0), (-180.0, 0.0), (0.0, 10.0), (170.0, 10.0), (-170.0, 50.0)]
    rows = [(n, shapely.Point(*place).wkb, "a") for n, place in enumerate(places)]
    crossing = shapely.LineString([(175, 0), (179, 20)])
    table = make_table(tmp_path, TYPES, [*rows, (7, crossing.wkb, "b"), (8, None, "c")])
    engine = make_engine(tmp_path)

    def found(text: str) -> list[object]:
        return [
            row[0] for row in engine.page(table, RowQuery(select=("id",), where=parse_where(text, table.schema))).rows
        ]

    assert found("bbox(形, 178, -5, -178, 20)") == [0, 1, 2, 3, 7]
    assert found("not bbox(形, 178, -5, -178, 20)") == [4, 5, 6]
    assert found("bbox(形, 165, -5, -165, 60)") == [0, 1, 2, 3, 5, 6, 7]
    assert found("bbox(形, 1, -90, -1, 90)") == [0, 1, 2, 3, 5, 6, 7]
    engine.close()


@pytest.mark.parametrize(
    "shape", ["POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 3 1, 3 3, 1 3, 1 1))", "LINESTRING (0 0, 4 4)", "POINT (2 2)"]
)
def test_points_on_edges_and_in_holes_are_judged_as_shapely_does(tmp_path: Path, shape: str) -> None:
    points = [shapely.Point(x / 2, y / 2) for x in range(-1, 10) for y in range(-1, 10)]
    table = make_table(tmp_path, TYPES, [(n, point.wkb, "a") for n, point in enumerate(points)])
    engine = make_engine(tmp_path)
    expected = [n for n, point in enumerate(points) if shapely.from_wkt(shape).intersects(point)]
    assert _walked(engine, table, Intersects("形", shape))[0] == expected
    engine.close()


@pytest.mark.parametrize(
    "text",
    [
        "bbox(形, 120, 31, 121, 29)",
        "bbox(形, 30, 120, 31, 121)",
        "bbox(id, 120, 29, 121, 31)",
        "bbox(形, 120, 29, 121)",
        "within_distance(形, 200, 30, 5)",
        "within_distance(形, 120, 30, -5)",
        "within_distance(形, 120, 30, 5000000)",
        "within_distance('形', 120, 30, 5)",
        "intersects(形, 'POLYGON EMPTY')",
        "intersects(形, 'POINT (nan nan)')",
        "intersects(形, 'POLYGON ((1 1, 2')",
        "intersects(形, 3)",
        "intersects(没有, 'POINT (1 1)')",
        "形 = 'POINT (1 1)'",
        "lower(形) = 'a'",
    ],
)
def test_what_is_no_place_is_refused(layer: tuple[RowEngine, ReadableTable], text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_where(text, layer[1].schema)
    assert refused.value.parameter == "where"
    assert refused.value.position is not None


def test_few_geometries_are_opened(layer: tuple[RowEngine, ReadableTable], monkeypatch: pytest.MonkeyPatch) -> None:
    """The boxes of points say all about them; of others, what lies far away from a triangle is never looked at."""
    engine, table = layer
    opened: list[int] = []
    intersects = shapely.intersects

    def noting(shape: BaseGeometry, geometries: np.ndarray[tuple[int, ...], np.dtype[np.object_]]) -> object:
        opened.append(len(geometries))
        return intersects(shape, geometries)

    monkeypatch.setattr("portal.tables.spatial.shapely.intersects", noting)
    assert engine.count(table, RowQuery(where=Intersects("形", "POLYGON ((120 30, 120.3 30, 120 30.3, 120 30))")))
    is_point = [shape is not None and shape.geom_type == "Point" for shape in SHAPES]
    assert 0 < sum(opened) < is_point.count(False) / 8
