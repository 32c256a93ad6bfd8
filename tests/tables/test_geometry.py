"""Geometries in published tables: what is stored, what is answered, what is changed."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import shapely

from portal.inspect import scan_table
from portal.kernel.columns import ColumnRule
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.tables import Projection, RowQuery, parse_order, parse_where, project, schema_from_json, schema_to_json
from portal.tables.geometry import box_names
from tests.tables.tables import columns_of, make_engine, publish_all, table_of, write_source

TYPES = {"名称": ColumnType.TEXT, "geometry": ColumnType.GEOMETRY}
SQUARE = shapely.box(120.101, 30.2, 120.305, 30.414)
ROWS = [
    ("点", shapely.to_wkb(shapely.Point(120.123456, 30.987654))),
    ("面", shapely.to_wkb(SQUARE)),
    ("无", None),
]


def published(folder: Path, action: ColumnAction = ColumnAction.PUBLISH) -> Projection:
    columns = write_source(folder / "source.parquet", TYPES, ROWS)
    rules = [ColumnRule("名称", ColumnAction.PUBLISH, "open"), ColumnRule("geometry", action, "open")]
    return project(folder / "source.parquet", columns, rules, folder / "published.parquet")


def test_published_layer_is_geoparquet_with_bounding_boxes(tmp_path: Path) -> None:
    projection = published(tmp_path)
    schema = pq.read_schema(projection.path)
    geo = json.loads(schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["geometry_types"] == ["Point", "Polygon"]
    covering = geo["columns"]["geometry"]["covering"]["bbox"]
    assert covering["xmin"] == ["geometry_bbox", "xmin"]
    boxes = pq.read_table(projection.path).column("geometry_bbox").to_pylist()
    assert boxes[1] == {"xmin": 120.101, "ymin": 30.2, "xmax": 120.305, "ymax": 30.414}
    assert boxes[2] is None


def test_bounding_boxes_are_no_column_of_the_table(tmp_path: Path) -> None:
    projection = published(tmp_path)
    assert [column.name for column in projection.schema.columns] == ["名称", "geometry"]
    assert scan_table(projection.path, digest="d").columns == ("名称", "geometry")
    assert scan_table(projection.path, digest="d").is_complete
    page = make_engine(tmp_path).page(table_of(projection), RowQuery())
    assert [column.name for column in page.columns] == ["名称", "geometry"]


def test_column_that_has_the_name_of_the_boxes_keeps_it() -> None:
    columns = columns_of(TYPES | {"geometry_BBOX": ColumnType.TEXT})
    assert box_names(columns) == {"geometry": "geometry_bbox_"}


def test_rows_answer_with_geojson_geometries(tmp_path: Path) -> None:
    page = make_engine(tmp_path).page(table_of(published(tmp_path)), RowQuery())
    assert page.rows[0][1] == {"type": "Point", "coordinates": [120.123456, 30.987654]}
    assert page.rows[2][1] is None


def test_preview_tells_the_kind_and_no_coordinates(tmp_path: Path) -> None:
    assert [row[1] for row in published(tmp_path).preview] == ["Point", "Polygon", None]


def test_generalised_geometry_is_a_point_of_a_coarse_grid(tmp_path: Path) -> None:
    projection = published(tmp_path, ColumnAction.GENERALISE)
    page = make_engine(tmp_path).page(table_of(projection), RowQuery())
    assert page.rows[0][1] == {"type": "Point", "coordinates": [120.125, 30.985]}
    assert page.rows[1][1] == {"type": "Point", "coordinates": [120.205, 30.305]}
    assert shapely.to_wkb(SQUARE) not in projection.path.read_bytes()


@pytest.mark.parametrize("action", [ColumnAction.MASK, ColumnAction.SUPPRESS])
def test_masked_geometry_is_gone(tmp_path: Path, action: ColumnAction) -> None:
    projection = published(tmp_path, action)
    assert [row[1] for row in projection.preview] == [None, None, None]
    assert projection.schema.columns[1].null_count == 3


def test_equal_layers_give_equal_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert published(tmp_path / "a").sha256 == published(tmp_path / "b").sha256


def test_geometry_can_be_asked_for_null_and_nothing_else(tmp_path: Path) -> None:
    projection = published(tmp_path)
    engine, table = make_engine(tmp_path), table_of(projection)
    where = parse_where("geometry is null", projection.schema)
    assert engine.page(table, RowQuery(where=where)).total == 1
    with pytest.raises(InvalidInput, match="null"):
        parse_where("geometry = 'x'", projection.schema)
    with pytest.raises(InvalidInput, match="no order"):
        engine.page(table, RowQuery(order_by=parse_order("geometry", projection.schema)))


def test_rows_with_too_much_geometry_are_refused_with_a_way_out(tmp_path: Path) -> None:
    line = shapely.LineString([(index / 10_000, 0) for index in range(60_000)])
    rows = [(str(number), shapely.to_wkb(line)) for number in range(10)]
    table = table_of(publish_all(tmp_path, TYPES, rows))
    with pytest.raises(InvalidInput, match="select"):
        make_engine(tmp_path).page(table, RowQuery())
    assert len(make_engine(tmp_path).page(table, RowQuery(limit=5)).rows) == 5
    assert len(make_engine(tmp_path).page(table, RowQuery(select=("名称",))).rows) == 10


def test_schema_of_a_layer_survives_the_catalogue(tmp_path: Path) -> None:
    schema = published(tmp_path).schema
    assert schema_from_json(json.loads(json.dumps(schema_to_json(schema)))) == schema
