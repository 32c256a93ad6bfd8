"""Everything that could be reached before a withdrawal answers 404 or 410 right after it, whatever way it is asked."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.settings import Settings
from tests.builders import build_publication, publish
from tests.http.site import Site, generous, open_site

_HREF = re.compile(r'(?:href|src|action)="([^"#]+)"')
_MOST_CHOICES = 4
_LOC = re.compile(r"<loc>([^<]+)</loc>")


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    """Four datasets; the first has two versions."""
    with open_site(generous(settings), 4) as opened:
        second = build_publication(0, opened.parts.store, tmp_path, rows=41)
        with opened.parts.database.transaction() as session:
            publish(session, second)
        opened.parts.search.close_difference()
        yield opened


def _crawl(site: Site) -> dict[str, TestResponse]:
    """Address → answer, from the sitemap, the home pages, the API's entrance and every link found on the way."""
    base = site.parts.settings.base_url
    client = site.client
    waiting = ["/sitemap.xml", "/zh/", "/en/", "/api/v1/", "/api/v1/suggestions?q=中小", "/api/v1/datasets?limit=100"]
    seen: dict[str, TestResponse] = {}
    asked: Counter[str] = Counter()  # a path with choices is asked a few times: filters combine without end
    while waiting:
        address = waiting.pop(0).removeprefix(base)
        path = address.partition("?")[0]
        if address in seen or not address.startswith("/") or address.startswith("//") or asked[path] >= _MOST_CHOICES:
            continue
        asked[path] += 1
        answer = client.get(address)
        if answer.status_code in {301, 302, 303, 307, 308}:
            waiting.append(answer.headers["Location"])
        seen[address] = answer
        waiting += _links(answer, base)
    return seen


def _links(answer: TestResponse, base: str) -> Iterator[str]:
    from html import unescape

    kind = answer.content_type or ""
    if not any(known in kind for known in ("html", "xml", "json")) or "attachment" in str(answer.headers):
        return
    text = answer.get_data(as_text=True)
    if "html" in kind:
        yield from (
            unescape(link) for link in _HREF.findall(text) if not link.startswith(("http", "mailto")) or base in link
        )
    elif "xml" in kind:
        yield from (unescape(link) for link in _LOC.findall(text))
    else:
        yield from re.findall(re.escape(base) + r'([^"\s]+)', text)


def _belongs_to(address: str, dataset_id: str) -> bool:
    return dataset_id in address


def _every_way(client: FlaskClient, address: str, before: TestResponse) -> Iterator[tuple[str, TestResponse]]:
    yield "GET", client.get(address)
    yield "HEAD", client.head(address)
    yield "Range", client.get(address, headers={"Range": "bytes=0-9"})
    yield "browser", client.get(address, headers={"Accept": "text/html"})
    tag, modified = before.headers.get("ETag"), before.headers.get("Last-Modified")
    if tag:
        yield "If-None-Match", client.get(address, headers={"If-None-Match": tag})
        yield "If-Range", client.get(address, headers={"Range": "bytes=0-9", "If-Range": tag})
    if modified:
        yield "If-Modified-Since", client.get(address, headers={"If-Modified-Since": modified})


def test_every_address_of_a_withdrawn_dataset_is_gone_at_once(site: Site) -> None:
    gone, title = site.ids[0], "中小学校名录"
    before = _crawl(site)
    own = {address: answer for address, answer in before.items() if _belongs_to(address, gone)}
    _the_crawl_was_thorough(own, gone)

    site.withdraw(gone)

    client = site.client
    for address, answer in own.items():
        if answer.status_code == 405:  # a form's address
            assert client.post(address).status_code in {404, 410}, address
            continue
        for way, after in _every_way(client, address, answer):
            assert after.status_code in {404, 410}, (way, address, after.status_code)
            assert title not in after.get_data(as_text=True), (way, address)
    _nobody_mentions(site, gone, title)


def _the_crawl_was_thorough(own: dict[str, TestResponse], dataset_id: str) -> None:
    """The crawl found the kinds of addresses that there are, else it proves nothing."""
    addresses = "\n".join(own)
    for expected in (
        rf"^/zh/dataset/{dataset_id}$",
        rf"^/en/dataset/{dataset_id}$",
        rf"^/zh/dataset/{dataset_id}@v1$",
        rf"^/api/v1/datasets/{dataset_id}$",
        rf"^/api/v1/datasets/{dataset_id}@v1$",
        rf"^/api/v1/datasets/{dataset_id}@v2/tables/data$",
        rf"^/api/v1/datasets/{dataset_id}@v2/tables/data/rows",
        rf"^/download/{dataset_id}(@v2)?/data\.csv$",
        rf"^/download/{dataset_id}(@v2)?/data\.parquet$",
    ):
        assert re.search(expected, addresses, re.MULTILINE), (expected, addresses)
    crowded = {address for address, answer in own.items() if answer.status_code == 503}
    assert all(".xlsx" in address for address in crowded)  # a caller has a few jobs open at most
    assert {answer.status_code for address, answer in own.items() if address not in crowded} <= {200, 202, 303, 405}


def _nobody_mentions(site: Site, dataset_id: str, title: str) -> None:
    """After the index caught up as well as before: lists, search, suggestions, sitemap, counts."""
    for _ in range(2):
        for address, answer in _crawl(site).items():
            if not _belongs_to(address, dataset_id):
                text = answer.get_data(as_text=True) if answer.content_type and "text" in answer.content_type else ""
                text += answer.get_data(as_text=True) if "json" in (answer.content_type or "") else ""
                assert dataset_id not in text, address
        found = site.client.get("/api/v1/datasets", query_string={"q": title, "limit": 100}).get_json()
        assert dataset_id not in str(found)
        assert found["total"] == len(found["items"])
        assert dataset_id not in str(site.client.get(f"/api/v1/suggestions?q={title[:2]}").get_json())
        assert dataset_id not in site.client.get("/sitemap.xml").get_data(as_text=True)
        assert site.client.get("/api/v1/").get_json()["counts"]["datasets"] == 3
        site.parts.search.close_difference()


def test_a_tombstone_tells_the_reason_and_the_checksums(site: Site) -> None:
    site.withdraw(site.ids[1], "发布有误")
    told = site.client.get(f"/api/v1/datasets/{site.ids[1]}").get_json()
    assert told["status"] == 410
    assert told["reason"] == "发布有误"
    assert told["withdrawn_at"]


def test_a_job_of_a_withdrawn_dataset_is_not_found(site: Site) -> None:
    job = site.client.get(f"/download/{site.ids[1]}/data.xlsx").headers["Location"]
    site.withdraw(site.ids[1])
    assert site.client.get(job.removeprefix(site.parts.settings.base_url)).status_code in {404, 410}


def test_a_cursor_does_not_outlive_a_withdrawal(site: Site) -> None:
    following = site.client.get(f"/api/v1/datasets/{site.ids[1]}/tables/data/rows?limit=3").get_json()["next"]
    site.withdraw(site.ids[1])
    assert site.client.get(following.removeprefix(site.parts.settings.base_url)).status_code in {404, 410}


def test_the_other_datasets_are_untouched(site: Site) -> None:
    site.withdraw(site.ids[0])
    for dataset in site.ids[1:]:
        assert site.client.get(f"/api/v1/datasets/{dataset}").status_code == 200
        assert site.client.get(f"/download/{dataset}/data.parquet").status_code == 200
