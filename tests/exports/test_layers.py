"""Layers as files: GeoJSON first, and what the other formats make of a geometry."""

import csv
import json
from pathlib import Path

import openpyxl
import pyogrio
import pytest
import shapely

from portal.exports import FORMATS, MadeFile, UnknownFormat, make_file
from portal.exports.offering import offered_formats
from portal.kernel.vocab import ColumnType
from portal.tables import ReadableTable
from tests.tables.tables import make_table

TYPES = {"名称": ColumnType.TEXT, "人数": ColumnType.INTEGER, "geometry": ColumnType.GEOMETRY}
ROWS = [
    ('一中"东"', 3, shapely.to_wkb(shapely.Point(120.5, 30.25))),
    ("二\n中", None, shapely.to_wkb(shapely.box(120, 30, 121, 31))),
    (None, 7, None),
]


@pytest.fixture
def layer(tmp_path: Path) -> ReadableTable:
    return make_table(tmp_path, TYPES, ROWS)


def made(table: ReadableTable, format_name: str, tmp_path: Path) -> MadeFile:
    return make_file(table, format_name, tmp_path / "out" / f"file.{FORMATS[format_name].extension}")


def test_geojson_is_a_feature_collection_that_gdal_reads(layer: ReadableTable, tmp_path: Path) -> None:
    file = made(layer, "geojson", tmp_path)
    document = json.loads(file.path.read_bytes())
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    first, _, last = document["features"]
    assert first == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [120.5, 30.25]},
        "properties": {"名称": '一中"东"', "人数": 3},
    }
    assert last["geometry"] is None
    meta, _, geometries, _ = pyogrio.raw.read(file.path)
    assert meta["crs"] == "EPSG:4326"
    assert len(geometries) == 3


def test_json_lines_hold_the_geometry_as_an_object(layer: ReadableTable, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in made(layer, "jsonl", tmp_path).path.read_text().splitlines()]
    assert [row["名称"] for row in rows] == ['一中"东"', "二\n中", None]
    assert rows[0]["geometry"]["coordinates"] == [120.5, 30.25]
    assert rows[2] == {"名称": None, "人数": 7, "geometry": None}
    assert json.loads(made(layer, "json", tmp_path).path.read_bytes()) == rows


def test_csv_holds_well_known_text(layer: ReadableTable, tmp_path: Path) -> None:
    with made(layer, "csv", tmp_path).path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["geometry"] == "POINT (120.5 30.25)"
    assert shapely.from_wkt(rows[1]["geometry"]).equals(shapely.box(120, 30, 121, 31))
    assert rows[2]["geometry"] == ""


def test_spreadsheets_leave_geometries_out_and_say_so(layer: ReadableTable, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(made(layer, "xlsx", tmp_path).path)
    assert [cell.value for cell in book["data"][1]] == ["名称", "人数"]
    assert any("Geometries" in str(row[0]) for row in book["fields"].iter_rows(values_only=True))
    assert "POINT" not in made(layer, "excel.csv", tmp_path).path.read_text("utf-8-sig")


def test_geometry_alone_is_still_a_file(tmp_path: Path) -> None:
    bare = make_table(tmp_path, {"geometry": ColumnType.GEOMETRY}, [(row[2],) for row in ROWS])
    assert json.loads(made(bare, "geojson", tmp_path).path.read_bytes())["features"][0]["properties"] == {}
    assert len(made(bare, "jsonl", tmp_path).path.read_text().splitlines()) == 3
    assert made(bare, "xlsx", tmp_path).size_bytes


def test_geojson_is_offered_for_layers_alone(layer: ReadableTable, tmp_path: Path) -> None:
    flat = make_table(tmp_path, {"名称": ColumnType.TEXT}, [("一",)])
    assert offered_formats(layer.schema)[0].name == "geojson"
    assert "geojson" not in {made.name for made in offered_formats(flat.schema)}
    with pytest.raises(UnknownFormat, match="no geometry"):
        made(flat, "geojson", tmp_path)


def test_many_features_are_all_there_and_in_order(tmp_path: Path) -> None:
    rows = [(str(number), number, shapely.to_wkb(shapely.Point(100 + number / 100, 30))) for number in range(3_000)]
    table = make_table(tmp_path, TYPES, rows)
    features = json.loads(made(table, "geojson", tmp_path).path.read_bytes())["features"]
    assert [feature["properties"]["人数"] for feature in features] == list(range(3_000))
    assert features[2_999]["geometry"]["coordinates"] == [129.99, 30]
