"""The other doors are described as well: every route that is no page, as it answers."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.api.operations import OPERATIONS, OUTSIDE
from portal.ckan.actions import ACTIONS
from portal.http.policy import Policy
from tests.api.contract import check
from tests.http.site import Site

_PAGE = "/<any(zh, en):lang>"
_NOT_DESCRIBED = {
    "api.openapi": "is the description",
    "web.choose_language": "leads a browser to its language",
    "web.receive_answer": "is where the sign-in provider sends a browser, on to a page",
    "web.receive_sign_out": "the same, after signing out",
    "web.show_health": "is for whoever runs the site",
    "web.show_robots": "has a form and an address that search engines know",
    "web.show_index": "has a form that search engines know; robots.txt leads there",
    "web.show_fixed_pages": "the same",
    "web.show_datasets": "the same",
    "ckan.root": "is another spelling of /api/3",
    "ckan.other_action": "refuses every name that is no action",
}
_ALIASES = "/api/action/"  # told in the description of /api/3/action


def _programs(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(_PAGE) and not rule.endpoint.startswith("linked."):
            continue
        if rule.endpoint not in _NOT_DESCRIBED and not rule.rule.startswith(_ALIASES):
            yield rule


def _template(rule: Rule) -> str:
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"<\1>", rule.rule).replace("<file_name>", "<part>.<format>")


def test_every_route_outside_pages_is_described_or_named_with_its_reason(site: Site) -> None:
    described = {(one.address, one.method) for one in (*OPERATIONS.values(), *OUTSIDE.values())}
    served = set()
    for rule in _programs(site.app):
        served |= {(_template(rule), method) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert served == described
    assert set(_NOT_DESCRIBED) <= {rule.endpoint for rule in site.app.url_map.iter_rules()}


def test_what_is_described_asks_what_the_route_asks(site: Site) -> None:
    told = {(one.address, str(one.method)): (one.permission, one.budget) for one in OUTSIDE.values()}
    for rule in _programs(site.app):
        for method in rule.methods or set():
            if (_template(rule), method) in told:
                asked: Policy = vars(site.app.view_functions[rule.endpoint])["portal_policy"]
                assert told[_template(rule), method] == (asked.permission.value, str(asked.budget)), rule


def test_parameters_that_an_action_explains_are_described() -> None:
    for name, action in ACTIONS.items():
        explained = set(re.findall(r":param ([\w.]+):", action.help))
        assert explained <= set(OUTSIDE[f"ckan_{name}"].takes().fields), name


def _addresses(site: Site) -> list[str]:
    one = site.ids[0]
    resource = f"{one}-data"
    publisher = site.client.get("/api/v1/publishers").get_json()["items"][0]["slug"]
    actions = (
        "package_search?q=停车&rows=2", "package_search?rows=-1", "package_search?nobody=1", f"package_show?id={one}",
        "package_show?id=none", "package_list", "organization_list?all_fields=true", "group_show?id=education",
        "tag_list", "status_show", "license_list", "am_following_group?id=a", f"datastore_info?id={resource}",
        f"datastore_search?resource_id={resource}&limit=2", f'datastore_search_sql?sql=SELECT * FROM "{resource}"',
    )  # fmt: skip
    return [
        *("/catalog", "/catalog.ttl", "/catalog.rdf?page=1", "/catalog.jsonld", "/catalog.ttl?page=0"),
        *("/catalog.ttl?page=9", "/data.json", "/datacatalog.json", "/en/opensearch.xml"),
        *(f"/dataset/{one}{rest}" for rest in ("", ".ttl", ".rdf", ".jsonld")),
        *(f"/dataset/{one}/{name}" for name in ("schema.jsonld", "croissant.json", "datapackage.json")),
        *("/dataset/aaaaaaaaaaaaaaaa.ttl", "/oai?verb=Identify", "/oai?verb=none"),
        *("/feeds/zh/catalogue.atom", "/feeds/en/theme/education.atom", f"/feeds/zh/dataset/{one}.atom"),
        *(f"/feeds/en/publisher/{publisher}.atom", "/feeds/zh/search.atom?q=停车", "/feeds/zh/search.atom?page=0"),
        *("/feeds/dataset.atom", f"/feeds/organization/{publisher}.atom", "/feeds/group/education.atom"),
        *(f"/api/3/action/{name}" for name in actions),
        *(f"/datastore/dump/{resource}", "/datastore/dump/none", f"/datastore/dump/{resource}?format=x"),
        *("/api/3", "/api/2/util/tag/autocomplete?incomplete=a"),
        *(f"/download/{one}/data.csv", f"/download/{one}/data.csv?where=数量 > 3", f"/download/{one}/data.xlsx"),
    ]


def test_every_door_answers_as_described(site: Site) -> None:
    for address in _addresses(site):
        check(site.client.get(address))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 200),
        ({"jsonrpc": "2.0", "id": 2, "method": "nothing"}, 200),
        ({"jsonrpc": "2.0", "method": "notifications/initialized"}, 202),
        ({"jsonrpc": "1.0"}, 400),
    ],
)
def test_messages_are_answered_as_described(site: Site, body: dict[str, object], status: int) -> None:
    answer = site.client.post("/mcp", json=body)
    assert answer.status_code == status
    check(answer)


def test_a_dump_is_resumed_and_kept_as_described(site: Site) -> None:
    address = f"/datastore/dump/{site.ids[0]}-data"
    tag = site.client.get(address).headers["ETag"]
    asked = (({"Range": "bytes=0-9"}, 206), ({"If-None-Match": tag}, 304), ({"Range": "bytes=999999999-"}, 416))
    for headers, status in asked:
        answer = site.client.get(address, headers=headers)
        assert answer.status_code == status
        check(answer)


def test_actions_by_post_and_harvests_by_form_answer_as_described(site: Site) -> None:
    check(site.client.post("/api/3/action/package_search", json={"q": "停车"}))
    check(site.client.post("/api/3/action/package_search", data={"rows": "1"}))
    check(site.client.post("/api/3/action/status_show"))
    check(site.client.post("/api/3/action/package_show", data="{", content_type="application/json"))
    check(site.client.post("/oai", data={"verb": "ListSets"}))
