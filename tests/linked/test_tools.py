"""Data packages, Croissant, data.json and schema.org as the tools for them read the served portal."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import frictionless
import mlcroissant
import pytest
from flask.testing import FlaskClient
from frictionless.resources import TableResource
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from portal.catalogue.commands import withdraw_dataset
from portal.exports.metadata.croissant import describe_croissant
from portal.exports.metadata.data_json import describe_entry
from portal.exports.metadata.frictionless import describe_package, describe_schema
from portal.exports.metadata.schema_org import describe_dataset
from portal.exports.metadata.site import Site as Described
from portal.kernel.columns import Column, TableSchema
from portal.kernel.text import Language, Text
from portal.kernel.vocab import ColumnType, Openness
from tests.builders import build_catalogue
from tests.http.site import Site, counted_statements
from tests.linked.conftest import DATASETS
from tests.linked.test_dcat import view_of


def test_a_data_package_gives_typed_rows(site: Site, base: str) -> None:
    package = frictionless.Package(f"{base}/dataset/{site.ids[0]}/datapackage.json")
    table = package.resources[0]
    assert isinstance(table, TableResource)
    rows = table.read_rows()
    assert len(rows) == 12
    assert rows[1]["编号"] == "00000001"
    assert rows[1]["数量"] == 37


def test_a_data_package_is_valid_with_the_digest_of_a_file_that_was_made(
    client: FlaskClient, site: Site, base: str
) -> None:
    made = client.get(f"/download/{site.ids[1]}/data.csv")
    address = f"{base}/dataset/{site.ids[1]}/datapackage.json"
    resource = client.get(f"/dataset/{site.ids[1]}/datapackage.json").get_json()["resources"][0]
    assert resource["bytes"] == len(made.data)
    assert resource["hash"] == f"sha256:{made.get_etag()[0]}"
    report = frictionless.validate(address)
    assert report.valid, report.flatten(["note"])


@pytest.mark.parametrize("moment", ["2026-01-01 08:00:00", "2026-01-01 08:00:00.123456"])
def test_a_moment_is_read_with_and_without_fractions_of_a_second(moment: str) -> None:
    schema = describe_schema(TableSchema((Column("时刻", ColumnType.DATETIME, Text(), Text(), "时刻"),)))
    table = TableResource(
        data=f'"时刻"\n{moment}\n'.encode(), format="csv", schema=frictionless.Schema.from_descriptor(schema)
    )
    assert table.read_rows() == [{"时刻": datetime.fromisoformat(moment)}]


def test_a_catalogue_of_data_packages_holds_them_all_and_asks_for_nothing_more(
    client: FlaskClient, site: Site, base: str
) -> None:
    catalogue = frictionless.Catalog(f"{base}/datacatalog.json")
    assert set(catalogue.dataset_names) == set(site.ids)
    table = catalogue.get_dataset(site.ids[0]).package.resources[0]
    assert isinstance(table, TableResource)
    assert table.read_rows()
    listed = client.get("/datacatalog.json").get_json()["datasets"]
    assert all(
        isinstance(one["package"], dict) for one in listed
    )  # an address would be asked by the tool, each of them


def test_a_package_of_conditional_data_is_valid_and_names_nothing_to_fetch(site: Site, base: str) -> None:
    address = f"{base}/dataset/{site.ids[-1]}/datapackage.json"
    assert frictionless.Package(address).resources == []
    assert frictionless.validate(address).valid


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's and pandas' own, inside the tool
def test_croissant_is_valid_and_loads_rows(
    site: Site, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROISSANT_CACHE", str(tmp_path))
    dataset = mlcroissant.Dataset(f"{base}/dataset/{site.ids[2]}/croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    rows = list(dataset.records("data"))
    assert len(rows) == 12
    assert rows[1]["data/数量"] == 37 + 2
    assert rows[0]["data/编号"].decode()


def test_data_json_is_valid(client: FlaskClient, shared_data: Path) -> None:
    told = client.get("/data.json").get_json()
    folder = shared_data / "standards" / "pod-1.1" / "pod_schema" / "pod_schema" / "non-federal-v1.1"
    schema = json.loads((folder / "dataset-non-federal.json").read_text(encoding="utf-8"))
    assert len(told["dataset"]) == DATASETS
    assert told["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    errors = [error.message for entry in told["dataset"] for error in Draft4Validator(schema).iter_errors(entry)]
    assert errors == []


@pytest.mark.parametrize(
    "describe",
    [
        describe_package,
        describe_entry,
        lambda view, site: describe_croissant(view, site, Language.EN),
        lambda view, site: describe_dataset(view, site, Language.ZH),
    ],
    ids=["data package", "data.json", "croissant", "schema.org"],
)
def test_of_a_conditional_dataset_no_file_is_named(site: Site, describe: Callable[..., object]) -> None:
    view = view_of(site)
    view = replace(view, openness=Openness.CONDITIONAL, open_condition="仅供科研")
    told = json.dumps(describe(view, Described.of(site.parts.settings)))
    assert "/download/" not in told
    assert str(view.parts[0].sha256) not in told


def test_a_whole_document_is_made_once_and_again_after_a_change(client: FlaskClient, site: Site) -> None:
    first = client.get("/data.json")
    with counted_statements(site) as seen:
        again = client.get("/data.json")
    assert again.data == first.data
    assert len(seen) == 1
    assert client.get("/data.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    (new,) = build_catalogue(site.parts, 1, first=DATASETS, rows=12)
    assert new in client.get("/data.json").text
    with site.parts.database.transaction() as session:
        withdraw_dataset(session, new, "测试撤回", "tester", datetime.now(UTC))
    after = client.get("/data.json")
    assert new not in after.text
    assert len(after.get_json()["dataset"]) == DATASETS
    assert new not in client.get("/datacatalog.json").text
    assert new not in client.get("/catalog.ttl?page=3").text
    assert client.get(f"/dataset/{new}.ttl").status_code == 410
