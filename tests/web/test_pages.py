"""What holds for every page in both languages."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.web.reading import read_page
from tests.web.site import Site

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@LANGUAGES
def test_every_kind_of_page_answers(client: FlaskClient, addresses: list[str], language: str) -> None:
    for address in addresses:
        answer = client.get(f"/{language}/{address}")
        assert answer.status_code == 200, address
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
        assert answer.headers["Content-Language"] in {"zh-CN", "en"}


@LANGUAGES
def test_every_page_has_one_heading_and_says_that_data_is_sample_data(
    client: FlaskClient, addresses: list[str], language: str
) -> None:
    for address in addresses:
        text = client.get(f"/{language}/{address}").text
        assert len(re.findall(r"<h1[ >]", text)) == 1, address
        assert ("示例数据" if language == "zh" else "Sample data") in text


@LANGUAGES
def test_no_page_loads_from_elsewhere_or_holds_inline_code(
    client: FlaskClient, addresses: list[str], language: str
) -> None:
    for address in addresses:
        for tag, values in read_page(client.get(f"/{language}/{address}").text).elements:
            assert "style" not in values, (address, tag)
            assert not [name for name in values if name.startswith("on")], (address, tag)
            if tag == "script" and values.get("type") != "application/ld+json":
                assert values["src"].startswith("/static/")
            if tag == "link" and values["rel"] in {"stylesheet", "icon"}:
                assert values["href"].startswith("/static/")
            assert tag not in {"style", "iframe", "img"}


def test_pages_carry_strict_headers_and_set_no_cookie(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        headers = client.get(f"/en/{address}").headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Referrer-Policy" in headers
        assert "Permissions-Policy" in headers
        assert "Set-Cookie" not in headers
        assert "immutable" not in headers["Cache-Control"]


def test_pages_revalidate(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        first = client.get(f"/zh/{address}")
        again = client.get(f"/zh/{address}", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), address


def test_the_switch_leads_to_the_same_page_in_the_other_language(client: FlaskClient, site: Site) -> None:
    address = f"dataset/{site.plain}/data/data?order=-%E6%95%B0%E9%87%8F"
    switch = re.search(r'class="switch"[^>]*href="([^"]+)"', client.get(f"/zh/{address}").text)
    assert switch is not None
    assert switch[1] == f"/en/{address}"


def test_a_page_names_its_canonical_address_and_both_languages(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/en/dataset/{site.plain}?from=mail").text
    here = f"http://127.0.0.1:8000/en/dataset/{site.plain}"
    assert f'<link rel="canonical" href="{here}">' in text
    assert f'hreflang="zh-CN" href="{here.replace("/en/", "/zh/")}"' in text
    assert f'hreflang="en" href="{here}"' in text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW", "zh"),
        ("fr", "zh"),
        ("", "zh"),
        ("fr,en;q=0.5,zh;q=0.4", "en"),
        ("yue", "zh"),
    ],
)
def test_the_root_leads_to_the_language_of_the_browser(client: FlaskClient, accepted: str, language: str) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/")
    assert answer.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("address", "most"),
    [("dataset/{plain}", 12), ("search?q=%E5%AD%A6%E6%A0%A1", 12), ("", 12), ("publishers", 4), ("coverage", 4)],
)
def test_statements_do_not_grow_with_the_page(site: Site, address: str, most: int) -> None:
    client, statements = site.app.test_client(), []
    address = f"/zh/{address.format(plain=site.plain)}"
    client.get(address)

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            statements.append(statement)

    event.listen(site.parts.database.engine, "before_cursor_execute", note)
    client.get(address)
    event.remove(site.parts.database.engine, "before_cursor_execute", note)
    assert 0 < len(statements) <= most


def test_health_and_robots_are_told_without_a_language(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").text
