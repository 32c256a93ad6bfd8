"""Search, suggestions, lists and the sitemap."""

import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.web.site import Site

_NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _found(text: str) -> list[str]:
    return re.findall(r'class="card-title"><a href="/../dataset/(\w{16})"', text)


def test_search_finds_in_both_languages(client: FlaskClient) -> None:
    assert _found(client.get("/zh/search?q=学校").text)
    assert _found(client.get("/en/search?q=schools").text)


def test_a_chosen_facet_narrows_and_can_be_lifted(client: FlaskClient) -> None:
    text = client.get("/en/search?theme=education").text
    assert 'aria-current="true"' in text
    chip = re.search(r'class="chip" href="([^"]+)"', text)
    assert chip is not None
    assert chip[1] == "/en/search"


def test_search_says_when_it_has_relaxed(client: FlaskClient) -> None:
    text = client.get("/en/search?q=schools+zzzzqqqq").text
    assert "No dataset has all of these words." in text


def test_search_without_an_index_answers_from_the_catalogue_and_says_so(own_site: Site) -> None:
    import shutil

    from portal.app import create_app
    from portal.wiring import web_parts

    shutil.rmtree(own_site.parts.settings.var_dir / "search", ignore_errors=True)
    text = create_app(web_parts(own_site.parts.settings)).test_client().get("/en/search?q=school").text
    assert "The search engine is resting." in text


@pytest.mark.parametrize("query", ['"open', "a:b:c", "-", "x" * 5000, "%00", "title:"])
def test_no_query_breaks_the_page(client: FlaskClient, query: str) -> None:
    assert client.get("/zh/search", query_string={"q": query}).status_code == 200


def test_a_search_text_that_is_cut_says_so(client: FlaskClient) -> None:
    sentence = "The search text is very long; its first 500 characters were searched for."
    assert sentence in client.get("/en/search", query_string={"q": "school " * 2_000}).text
    assert sentence not in client.get("/en/search", query_string={"q": "school"}).text


def test_an_order_is_offered_only_where_it_orders_something(client: FlaskClient) -> None:
    assert "sort=relevance" not in client.get("/en/search").text
    assert "Last updated" in client.get("/en/search?q=school").text
    nothing = client.get("/en/search?q=zzzzqqqq").text
    assert "Last updated" not in nothing
    assert "a phrase in quotes" in nothing


def test_what_was_searched_is_escaped(client: FlaskClient) -> None:
    text = client.get("/en/search", query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in text


def test_suggestions_follow_what_is_typed(client: FlaskClient) -> None:
    items = client.get("/zh/suggest?q=中小").get_json()
    assert items
    assert all(item["href"].startswith("/zh/dataset/") for item in items)
    assert client.get("/zh/suggest?q=").get_json() == []


def test_lists_have_pages(client: FlaskClient) -> None:
    first, second = (_found(client.get(f"/zh/search?page={n}").text) for n in (1, 2))
    assert first
    assert second
    assert not set(first) & set(second)


def test_the_sitemap_lists_every_visible_dataset_in_both_languages(client: FlaskClient, site: Site) -> None:
    index = ElementTree.fromstring(client.get("/sitemap.xml").data)
    parts = [node.text or "" for node in index.iter(f"{_NAMESPACE}loc")]
    assert len(list(index.iter(f"{_NAMESPACE}lastmod"))) == len(parts)
    listed = []
    for part in parts:
        tree = ElementTree.fromstring(client.get(part.removeprefix("http://127.0.0.1:8000")).data)
        listed += [node.text or "" for node in tree.iter(f"{_NAMESPACE}loc")]
    assert f"http://127.0.0.1:8000/zh/dataset/{site.plain}" in listed
    assert f"http://127.0.0.1:8000/en/dataset/{site.plain}" in listed
    assert not [address for address in listed if site.withdrawn in address]
    assert len(listed) == len(set(listed))
    undated = [url for url in tree.iter(f"{_NAMESPACE}url") if url.find(f"{_NAMESPACE}lastmod") is None]
    assert undated == []
    for address in listed[:20]:
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
