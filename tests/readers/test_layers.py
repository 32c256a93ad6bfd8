"""Layers as departments deliver them: attributes like any table's, geometries in WGS 84, doubts held in words."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.coordinate_systems import system_of
from portal.kernel.vocab import ColumnType, PartKind
from portal.readers import FileReading, FileRefused, TableReading, read_file
from portal.readers.layers.gcj02 import AREA, ERROR_DEGREES, from_gcj02, to_gcj02
from tests.readers.layer_files import write_shapefile, zipped

Open = Callable[..., FileReading]
POINTS = [shapely.Point(120.1, 30.2), shapely.Point(120.3, 30.4)]
NAMES = {"名称": ["一号公园", "二号公园"], "编码": ["0012", "0003"], "数量": ["3", "4"]}


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def write(name: str, content: bytes, *stated: str) -> FileReading:
        path = tmp_path / name
        path.write_bytes(content)
        return read_file(path, file_name=name, work_dir=tmp_path / "work", coordinate_systems=stated)

    return write


def shapes(folder: Path, **changes: object) -> bytes:
    values: dict[str, object] = {"geometries": POINTS, "attributes": NAMES} | changes
    files = write_shapefile(folder / "made", "公园", **values)  # type: ignore[arg-type]
    return zipped({f"数据/{name}": content for name, content in files.items()})


def collection(*features: object, **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | members).encode()


def feature(x: float, y: float, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]}, "properties": properties}


def coordinates_of(table: TableReading) -> list[list[float]]:
    cells = pq.read_table(table.path).column(table.columns[-1].name).to_pylist()
    found: list[list[float]] = shapely.get_coordinates(shapely.from_wkb(cells)).tolist()
    return found


def notes_of(table: TableReading) -> dict[str, int | None]:
    return {note.code: note.count for note in table.notes}


def code_of(refusal: pytest.ExceptionInfo[FileRefused]) -> str:
    return refusal.value.code


def test_zipped_shapefile_in_gbk_becomes_a_table_in_wgs84(opened: Open, tmp_path: Path) -> None:
    reading = opened("公园.zip", shapes(tmp_path))
    assert (reading.kind, reading.real_format) == (PartKind.TABLE, "shapefile")
    (table,) = reading.tables
    assert table.name == "公园"
    assert [column.name for column in table.columns] == ["名称", "编码", "数量", "geometry"]
    assert [column.type for column in table.columns[1:]] == [
        ColumnType.TEXT,
        ColumnType.INTEGER,
        ColumnType.GEOMETRY,
    ]
    rows = pq.read_table(table.path).select(["名称", "编码"]).to_pylist()
    assert rows == [{"名称": "一号公园", "编码": "0012"}, {"名称": "二号公园", "编码": "0003"}]
    assert coordinates_of(table) == [[120.1, 30.2], [120.3, 30.4]]
    assert table.columns[-1].delivered_crs == "EPSG:4490"
    assert reading.has_hidden_content, "the delivered file is not offered"


def test_utf8_table_with_a_wrong_cpg_is_read_by_its_bytes(opened: Open, tmp_path: Path) -> None:
    files = write_shapefile(tmp_path / "made", "park", POINTS, NAMES, encoding="UTF-8") | {"park.cpg": b"ISO-8859-1"}
    (table,) = opened("a.zip", zipped(files)).tables
    assert pq.read_table(table.path).column("名称").to_pylist() == ["一号公园", "二号公园"]


def test_projected_metres_come_out_as_degrees(opened: Open, tmp_path: Path) -> None:
    content = shapes(
        tmp_path, geometries=[shapely.Point(500_000, 3_300_000), shapely.Point(501_000, 3_300_000)], crs="EPSG:4549"
    )
    (table,) = opened("a.zip", content).tables
    assert coordinates_of(table)[0] == [120.0, 29.8185545]
    assert table.columns[-1].delivered_crs == "EPSG:4549"


def test_layer_without_a_statement_is_held_and_a_statement_opens_it(opened: Open, tmp_path: Path) -> None:
    content = shapes(tmp_path, crs=None)
    with pytest.raises(FileRefused) as refusal:
        opened("a.zip", content)
    assert code_of(refusal) == "layer_system_unknown"
    (table,) = opened("a.zip", content, "国家2000").tables
    assert coordinates_of(table)[0] == [120.1, 30.2]


def test_geojson_without_a_statement_is_held_and_with_gcj02_is_moved(opened: Open) -> None:
    content = collection(feature(120.1, 30.2, 名称="一"))
    with pytest.raises(FileRefused) as refusal:
        opened("a.geojson", content)
    assert code_of(refusal) == "layer_system_unknown"
    (table,) = opened("a.geojson", content, "gcj02").tables
    (point,) = coordinates_of(table)
    assert 0.002 < abs(point[0] - 120.1) < 0.01
    assert to_gcj02(np.array([point])) == pytest.approx(np.array([[120.1, 30.2]]), abs=1e-7)
    assert table.columns[-1].delivered_crs == "GCJ-02"


def test_crs_member_of_geojson_is_a_statement(opened: Open) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    (table,) = opened("a.geojson", collection(feature(120.1, 30.2, a=1), crs=crs)).tables
    assert table.columns[-1].delivered_crs == "EPSG:4490"


@pytest.mark.parametrize(
    ("crs", "stated", "code"),
    [
        ("EPSG:4490", ("gcj02",), "layer_system_contradicts"),
        ("EPSG:4490", ("wgs84", "gcj02"), "layer_system_contradicts"),
        ("EPSG:4490", ("local",), "layer_system_local"),
        ("EPSG:4490", ("bd09",), "layer_system_unknown"),
        ("EPSG:4214", (), "layer_system_unsupported"),
        ("EPSG:4610", (), "layer_system_unsupported"),
    ],
)
def test_doubtful_systems_are_held_in_words(
    opened: Open, tmp_path: Path, crs: str, stated: tuple[str, ...], code: str
) -> None:
    content = shapes(tmp_path, crs=crs)
    with pytest.raises(FileRefused) as refusal:
        opened("a.zip", content, *stated)
    assert code_of(refusal) == code


def test_wgs84_in_a_file_is_no_contradiction_to_gcj02(opened: Open, tmp_path: Path) -> None:
    (table,) = opened("a.zip", shapes(tmp_path, crs="EPSG:4326"), "gcj02").tables
    assert table.columns[-1].delivered_crs == "GCJ-02"


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        (30.2, 120.1, "layer_axes_swapped"),
        (40.5, 80.1, "layer_axes_swapped"),
        (500_000.0, 3_300_000.0, "layer_metres_as_degrees"),
        (200.0, 30.0, "layer_outside_area"),
    ],
)
def test_coordinates_that_cannot_be_degrees_here_are_held(opened: Open, x: float, y: float, code: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened("a.geojson", collection(feature(x, y, a=1)), "wgs84")
    assert code_of(refusal) == code


def test_metres_of_another_zone_are_held(opened: Open, tmp_path: Path) -> None:
    content = shapes(tmp_path, geometries=[shapely.Point(40_500_000, 3_300_000)] * 2, crs="EPSG:4549")
    with pytest.raises(FileRefused) as refusal:
        opened("a.zip", content)
    assert code_of(refusal) == "layer_outside_area"


def test_one_stray_feature_among_many_is_noted(opened: Open) -> None:
    features = [feature(120 + n / 1_000, 30, a=n) for n in range(300)] + [feature(0, 0, a=300)]
    (table,) = opened("a.geojson", collection(*features), "cgcs2000").tables
    assert notes_of(table)["layer_features_outside"] == 1
    assert table.rows_read == 301


def test_what_is_wrong_with_geometries_is_counted_and_no_row_is_lost(opened: Open) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[120, 30], [121, 31], [121, 30], [120, 31], [120, 30]]]}
    high = {"type": "Point", "coordinates": [120, 30, 55]}
    features = [
        {"type": "Feature", "geometry": geometry, "properties": {"a": n}}
        for n, geometry in enumerate((bow_tie, high, None, {"type": "MultiPoint", "coordinates": []}))
    ]
    (table,) = opened("a.geojson", collection(*features), "wgs84").tables
    notes = notes_of(table)
    assert table.rows_read == 4
    assert notes["layer_geometries_invalid"] == 1
    assert notes["layer_heights_left_out"] == 1
    assert notes["layer_without_geometry"] == 2
    assert notes["layer_kinds_mixed"] == 2
    assert table.columns[-1].null_count == 2


def test_rings_turn_the_way_the_standard_asks(opened: Open) -> None:
    clockwise = [[120, 30], [120, 31], [121, 31], [121, 30], [120, 30]]
    ring = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [clockwise]}, "properties": {"a": 1}}
    (table,) = opened("a.geojson", collection(ring), "wgs84").tables
    (cell,) = pq.read_table(table.path).column("geometry").to_pylist()
    assert shapely.from_wkb(cell).exterior.is_ccw


def test_layer_of_geometries_alone_is_a_table(opened: Open) -> None:
    (table,) = opened("a.geojson", collection(feature(120, 30)), "wgs84").tables
    assert [column.name for column in table.columns] == ["geometry"]


def test_attribute_called_geometry_keeps_its_name(opened: Open) -> None:
    (table,) = opened("a.geojson", collection(feature(120, 30, geometry="text")), "wgs84").tables
    assert [column.name for column in table.columns] == ["geometry", "geometry_"]


def test_small_table_in_gbk_that_is_valid_utf8_too_is_read_as_chinese(opened: Open, tmp_path: Path) -> None:
    content = shapes(tmp_path, attributes={"学校": ["学校", "学校"]})
    assert opened("a.zip", content).tables[0].columns[0].name == "学校"


def test_several_layers_in_one_zip_are_several_tables(opened: Open, tmp_path: Path) -> None:
    files = write_shapefile(tmp_path / "a", "公园", POINTS, NAMES) | write_shapefile(
        tmp_path / "b", "学校", POINTS, NAMES
    )
    files |= {"说明.txt": "联系人".encode("gb18030"), "图.jpg": b"x"}
    reading = opened("a.zip", zipped(files))
    assert [(table.key, table.name) for table in reading.tables] == [("table", "公园"), ("table-2", "学校")]
    assert [(note.code, note.count) for note in reading.notes] == [("archive_members_left_out", 1)]
    assert "联系人" in reading.hidden_texts["archive member"]


def test_shapefile_without_its_table_is_refused(opened: Open, tmp_path: Path) -> None:
    files = {n: c for n, c in write_shapefile(tmp_path / "m", "a", POINTS, NAMES).items() if not n.endswith(".dbf")}
    with pytest.raises(FileRefused) as refusal:
        opened("a.zip", zipped(files))
    assert code_of(refusal) == "layer_incomplete"


def test_shapefile_without_its_index_is_read(opened: Open, tmp_path: Path) -> None:
    files = {n: c for n, c in write_shapefile(tmp_path / "m", "a", POINTS, NAMES).items() if not n.endswith(".shx")}
    assert opened("a.zip", zipped(files)).tables[0].rows_read == 2


def test_member_that_leads_out_of_the_archive_stays_in_the_work_directory(opened: Open, tmp_path: Path) -> None:
    files = write_shapefile(tmp_path / "m", "a", POINTS, NAMES)
    assert opened("a.zip", zipped({f"../../{n}": c for n, c in files.items()})).tables[0].rows_read == 2
    assert not list(tmp_path.parent.glob("a.shp"))


def kml(body: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
    ).encode()


PLACEMARK = (
    "<Placemark><name>一号</name><ExtendedData><Data name='编码'><value>0012</value></Data></ExtendedData>"
    "<Point><coordinates>120.1,30.2,7</coordinates></Point></Placemark>"
)


def test_kml_is_wgs84_by_its_standard_and_a_folder_is_a_table(opened: Open) -> None:
    folders = f"<Folder><name>公园</name>{PLACEMARK}</Folder><Folder><name>学校</name>{PLACEMARK}</Folder>"
    reading = opened("a.kml", kml(folders))
    assert [table.name for table in reading.tables] == ["公园", "学校"]
    table = reading.tables[0]
    assert {"name", "编码"} <= {column.name for column in table.columns}
    assert "tessellate" not in {column.name for column in table.columns}
    assert coordinates_of(table) == [[120.1, 30.2]]


def test_kmz_is_read_like_its_document(opened: Open) -> None:
    reading = opened("a.kmz", zipped({"doc.kml": kml(PLACEMARK), "files/a.png": b"x"}))
    assert reading.real_format == "kmz"
    assert reading.tables[0].rows_read == 1


def test_kml_that_names_other_files_reads_none_of_them(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the secret")
    entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
    with pytest.raises(FileRefused):
        opened("a.kml", kml(PLACEMARK.replace("一号", "&x;"), entity))
    linked = kml(PLACEMARK + f"<NetworkLink><Link><href>{tmp_path}/secret.txt</href></Link></NetworkLink>")
    (table,) = opened("b.kml", linked).tables
    assert "secret" not in str(pq.read_table(table.path).to_pylist())


def test_gdal_in_the_child_knows_shapefiles_and_no_network() -> None:
    import subprocess
    import sys

    code = (
        "from portal.readers.layers.gdal import load_gdal, DRIVERS; assert set(load_gdal().list_drivers()) == DRIVERS"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_bad_geojson_is_refused_in_words_or_read_without_loss(shared_data: Path, tmp_path: Path) -> None:
    refused = 0
    for number, path in enumerate(sorted((shared_data / "torture" / "geojsonhint").glob("*/*.geojson"))):
        try:
            reading = read_file(
                path, file_name=path.name, work_dir=tmp_path / str(number), coordinate_systems=("wgs84",)
            )
        except FileRefused as refusal:
            assert str(refusal).endswith("."), path.name
            assert path.parent.name == "bad" or path.name == "issue82.geojson", path.name
            refused += 1
        else:
            assert reading.kind is PartKind.FILE or reading.tables[0].rows_read > 0
    assert refused >= 28


@given(
    st.tuples(st.floats(AREA[0] + 0.1, AREA[2] - 0.1), st.floats(AREA[1] + 0.1, AREA[3] - 0.1)),
)
def test_gcj02_there_and_back_is_the_same_point(point: tuple[float, float]) -> None:
    there = np.array([point])
    assert np.abs(from_gcj02(to_gcj02(there)) - there).max() < ERROR_DEGREES
    assert np.abs(to_gcj02(from_gcj02(there)) - there).max() < ERROR_DEGREES
    assert np.abs(to_gcj02(there) - there).max() < 0.02


def test_gcj02_agrees_with_a_point_of_the_published_implementations() -> None:
    assert to_gcj02(np.array([[116.397, 39.909]])) == pytest.approx(np.array([[116.403243, 39.910403]]), abs=1e-5)


@pytest.mark.parametrize(
    ("label", "system"),
    [
        ("CGCS2000", "EPSG:4490"),
        ("国家大地坐标系 2000", "EPSG:4490"),
        ("ＷＧＳ－84", "EPSG:4326"),
        ("火星坐标系", "GCJ-02"),
        ("epsg:4549", "EPSG:4549"),
        ("地方坐标系", "local"),
        ("", None),
        ("百度", None),
    ],
)
def test_systems_are_known_by_the_names_people_write(label: str, system: str | None) -> None:
    assert system_of(label) == system
