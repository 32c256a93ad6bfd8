"""Searching and reading metadata by API."""

import re
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.api.parameters import MAX_SEARCH_DEPTH
from tests.http.site import Site, counted_statements


def _items(client: FlaskClient, address: str) -> list[dict[str, object]]:
    return list(client.get(address).get_json()["items"])


def test_walking_by_next_finds_every_dataset_once(site: Site) -> None:
    address, seen = "/api/v1/datasets?limit=7&sort=modified", []
    while address:
        answer = site.client.get(address).get_json()
        seen += [item["id"] for item in answer["items"]]
        address = (answer["next"] or "").removeprefix(site.parts.settings.base_url)
    assert sorted(seen) == sorted(site.ids)


def test_next_is_also_a_link_header(client: FlaskClient) -> None:
    answer = client.get("/api/v1/datasets?limit=7")
    assert f'<{answer.get_json()["next"]}>; rel="next"' in answer.headers["Link"]
    assert "Link" not in client.get("/api/v1/datasets?limit=100").headers


@pytest.mark.parametrize("path", ["/api/v1/datasets?q=&limit=4", "/api/v1/themes/education?limit=1"])
def test_links_lead_forwards_and_back_to_the_beginning(client: FlaskClient, site: Site, path: str) -> None:
    def follow(answer: TestResponse, name: str) -> TestResponse:
        leads = {rel: address for address, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"])}
        return client.get(leads[name].removeprefix(site.parts.settings.base_url))

    first = client.get(path)
    second = follow(first, "next")
    assert second.get_json()["offset"] == second.get_json()["limit"]
    assert follow(second, "prev").get_json() == first.get_json()
    assert follow(follow(second, "next"), "first").get_json() == first.get_json()


def test_the_entrance_and_a_dataset_lead_to_their_descriptions(client: FlaskClient, site: Site) -> None:
    assert 'openapi.json>; rel="service-desc"' in client.get("/api/v1/").headers["Link"]
    link = client.get(f"/api/v1/datasets/{site.ids[0]}").headers["Link"]
    described = link.removeprefix("<").partition(">")[0].removeprefix(site.parts.settings.base_url)
    assert client.get(described).mimetype == "text/turtle"


def test_words_in_chinese_and_english_find_the_same_dataset(client: FlaskClient) -> None:
    chinese = {item["id"] for item in _items(client, "/api/v1/datasets?q=停车场&limit=100")}
    english = {item["id"] for item in _items(client, "/api/v1/datasets?q=car+parks&limit=100")}
    assert english
    assert english <= chinese


def test_both_languages_are_always_there_with_their_origin(client: FlaskClient) -> None:
    for item in _items(client, "/api/v1/datasets?limit=100"):
        title = item["title"]
        assert isinstance(title, dict)
        assert set(title) == {"zh", "en", "origin", "stale"}
        assert (title["en"] is None) == (title["origin"]["en"] is None)


def test_facets_narrow_and_their_counts_are_true(client: FlaskClient) -> None:
    answer = client.get("/api/v1/datasets?limit=100").get_json()
    for theme, count in answer["facets"]["theme"]["counts"].items():
        narrowed = client.get(f"/api/v1/datasets?theme={theme}&limit=100").get_json()
        assert narrowed["total"] == count
        assert all(theme in item["themes"] for item in narrowed["items"])


def test_two_values_of_a_facet_are_alternatives(client: FlaskClient) -> None:
    def total(query: str) -> int:
        return int(client.get(f"/api/v1/datasets?limit=1&{query}").get_json()["total"])

    assert total("theme=health&theme=weather") == total("theme=health") + total("theme=weather")


def test_the_deepest_page_is_reachable_and_leads_no_further(client: FlaskClient) -> None:
    assert client.get(f"/api/v1/datasets?offset={MAX_SEARCH_DEPTH - 1}&limit=100").status_code == 200
    assert client.get(f"/api/v1/datasets?offset={MAX_SEARCH_DEPTH}").status_code == 400


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("limt=3", "limt", "'limit'"),
        ("Q=x", "Q", "'q'"),
        ("limit=0", "limit", "1"),
        ("limit=101", "limit", "100"),
        ("limit=x", "limit", "integer"),
        ("limit=1&limit=2", "limit", "2 times"),
        ("offset=-1", "offset", "0"),
        ("sort=title", "sort", "popularity"),
        ("q=%00", "q", "NUL"),
        ("zzzzzzzzzzzz=1", "zzzzzzzzzzzz", "theme"),
        ("theme=", "theme", ""),
        ("q=" + "x" * 1001, "q", "1000"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_expected(
    client: FlaskClient, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"/api/v1/datasets?{query}")
    assert answer.status_code == 400
    told = answer.get_json()
    assert told["parameter"] == parameter
    assert words in told["detail"]


def test_an_address_without_parameters_says_so(client: FlaskClient) -> None:
    told = client.get("/api/v1/themes?limit=3").get_json()
    assert "takes none" in told["detail"]


def test_a_syntax_error_of_a_query_is_an_answer_of_ours(client: FlaskClient) -> None:
    for words in ('"', '((("', "AND OR NOT", "title:", "*", "a:b:c", "-", "\\", "%", "停车 -", "field:[1 TO 2]"):
        assert client.get("/api/v1/datasets", query_string={"q": words}).status_code in {200, 400}


@pytest.mark.parametrize("path", ["datasets?limit=5", "themes", "publishers", "openapi.json", ""])
def test_what_the_caller_has_already_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(f"/api/v1/{path}")
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert "no-cache" in again.headers["Cache-Control"]
    assert client.get(f"/api/v1/{path}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_pinned_version_and_the_current_one_tell_the_same(site: Site) -> None:
    current = site.client.get(f"/api/v1/datasets/{site.ids[0]}").get_json()
    pinned = site.client.get(f"/api/v1/datasets/{site.ids[0]}@v1").get_json()
    assert current == pinned
    assert site.client.get(f"/api/v1/datasets/{site.ids[0]}@v2").status_code == 404


@pytest.mark.parametrize(
    "ref", ["a", "A" * 16, "aaaaaaaaaaaaaaaa@v0", "aaaaaaaaaaaaaaaa@3", "a' or 1=1", "..%2f..", "%00"]
)
def test_what_cannot_be_an_id_does_not_exist(client: FlaskClient, ref: str) -> None:
    assert client.get(f"/api/v1/datasets/{ref}").status_code == 404


def test_every_link_of_a_dataset_leads_somewhere(site: Site) -> None:
    dataset = site.client.get(f"/api/v1/datasets/{site.ids[1]}").get_json()
    part = dataset["parts"][0]
    addresses = [*dataset["links"].values(), dataset["version"]["links"]["self"], part["table"], part["rows"]]
    addresses += [one["url"] for one in part["downloads"] if not one["is_job"]]
    for address in addresses:
        answer = site.client.get(address.removeprefix(site.parts.settings.base_url))
        assert answer.status_code == 200, address


def test_the_table_has_the_data_dictionary(site: Site) -> None:
    table = site.client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data").get_json()
    assert [column["name"] for column in table["columns"]] == ["名称", "街道", "编号", "数量", "面积", "更新日期"]
    assert table["columns"][0]["title"]["en"] == "Name"


def test_suggestions_go_with_what_was_typed(client: FlaskClient) -> None:
    items = _items(client, "/api/v1/suggestions?q=停车")
    assert items
    assert all("停车" in str(item["title"]) for item in items)


def test_statements_do_not_grow_with_the_page(site: Site) -> None:
    counts = {}
    for limit in (1, 5, 30):
        with counted_statements(site) as seen:
            assert site.client.get(f"/api/v1/datasets?limit={limit}&sort=modified").status_code == 200
        counts[limit] = len(seen)
    assert counts[1] == counts[5] == counts[30] <= 8


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/datasets/{id}", 10),
        ("/api/v1/datasets/{id}/tables/data", 10),
        ("/api/v1/publishers", 2),
        ("/api/v1/coverage", 2),
        ("/api/v1/themes", 2),
        ("/api/v1/themes/education?limit=100", 8),
        ("/api/v1/suggestions?q=停", 6),
        ("/api/v1/", 4),
    ],
)
def test_an_answer_takes_few_statements(site: Site, path: str, most: int) -> None:
    with counted_statements(site) as seen:
        assert site.client.get(path.replace("{id}", site.ids[0])).status_code == 200
    assert len(seen) <= most, seen


def test_nothing_is_cached_without_asking_again(client: FlaskClient) -> None:
    answer = client.get("/api/v1/themes")
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "no-cache" in answer.headers["Cache-Control"]
    if "Last-Modified" in answer.headers:
        parsedate_to_datetime(answer.headers["Last-Modified"])


def test_licences_are_those_of_the_public_datasets(client: FlaskClient, site: Site) -> None:
    found = client.get("/api/v1/vocabularies/licences").get_json()
    assert found["term_count"] == len(found["items"]) > 0
    assert sum(term["dataset_count"] for term in found["items"]) == len(site.ids)
