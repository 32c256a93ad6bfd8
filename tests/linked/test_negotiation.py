"""One address for a dataset, whatever form is wanted; and where pages say that the forms are."""

import re
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient

from tests.http.site import Site

FORMS = [
    ("text/turtle", "{}.ttl"),
    ("application/rdf+xml", "{}.rdf"),
    ("application/ld+json", "{}.jsonld"),
    ("application/xml;q=0.5, text/turtle;q=0.4", "{}.rdf"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""),
    ("*/*", ""),
    ("", ""),
    ("text/turtle;charset=utf-8", "{}.ttl"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "{}.jsonld"),
    ("TEXT/TURTLE ; q=0.2, application/rdf+xml;q=0.1", "{}.ttl"),
    ("*/*;q=0.9, application/ld+json;q=0.8, text/html;q=0", "{}.ttl"),
    ("text/turtle, */*", "{}.ttl"),
    ("application/*", "{}.rdf"),
    ("text/*", ""),
    ("nonsense, ;;;", ""),
    ("text/turtle;q=x", ""),
]
NOTHING = ("image/png", "text/turtle;q=0", "*/*;q=0", "text/csv, application/n-quads")


@pytest.mark.parametrize(("accept", "expected"), FORMS)
def test_a_name_leads_to_the_form_that_is_preferred(
    client: FlaskClient, site: Site, accept: str, expected: str
) -> None:
    for name in (f"/dataset/{site.ids[0]}", f"/dataset/{site.ids[0]}@v1", "/catalog"):
        answer = client.get(name, headers={"Accept": accept, "Accept-Language": "en"})
        assert answer.status_code == 303
        page = "/en/search" if name == "/catalog" else f"/en{name}"
        assert answer.headers["Location"] == (expected.format(name) or page)
        assert {"Accept", "Accept-Language"} <= set(answer.vary)
        assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("accept", NOTHING)
def test_who_accepts_no_form_is_told_which_there_are(client: FlaskClient, site: Site, accept: str) -> None:
    for name in (f"/dataset/{site.ids[0]}", "/catalog"):
        answer = client.get(name, headers={"Accept": accept})
        assert answer.status_code == 406
        assert "text/turtle" in answer.get_json()["detail"]
    assert client.get(f"/dataset/{'a' * 16}", headers={"Accept": accept}).status_code == 404


def test_every_form_names_the_others(client: FlaskClient, site: Site, base: str) -> None:
    names = [f"{base}/dataset/{site.ids[0]}{rest}" for rest in (".ttl", ".rdf", ".jsonld", "/croissant.json")]
    for here in names:
        links = client.get(here.removeprefix(base)).headers.getlist("Link")
        assert [f"<{name}>" in " ".join(links) for name in names] == [name != here for name in names]
        assert f'<{base}/dataset/{site.ids[0]}>; rel="describes"' in links
    links = client.get("/catalog.ttl?page=2").headers.getlist("Link")
    assert f'<{base}/catalog.rdf?page=2>; rel="alternate"; type="application/rdf+xml"' in links
    assert f'<{base}/catalog.ttl?page=3>; rel="last"' in links


def test_turtle_says_how_its_letters_are_written(client: FlaskClient, site: Site) -> None:
    assert client.get(f"/dataset/{site.ids[0]}.ttl").content_type == "text/turtle; charset=utf-8"


def test_a_page_names_every_description(client: FlaskClient, site: Site, base: str) -> None:
    answer = client.get(f"/zh/dataset/{site.ids[0]}")
    links = answer.headers.getlist("Link")
    for name in (".ttl", ".rdf", ".jsonld", "/schema.jsonld", "/croissant.json", "/datapackage.json"):
        address = f"{base}/dataset/{site.ids[0]}{name}"
        assert any(f"<{address}>" in link and "describedby" in link for link in links)
        assert f'href="{address}"' in answer.text
        assert client.get(address.removeprefix(base)).status_code == 200


def test_what_does_not_exist_is_a_problem_for_programs_and_a_page_for_people(client: FlaskClient) -> None:
    for address in (f"/dataset/{'a' * 16}.ttl", f"/dataset/{'a' * 16}", "/dataset/nonsense/croissant.json"):
        answer = client.get(address)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert client.get(address, headers={"Accept": "text/html"}).content_type.startswith("text/html")


def test_programs_of_any_page_may_read(client: FlaskClient, site: Site) -> None:
    for address in (f"/dataset/{site.ids[0]}.ttl", "/catalog.jsonld", "/data.json"):
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"


OPEN_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_every_template_of_the_search_description_works_whatever_a_client_leaves_empty(
    client: FlaskClient, site: Site, base: str, language: str, tag: str
) -> None:
    answer = client.get(f"/{language}/opensearch.xml")
    assert answer.content_type.startswith("application/opensearchdescription+xml")
    root = Xml.fromstring(answer.data)
    assert root.findtext(f"{OPEN_SEARCH}Language") == tag
    assert f'href="/{language}/opensearch.xml"' in client.get(f"/{language}/").text
    templates = {url.get("type"): url.get("template", "") for url in root.iter(f"{OPEN_SEARCH}Url")}
    assert len(templates) == 5
    for media_type, template in templates.items():
        address = re.sub(r"\{\w+\?\}", "", template.replace("{searchTerms}", quote("停车场")))
        found = client.get(address.removeprefix(base))
        assert (found.status_code, found.mimetype) == (200, media_type), address


def test_suggestions_are_titles_with_their_pages(client: FlaskClient, base: str) -> None:
    typed, titles, told, pages = client.get("/en/opensearch/suggestions.json?q=Car").get_json()
    assert typed == "Car"
    assert titles and all("Car parks" in title for title in titles)
    assert (len(told), len(pages)) == (len(titles), len(titles))
    assert all(page.startswith(f"{base}/en/dataset/") for page in pages)
    assert client.get("/zh/opensearch/suggestions.json").get_json() == ["", [], [], []]


def test_the_name_that_ckans_clients_know_leads_to_the_same(client: FlaskClient, site: Site) -> None:
    shown = client.get(f"/api/3/action/package_show?id={site.ids[0]}").get_json()["result"]
    assert shown["name"] != shown["id"]
    page = client.get(f"/dataset/{shown['name']}", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (page.status_code, page.headers["Location"]) == (303, f"/en/dataset/{site.ids[0]}")
    turtle = client.get(f"/dataset/{shown['name']}", headers={"Accept": "text/turtle"})
    assert turtle.headers["Location"] == f"/dataset/{site.ids[0]}.ttl"
    assert client.get(f"/dataset/{shown['name']}.ttl").status_code == 200
    for unknown in (shown["name"].upper(), f"{shown['name']}x", f"{shown['name']}@v1"):
        assert client.get(f"/dataset/{unknown}").status_code == 404
