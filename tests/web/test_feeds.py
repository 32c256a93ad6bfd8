"""Atom feeds: both languages, pages, tombstones, validators, and links to them from the pages."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from portal.catalogue.changes import announce_changes
from portal.settings import Settings
from tests.builders import NOW, build_publication, publish
from tests.http.site import Site, generous, open_site

_ATOM = "{http://www.w3.org/2005/Atom}"
_GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_DATASETS = 60


def _announce(site: Site) -> None:
    with site.parts.database.transaction() as session:
        announce_changes(session, NOW)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Many datasets; the first was published twice, the last was withdrawn."""
    var: Path = tmp_path_factory.mktemp("feeds")
    with open_site(generous(Settings(var_dir=var / "var", secret_key="00" * 32)), _DATASETS, rows=5) as opened:
        _announce(opened)
        with opened.parts.database.transaction() as session:
            publish(session, build_publication(0, opened.parts.store, var, rows=6, title=_title()))
        opened.withdraw(opened.ids[-1], "数据有误 <b>&")
        opened.parts.search.close_difference()
        _announce(opened)
        yield opened


def _title() -> object:
    from portal.kernel.text import Text

    return Text.of("含控制字符\x0b的 <标题> & 更多", "A title")


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client


def _read(client: FlaskClient, address: str) -> ET.Element:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text[:300])
    assert answer.mimetype == "application/atom+xml"
    return ET.fromstring(answer.data)


def _link(node: ET.Element, rel: str) -> str | None:
    return next((link.get("href") for link in node.iter(f"{_ATOM}link") if link.get("rel") == rel), None)


def test_the_catalogue_is_walked_page_by_page_without_double_or_gap(client: FlaskClient, site: Site) -> None:
    ids, gone, address = [], [], "/feeds/zh/catalogue.atom"
    while address:
        feed = _read(client, address)
        ids += [entry.findtext(f"{_ATOM}id") for entry in feed.iter(f"{_ATOM}entry")]
        gone += list(feed.iter(_GONE))
        following = next((x.get("href") for x in feed.findall(f"{_ATOM}link") if x.get("rel") == "next"), None)
        address = (following or "").removeprefix(site.parts.settings.base_url)
    assert len(ids) == len(set(ids)) == _DATASETS - 1
    assert [one.get("ref", "").rpartition(":")[2] for one in gone] == [site.ids[-1]]
    assert gone[0][0].text == "数据有误 <b>&"


def test_the_newest_change_comes_first_and_ids_are_the_same_in_both_languages(client: FlaskClient, site: Site) -> None:
    zh, en = (_read(client, f"/feeds/{tongue}/catalogue.atom") for tongue in ("zh", "en"))
    first = next(zh.iter(f"{_ATOM}entry"))
    assert (first.findtext(f"{_ATOM}id") or "").endswith(site.ids[0])
    assert first.findtext(f"{_ATOM}title") == "含控制字符 的 <标题> & 更多"
    assert next(en.iter(f"{_ATOM}entry")).findtext(f"{_ATOM}title") == "A title"
    both = [[entry.findtext(f"{_ATOM}id") for entry in feed.iter(f"{_ATOM}entry")] for feed in (zh, en)]
    assert both[0] == both[1]


def test_departments_themes_datasets_and_searches_have_feeds(client: FlaskClient, site: Site) -> None:
    publisher = client.get("/api/v1/publishers").get_json()["items"][0]
    feed = _read(client, f"/feeds/en/publisher/{publisher['slug']}.atom")
    assert len(list(feed.iter(f"{_ATOM}entry"))) == min(50, publisher["dataset_count"])
    theme = _read(client, "/feeds/zh/theme/education.atom")
    assert {c.get("term") for c in theme.iter(f"{_ATOM}category")} >= {"education"}
    versions = _read(client, f"/feeds/zh/dataset/{site.ids[0]}.atom")
    assert len(list(versions.iter(f"{_ATOM}entry"))) == 2
    found = _read(client, "/feeds/zh/search.atom?q=停车场&theme=transport")
    assert list(found.iter(f"{_ATOM}entry"))
    assert not list(_read(client, "/feeds/zh/search.atom?q=没有这样的东西吧").iter(f"{_ATOM}entry"))


def test_addresses_of_ckan_lead_to_the_same_feeds(client: FlaskClient) -> None:
    slug = client.get("/api/v1/publishers").get_json()["items"][0]["slug"]
    for theirs, ours in (("dataset", "catalogue"), (f"organization/{slug}", f"publisher/{slug}")):
        answer = client.get(f"/feeds/{theirs}.atom", headers={"Accept-Language": "en"})
        assert "Accept-Language" in answer.headers["Vary"]
        entries = [e.findtext(f"{_ATOM}id") for e in ET.fromstring(answer.data).iter(f"{_ATOM}entry")]
        assert entries == [
            e.findtext(f"{_ATOM}id") for e in _read(client, f"/feeds/en/{ours}.atom").iter(f"{_ATOM}entry")
        ]


def test_a_feed_that_has_not_changed_is_304(client: FlaskClient) -> None:
    first = client.get("/feeds/zh/catalogue.atom")
    again = client.get("/feeds/zh/catalogue.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Last-Modified"] and first.headers["Content-Language"] == "zh-CN"
    # what a search finds no more takes its date with it: a date alone would be 304 for ever
    assert "Last-Modified" not in client.get("/feeds/zh/search.atom?q=停车场").headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("zh/publisher/none.atom", 404),
        ("zh/theme/none.atom", 404),
        ("zh/dataset/none.atom", 404),
        ("zh/catalogue.atom?before=x", 400),
        ("zh/search.atom?page=0", 400),
        ("xx/catalogue.atom", 404),
    ],
)
def test_errors_of_feeds_are_problems(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(f"/feeds/{path}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_withdrawn_dataset_has_no_feed(client: FlaskClient, site: Site) -> None:
    assert client.get(f"/feeds/zh/dataset/{site.ids[-1]}.atom").status_code == 410


@pytest.mark.parametrize("kind", ["publisher", "theme"])
def test_followers_of_what_was_emptied_are_told_what_is_gone(tmp_path: Path, kind: str) -> None:
    with open_site(generous(Settings(var_dir=tmp_path / "var", secret_key="00" * 32)), 1, rows=5) as site:
        _announce(site)
        listed = site.client.get(f"/api/v1/{kind}s").get_json()["items"][0]
        address = f"/feeds/en/{kind}/{listed['slug']}.atom"
        assert _read(site.client, address).find(_GONE) is None
        site.withdraw(site.ids[0], "数据有误")
        _announce(site)
        assert site.client.get(f"/api/v1/{kind}s/{listed['slug']}").status_code == 404
        assert _read(site.client, address).find(_GONE) is not None
        told = site.client.get(f"/api/v1/changes?{kind}={listed['slug']}").get_json()["items"]
        assert [one["kind"] for one in told] == ["created", "withdrawn"]
        assert site.client.get(f"/feeds/en/{kind}/nothing.atom").status_code == 404


def test_a_misspelt_facet_is_no_feed_of_everything(client: FlaskClient) -> None:
    answer = client.get("/feeds/en/search.atom?themee=health")
    assert (answer.status_code, answer.get_json(force=True)["parameter"]) == (400, "themee")


def test_pages_lead_to_their_feeds(client: FlaskClient, site: Site) -> None:
    for page, feed in (
        ("", "catalogue.atom"),
        (f"dataset/{site.ids[0]}", f"dataset/{site.ids[0]}.atom"),
        ("theme/education", "theme/education.atom"),
        ("search?q=a", "search.atom?q=a"),
    ):
        text = client.get(f"/en/{page}").text
        assert f'type="application/atom+xml" href="/feeds/en/{feed}"' in text, page
