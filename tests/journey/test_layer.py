"""A layer's whole way: a department drops a zipped shapefile, and people see, query and download it in WGS 84."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import shapely
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text

from portal.app import create_app
from portal.catalogue.indexing import describe_documents
from portal.db.migrating import migrate
from portal.index.standin import _formats
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.settings import Settings
from portal.wiring import web_parts
from tests.ingest.conftest import make_workshop
from tests.readers.layer_files import write_shapefile, zipped

MAPPING = {
    "fields": {
        "open_label": {"开放": "unconditional"},
        "grade_label": {"一般": "general"},
        "level_label": {"区": "own"},
        "secret_label": {"否": False},
    },
    "defaults": {"owner": "数据科", "approver": "区局", "basis": "办法", "class": "公共数据"},
    "columns_follow_resource": True,
}
LABELS = {"open_label": "开放", "grade_label": "一般", "level_label": "区", "secret_label": "否"}


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    yield workshop
    workshop.jobs.close()
    workshop.database.dispose()


def harvest(workshop: Workshop, root: Path, mapping: dict[str, object] | None = None) -> RunReport:
    now = datetime.now(UTC)
    configuration = {"root": str(root), "labels": LABELS, "publisher_name": "区园林局"}
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", configuration, replace=True, now=now)
        sign_mapping(session, "drop", MAPPING | (mapping or {}), "王签署", now)
    return run_harvest(workshop, "drop")


def drop(root: Path, name: str, content: bytes) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content)


def parks(folder: Path, crs: str | None = "EPSG:4549") -> bytes:
    places = [shapely.box(500_000 + n * 900, 3_300_000, 500_500 + n * 900, 3_300_400) for n in range(12)]
    attributes = {"名称": [f"第{n}公园" for n in range(12)], "编码": [f"00{n:02}" for n in range(12)]}
    files = write_shapefile(folder, "公园绿地", places, attributes, crs=crs, kind="Polygon")
    return zipped({f"公园/{name}": content for name, content in files.items()})


def held_codes(workshop: Workshop) -> set[str]:
    with workshop.database.reading() as session:
        found = session.scalars(text("SELECT reasons FROM held_record WHERE state = 'waiting'")).all()
    return {reason["code"] for reasons in found for reason in json.loads(reasons)}


@pytest.fixture
def served(workshop: Workshop, settings: Settings, tmp_path: Path) -> Iterator[tuple[FlaskClient, str]]:
    """A client of the site, and the id of the published layer."""
    drop(tmp_path / "drop", "公园绿地.zip", parks(tmp_path / "made"))
    report = harvest(workshop, tmp_path / "drop")
    assert report.counts.get("create") == 1, (report, held_codes(workshop))
    parts = web_parts(settings)
    with workshop.database.reading() as session:
        dataset_id = str(session.scalar(text("SELECT id FROM dataset")))
    yield create_app(parts).test_client(), dataset_id
    parts.database.dispose()


def test_a_dropped_shapefile_is_queried_and_downloaded_in_wgs84(served: tuple[FlaskClient, str]) -> None:
    client, dataset_id = served
    described = json.loads(client.get(f"/api/v1/datasets/{dataset_id}").data)
    (part,) = described["parts"]
    downloads = {item["format"]: item["url"] for item in part["downloads"]}
    assert next(iter(downloads)) == "geojson"
    assert "original" not in downloads
    slug = part["slug"]
    rows = json.loads(client.get(f"/api/v1/datasets/{dataset_id}/tables/{slug}/rows?limit=2").data)
    assert rows["columns"][-1] == {"name": "geometry", "type": "geometry"}
    geometry = rows["rows"][0]["geometry"]
    assert geometry["type"] == "Polygon"
    assert min(position[0] for position in geometry["coordinates"][0]) == pytest.approx(120.0, abs=1e-6)
    collection = json.loads(client.get(f"/download/{dataset_id}/{slug}.geojson").data)
    assert len(collection["features"]) == 12
    assert collection["features"][3]["properties"] == {"名称": "第3公园", "编码": "0003"}
    assert collection["features"][0]["geometry"] == geometry
    table = pq.read_table(io.BytesIO(client.get(f"/download/{dataset_id}/{slug}.parquet").data))
    assert table.schema.metadata[b"geo"]
    assert (
        client.get(f"/download/{dataset_id}/{slug}.csv").text.splitlines()[1].startswith('"第0公园","0000","POLYGON ((')
    )


@pytest.mark.parametrize(("language", "words"), [("zh", "EPSG:4549 转换而来"), ("en", "delivered in EPSG:4549")])
def test_the_page_shows_a_picture_and_kinds_and_no_coordinates(
    served: tuple[FlaskClient, str], language: str, words: str
) -> None:
    client, dataset_id = served
    page = client.get(f"/{language}/dataset/{dataset_id}").text
    assert words in page
    assert "outline/" in page
    assert ("面" if language == "zh" else "Area") in page
    assert "POLYGON" not in page
    assert "29.8" not in page
    address = page.split('<figure class="outline"><img src="')[1].split('"')[0]
    picture = client.get(address)
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.count("<path") == 12
    assert "prefers-color-scheme:dark" in picture.text
    again = client.get(address, headers={"If-None-Match": picture.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    rows = client.get(address.replace("/outline/", "/data/").removesuffix(".svg") + "?order=geometry")
    assert rows.status_code == 200
    assert "POLYGON" not in rows.text


def test_a_layer_without_a_statement_waits_until_the_signed_mapping_makes_one(
    workshop: Workshop, tmp_path: Path
) -> None:
    point = {"type": "Point", "coordinates": [120.1, 30.2]}
    feature = {"type": "Feature", "geometry": point, "properties": {"名称": "一号公厕"}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    drop(tmp_path / "drop", "公厕.geojson", content)
    assert harvest(workshop, tmp_path / "drop").counts.get("hold") == 1
    assert "layer_system_unknown" in held_codes(workshop)
    assert harvest(workshop, tmp_path / "drop", {"coordinate_system": "gcj02"}).counts.get("create") == 1


def test_a_picture_waits_for_a_person_with_what_it_carries_named(workshop: Workshop, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[315] = "Zhang San"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 20.0), 3: "E", 4: (120.0, 9.0, 1.0)})
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, "JPEG", exif=exif)
    drop(tmp_path / "drop", "现场照片.jpg", buffer.getvalue())
    assert harvest(workshop, tmp_path / "drop").counts.get("hold") == 1
    assert {"picture_content", "picture_position", "picture_metadata"} <= held_codes(workshop)


def test_a_layer_is_found_by_its_format(served: tuple[FlaskClient, str], workshop: Workshop) -> None:
    client, dataset_id = served
    card = client.get(f"/api/v1/datasets/{dataset_id}").get_json()
    assert card["formats"] == ["geojson", "csv", "json", "parquet"]
    with workshop.database.reading() as session:
        (facts,) = describe_documents(session, [dataset_id])
        assert "geojson" in facts.formats
        assert session.execute(_formats()).all().count((dataset_id, "geojson")) == 1
