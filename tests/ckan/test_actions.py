"""What each action makes of its parameters, as CKAN's code has it: defaults, empty and wrong values, old spellings."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.http.site import Site

JSON = dict[str, Any]


def ask(client: FlaskClient, action: str, **parameters: object) -> tuple[int, Any]:
    """(status, result or error) of a call by GET."""
    return told(client.get(f"/api/3/action/{action}", query_string=parameters).get_json(), 200)


def post(client: FlaskClient, action: str, body: JSON) -> tuple[int, Any]:
    """(status, result or error) of a call by POST with JSON."""
    answer = client.post(f"/api/3/action/{action}", json=body)
    found = answer.get_json()
    return answer.status_code, found if isinstance(found, str) else found.get("result", found.get("error"))


def told(found: Any, _status: int) -> tuple[int, Any]:
    if isinstance(found, str):
        return 400, found
    statuses = {"Not Found Error": 404, "Authorization Error": 403, "Search Query Error": 400}
    if found["success"]:
        return 200, found["result"]
    return statuses.get(found["error"]["__type"], 409), found["error"]


MISSING = ["Missing value"]


@pytest.mark.parametrize(
    ("action", "field", "what"),
    [
        ("package_show", "name_or_id", MISSING),
        ("organization_show", "id", MISSING),
        ("group_show", "id", MISSING),
        ("group_package_show", "id", MISSING),
        ("tag_show", "id", MISSING),
        ("resource_show", "id", MISSING),
        ("package_autocomplete", "q", MISSING),
        ("organization_autocomplete", "q", MISSING),
        ("help_show", "name", MISSING),
        ("resource_search", "query", "Missing value"),
        ("package_relationships_list", "id", MISSING),
        ("member_list", "id", MISSING),
    ],
)
def test_a_parameter_that_must_be_there_is_asked_for(
    client: FlaskClient, action: str, field: str, what: object
) -> None:
    assert ask(client, action) == (409, {field: what, "__type": "Validation Error"})


@pytest.mark.parametrize("action", ["organization_show", "group_show", "tag_show", "resource_show"])
def test_an_empty_id_is_an_id_that_nothing_has(client: FlaskClient, action: str) -> None:
    assert ask(client, action, id="")[0] == 404


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        ("package_list", {"limit": "1.5"}, {"limit": ["Invalid integer"]}),
        ("package_list", {"offset": "-1"}, {"offset": ["Must be a natural number"]}),
        ("package_search", {"rows": "-1"}, {"rows": ["Must be a natural number"]}),
        ("package_search", {"start": "x"}, {"start": ["Invalid integer"]}),
        ("package_search", {"facet.field": "tags"}, {"facet.field": ["Could not parse as valid JSON"]}),
        ("package_search", {"facet.field": ""}, {"facet.field": ["Could not parse as valid JSON"]}),
        ("package_search", {"facet.field": "{}"}, {"facet.field": ["Not a list"]}),
        ("package_search", {"facet.field": "[1]", "facet": "false"}, {"facet.field": ["Not a string: 1"]}),
        ("package_search", {"facet.limit": "many"}, {"facet.limit": ["Invalid integer"]}),
        ("group_list", {"sort": "name,title"}, {"message": "Only one sort field is allowed"}),
        ("organization_list", {"sort": "nosuch"}, {"message": "Cannot sort by field `nosuch`"}),
        ("group_package_show", {"id": "education", "limit": "x"}, {"message": "Limit must be a positive integer"}),
        ("resource_search", {"query": ""}, {"query": "Must be <field>:<value> pair(s)"}),
        ("resource_search", {"query": "NAME:x"}, {"query": 'Field "NAME" not recognised in resource_search.'}),
        ("dataset_follower_count", {"id": "nosuch"}, {"id": ["Not found: Dataset"]}),
        ("organization_follower_count", {"id": "education"}, {"id": ["Not found: Organization"]}),
    ],
)
def test_a_wrong_value_is_refused_in_the_words_that_clients_know(
    client: FlaskClient, action: str, parameters: dict[str, str], error: JSON
) -> None:
    assert ask(client, action, **parameters) == (409, {**error, "__type": "Validation Error"})


def test_no_limit_is_a_missing_one_an_empty_one_and_where_ckan_has_it_so_nought(
    site: Site, client: FlaskClient
) -> None:
    names = ask(client, "package_list")[1]
    assert len(names) == len(site.ids)
    assert ask(client, "package_list", limit=0) == (200, names)
    assert ask(client, "package_list", limit=2, offset=1) == (200, names[1:3])
    assert post(client, "package_list", {"limit": 2.0, "offset": "1"}) == (200, names[1:3])
    assert post(client, "group_list", {"limit": 0})[1] == ask(client, "group_list")[1] != []
    assert ask(client, "group_list", limit=0) == (200, [])
    assert len(ask(client, "package_search", rows="")[1]["results"]) == 10
    assert post(client, "package_search", {"rows": None, "q": None})[1]["count"] == len(names)


def test_groups_are_found_by_a_piece_of_their_name_or_title(client: FlaskClient) -> None:
    one = ask(client, "organization_list", all_fields="true", limit=1)[1][0]
    for piece in (one["name"].upper(), one["title"][:2]):
        assert one["name"] in ask(client, "organization_list", q=piece)[1]
    assert ask(client, "organization_list", q="zzzz") == (200, [])
    more = ask(client, "organization_list", all_fields="on", include_extras="true", include_groups="1", limit=1)[1][0]
    assert more["extras"] == more["groups"] == [] and "users" not in more


def test_a_department_is_a_group_where_ckan_takes_any_group(client: FlaskClient) -> None:
    name = ask(client, "organization_list", sort="package_count")[1][0]
    packages = ask(client, "group_package_show", id=name)[1]
    assert {one["organization"]["name"] for one in packages} == {name}
    members = ask(client, "member_list", id=name, object_type="package")[1]
    assert sorted(members) == sorted([one["id"], "package", "public"] for one in packages)
    assert ask(client, "member_list", id=name, object_type="user") == (200, [])
    assert ask(client, "group_show", id=name)[0] == 404


def test_tags_are_found_by_all_terms_and_none_without_a_term(client: FlaskClient) -> None:
    tags = ask(client, "tag_list")[1]
    tag = next(tag for tag in tags if len(tag) > 1)
    assert ask(client, "tag_search") == ask(client, "tag_search", query=" ") == (200, {"count": 0, "results": []})
    assert ask(client, "tag_autocomplete") == (200, [])
    assert tag in ask(client, "tag_autocomplete", query=tag[0])[1]
    assert tag in post(client, "tag_autocomplete", {"q": [tag[0], tag[-1].upper()]})[1]
    assert post(client, "tag_search", {"query": [tag[0], "zzzz"]})[1]["count"] == 0
    assert post(client, "tag_search", {"fields": {"tags": tag}})[1]["count"] >= 1
    assert ask(client, "tag_search", query=tag, vocabulary_id="nosuch")[0] == 404
    shown = ask(client, "tag_show", id=tag)[1]
    assert ask(client, "tag_show", id=shown["id"]) == (200, shown)


def test_resources_are_found_by_fields_in_both_spellings(client: FlaskClient) -> None:
    one = ask(client, "resource_search", query="format:csv", limit=1)[1]
    assert one["count"] >= 1 and len(one["results"]) == 1
    assert post(client, "resource_search", {"fields": {"format": "csv"}, "limit": 1})[1] == one
    assert post(client, "resource_search", {"query": ["format:nosuch", "format:csv"]})[1]["count"] == one["count"]
    both = post(client, "resource_search", {"query": "a:b", "fields": {}})
    assert both == (409, {"fields": 'Do not specify if using "query" parameter', "__type": "Validation Error"})
    assert ask(client, "resource_search", query="position:0")[0] == 409
    names = [r["name"] for r in ask(client, "resource_search", query="format:csv", order_by="name")[1]["results"]]
    assert names == sorted(names)
    assert ask(client, "format_autocomplete", q="CS") == (200, ["csv"])


def test_fields_that_are_the_same_everywhere_are_counted_and_nought_is_counted_where_asked_for(
    client: FlaskClient,
) -> None:
    fixed = '["state","capacity","private","dataset_type"]'
    found = ask(client, "package_search", **{"facet.field": fixed, "rows": 0})[1]
    assert [list(found["facets"][name].items()) for name in ("state", "capacity", "private", "dataset_type")] == [
        [(value, found["count"])] for value in ("active", "public", "false", "dataset")
    ]
    asked = {"q": "id:nosuch", "facet.field": '["organization","state"]', "facet.mincount": 0, "rows": 0}
    none = ask(client, "package_search", **asked)[1]
    assert none["count"] == 0 and set(none["facets"]["organization"].values()) == {0}
    assert ask(client, "package_search", **(asked | {"facet.mincount": 1}))[1]["facets"]["organization"] == {}


def test_nothing_is_sorted_by_a_field_of_several_values(client: FlaskClient) -> None:
    assert ask(client, "package_search", sort="tags asc")[1]["__type"] == "Search Error"
    assert ask(client, "package_search", sort="metadata_modified desc, name asc")[0] == 200


def test_what_is_nobodys_or_not_there_is_said_of_known_actions(client: FlaskClient) -> None:
    for action in ("job_list", "api_token_list", "config_option_list", "organization_follower_list"):
        assert ask(client, action)[0] == 403
        assert "not offered" in ask(client, "help_show", name=action)[1]
    assert ask(client, "resource_view_show", id="x")[0] == 404
    assert ask(client, "package_relationships_list", id="nosuch")[0] == 404
    assert "not offered" in ask(client, "help_show", name="package_create")[1]


def test_older_clients_learn_by_post_that_they_may_read(client: FlaskClient) -> None:
    assert post(client, "site_read", {}) == (200, True)
    assert ask(client, "site_read") == (400, "Bad request: Action name not known: site_read")
