"""What is described is what is answered, for every operation."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.api import describe_api
from portal.api.operations import OPERATIONS
from portal.api.vocabularies import VOCABULARIES
from portal.exports import FORMATS
from portal.index.facets import FACETS
from portal.limits import BUDGETS
from tests.api.contract import check, resolved
from tests.http.site import Site


def _addresses(site: Site) -> dict[str, list[str]]:
    """Operation → addresses that together show its shapes."""
    dataset = site.ids[0]
    publishers = site.client.get("/api/v1/publishers").get_json()["items"]
    table = f"/api/v1/datasets/{dataset}/tables/data"
    return {
        "get_index": ["/api/v1/"],
        "search_datasets": [
            "/api/v1/datasets",
            "/api/v1/datasets?q=停车&limit=2&sort=popularity",
            "/api/v1/datasets?theme=education&theme=health&facets=false",
            "/api/v1/datasets?q=没有这样的东西&offset=40",
        ],
        "get_one_dataset": [f"/api/v1/datasets/{dataset}", f"/api/v1/datasets/{dataset}@v1"],
        "list_versions": [f"/api/v1/datasets/{dataset}/versions"],
        "get_table": [table, f"/api/v1/datasets/{dataset}@v1/tables/data"],
        "suggest_datasets": ["/api/v1/suggestions?q=停车", "/api/v1/suggestions?q=car&limit=2"],
        "list_all_publishers": ["/api/v1/publishers"],
        "show_coverage": ["/api/v1/coverage"],
        "get_one_publisher": [f"/api/v1/publishers/{publishers[0]['slug']}?limit=1"],
        "list_all_themes": ["/api/v1/themes"],
        "get_one_theme": ["/api/v1/themes/education", "/api/v1/themes/education?offset=1&limit=1"],
        "follow_changes": ["/api/v1/changes", "/api/v1/changes?limit=2", "/api/v1/changes?since=999&theme=health"],
        "list_rows": [
            f"{table}/rows",
            f"{table}/rows?layout=arrays&limit=3&total=false",
            f"{table}/rows?group_by=街道&order_by=count(*) desc&facets=街道,数量&facet_limit=2",
        ],
        "query_rows": [],  # is a POST: tests/api/test_groups.py checks it against the same contract
        "get_me": ["/api/v1/me"],
        # keys need a caller with an account: tests/accounts/test_own_keys.py checks them against the same contract
        "list_my_grants": [],  # needs a grant: tests/grants
        **{name: [] for name in ("list_my_keys", "create_my_key", "get_my_key", "rotate_my_key", "revoke_my_key")},
        "get_quota": ["/api/v1/me/quota"],
        "list_vocabularies": ["/api/v1/vocabularies"],
        "get_vocabulary": [f"/api/v1/vocabularies/{name}" for name in VOCABULARIES],
        **{name: [] for name in OPERATIONS if "webhook" in name},  # these need an account: tests/webhooks
        "compare_versions": [],  # these two need several versions: tests/api/test_differences.py
        "compare_rows": [],
        "get_export": [],  # these need a job: tests/downloads checks them against the same contract
        "export_catalogue": [f"/api/v1/catalogue.{name}" for name in ("jsonl", "csv", "parquet")],
        "export_rows": [f"{table}/export.csv", f"{table}/export.json?where=数量 > 3&select=名称"],
        "get_export_file": [],
        "create_export": [],
        "cancel_export": [],
    }


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_answers_as_described(site: Site, name: str) -> None:
    for address in _addresses(site)[name]:
        answer = site.client.get(address)
        assert answer.status_code == 200, (address, answer.get_data(as_text=True)[:500])
        check(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/me/keys", 401),
        ("/api/v1/datasets?limit=0", 400),
        ("/api/v1/datasets/aaaaaaaaaaaaaaaa", 404),
        ("/api/v1/datasets/aaaaaaaaaaaaaaaa/versions", 404),
        ("/api/v1/datasets/aaaaaaaaaaaaaaaa/tables/x", 404),
        ("/api/v1/datasets/aaaaaaaaaaaaaaaa/tables/x/rows", 404),
        ("/api/v1/publishers/none", 404),
        ("/api/v1/themes/none", 404),
        ("/api/v1/exports/none", 404),
        ("/api/v1/suggestions", 400),
    ],
)
def test_every_problem_is_described(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    check(answer)


def test_the_entrance_is_found_with_and_without_its_slash(client: FlaskClient) -> None:
    with_slash, without = (client.get(path) for path in ("/api/v1/", "/api/v1"))
    assert with_slash.status_code == without.status_code == 200
    assert with_slash.data == without.data


def test_the_description_is_valid_openapi_3_1(client: FlaskClient) -> None:
    served: dict[str, Any] = client.get("/api/v1/openapi.json").get_json(force=True)
    assert served["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(served).validate()


def test_every_route_of_the_api_is_described(site: Site) -> None:
    routes = {
        rule.endpoint.removeprefix("api.") for rule in site.app.url_map.iter_rules() if rule.endpoint.startswith("api.")
    }
    assert routes - {"openapi"} == set(OPERATIONS)


def test_facets_formats_and_budgets_come_from_their_declarations() -> None:
    described = describe_api()
    search = described["paths"]["/api/v1/datasets"]["get"]
    names = {resolved(parameter)["name"] for parameter in search["parameters"]}
    assert {facet.name for facet in FACETS} <= names
    download = described["paths"]["/download/{ref}/{part}.{format}"]["get"]
    formats = next(p for p in download["parameters"] if p.get("name") == "format")["schema"]["enum"]
    assert formats == [*FORMATS, "original"]
    assert {budget["policy"] for budget in described["x-budgets"]} == {budget.value for budget in BUDGETS}


def test_everything_described_has_a_description() -> None:
    described = describe_api()
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            assert all(resolved(parameter)["description"] for parameter in operation["parameters"])
    for name, schema in described["components"]["schemas"].items():
        for member, shape in schema["properties"].items():
            assert shape, (name, member)


def test_each_caller_gets_a_description_of_its_own() -> None:
    describe_api()["paths"].clear()
    assert describe_api()["paths"]
