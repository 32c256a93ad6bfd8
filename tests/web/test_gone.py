"""What was withdrawn is gone from every page at once, whatever a client still holds."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from portal.catalogue.commands import withdraw_dataset
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
    assert client.post(f"/en/dataset/{dataset}/export/data.xlsx").status_code == 410


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
