"""`_table_metadata`: the tables that everybody may read, as a resource."""

import pytest
from flask.testing import FlaskClient

from portal.kernel.vocab import ColumnType, Openness
from tests.ckan.tables import publish_table
from tests.ckan.test_datastore_search import URL, search
from tests.http.site import Site, counted_statements

TYPES = {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}
ROWS = [(k, f"v{k}") for k in range(3)]


@pytest.fixture(scope="module")
def resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    return publish_table(site, tmp_path_factory.mktemp("listed"), TYPES, ROWS, number=641)


def test_the_list_of_tables_is_a_resource_of_its_own(site: Site, client: FlaskClient, resource: str) -> None:
    whole = search(client, "_table_metadata", limit=1_000)
    names = [record["name"] for record in whole["records"]]
    assert resource in names
    assert names == sorted(names)
    assert whole["total"] == len(names)
    assert [field["id"] for field in whole["fields"]] == ["_id", "name", "oid", "alias_of"]
    with counted_statements(site) as seen:
        page = search(client, "_table_metadata", limit=2, offset=1, records_format="lists", fields="name")
    assert page["records"] == [[name] for name in names[1:3]]
    assert len(seen) <= 2
    assert search(client, "_table_metadata", filters={"name": [resource, "x", "no"]}, fields=["name"])["records"] == [
        {"name": resource}
    ]
    for refused in ({"q": "a"}, {"sort": "oid"}, {"filters": {"oid": 1}}, {"fields": "x"}, {"distinct": True}):
        assert client.post(URL, json={"resource_id": "_table_metadata"} | refused).status_code == 409, refused


def test_a_table_that_needs_a_grant_is_in_no_list_of_tables(
    site: Site, client: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = publish_table(
        site,
        tmp_path_factory.mktemp("closed"),
        TYPES,
        ROWS,
        number=640,
        openness=Openness.CONDITIONAL,
        open_condition="持证申请",
    )
    assert own not in [record["name"] for record in search(client, "_table_metadata", limit=1_000)["records"]]
    assert search(client, "_table_metadata", filters={"name": own})["total"] == 0
    for path in (f"{URL}?resource_id={own}", f"/datastore/dump/{own}", f"{URL}?resource_id={own}&q=v1&limit=0"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "v1" not in answer.text.replace("q=v1", "")
