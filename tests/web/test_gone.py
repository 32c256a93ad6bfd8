"""What was withdrawn is gone from every page at once, whatever a client still holds."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from portal.app import create_app
from portal.catalogue.commands import redact_versions, withdraw_dataset
from portal.http.errors import render_error_page
from portal.http.problems import problem
from portal.limits import open_limiter
from tests.web.site import Site


@pytest.mark.parametrize(("language", "words"), [("zh", "内容已不再公开"), ("en", "This is no longer public")])
def test_a_withdrawn_dataset_says_that_it_is_gone(client: FlaskClient, site: Site, language: str, words: str) -> None:
    for address in ("", "@v1", "/data/data"):
        answer = client.get(f"/{language}/dataset/{site.withdrawn}{address}")
        assert answer.status_code == 410, address
        assert words in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_held_by_a_client_is_gone_right_after_the_withdrawal(own_site: Site) -> None:
    client, dataset = own_site.app.test_client(), own_site.late
    pages = [f"/en/dataset/{dataset}", f"/zh/dataset/{dataset}@v1", f"/en/dataset/{dataset}/data/data"]
    tags = {page: client.get(page).headers["ETag"] for page in pages}
    lists = ["/en/", "/en/search", "/sitemap/datasets1.xml", "/en/suggest?q=2010"]
    with own_site.parts.database.transaction() as session:
        withdraw_dataset(session, dataset, "A person is named in it.", "tester", datetime.now(UTC))
    for page, tag in tags.items():
        assert client.get(page, headers={"If-None-Match": tag}).status_code == 410
        assert client.head(page).status_code == 410
        assert client.get(page, headers={"Range": "bytes=0-9"}).status_code == 410
    for page in lists:
        assert dataset not in client.get(page).text
    assert client.get(f"/download/{dataset}/data.xlsx").status_code == 410


@pytest.mark.parametrize("language", ["zh", "en"])
def test_errors_are_pages_in_the_language_of_the_address(client: FlaskClient, language: str) -> None:
    answer = client.get(f"/{language}/dataset/aaaaaaaaaaaaaaaa")
    assert answer.status_code == 404
    assert ("这里没有内容" if language == "zh" else "There is nothing here") in answer.text
    assert client.get(f"/{language}/nothing/here").status_code == 404
    refused = client.post(f"/{language}/search")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


def test_an_unknown_address_without_a_language_follows_the_browser(client: FlaskClient) -> None:
    assert "There is nothing here" in client.get("/nothing", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_fault_reveals_nothing_but_a_number(own_site: Site, language: str) -> None:
    own_site.parts.database.engine.dispose()
    path = own_site.parts.settings.var_dir / "catalogue.sqlite3"
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    answer = own_site.app.test_client().get(f"/{language}/")
    assert answer.status_code in {500, 503}
    assert "sqlite" not in answer.text.lower()
    assert ("本次请求编号" if language == "zh" else "Number of this request") in answer.text
    path.rmdir()


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("over-budget", "操作有些频繁", "That was a little fast"),
        ("unavailable", "当前访问繁忙", "Very busy at the moment"),
        ("internal-error", "本站出了问题", "Something went wrong here"),
        ("key-expired", "密钥无效", "The key is not accepted"),
        ("too-large", "无法识别这个请求", "This request cannot be read"),
    ],
)
def test_every_kind_of_error_has_a_page_in_both_languages(site: Site, code: str, zh: str, en: str) -> None:
    for language, words in (("zh", zh), ("en", en)):
        with site.app.test_request_context(f"/{language}/anything"):
            told = problem(code, headers={"Retry-After": "7"})
            answer = render_error_page(told)
        assert answer.status_code == told.status
        assert answer.headers["Retry-After"] == "7"
        assert words in answer.get_data(as_text=True)


def test_a_caller_over_budget_gets_a_page_and_is_told_when_to_come_back(own_site: Site) -> None:
    parts = replace(own_site.parts, limiter=open_limiter(replace(own_site.parts.settings, limit_factor=1)))
    client = create_app(parts).test_client()
    address = f"/zh/dataset/{own_site.plain}/data/data"
    answers = [client.get(address) for _ in range(70)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert "操作有些频繁" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_reason_of_a_withdrawal_is_told_in_the_language_of_the_page(client: FlaskClient, site: Site) -> None:
    assert "部门已关闭该数据集。" in client.get(f"/zh/dataset/{site.withdrawn}").text
    assert "The department closed this dataset." in client.get(f"/en/dataset/{site.withdrawn}").text


def test_a_version_that_is_no_longer_kept_still_tells_its_checksums(own_site: Site) -> None:
    with own_site.parts.database.transaction() as session:
        redact_versions(
            session, own_site.two_versions, [1], reason="A row went.", actor="tester", now=datetime.now(UTC)
        )
    answer = own_site.app.test_client().get(f"/en/dataset/{own_site.two_versions}@v1")
    assert answer.status_code == 410
    assert "Version 1 is no longer kept." in answer.text
    assert re.search(r"<code>[0-9a-f]{64}</code>", answer.text)
