"""A dataset's page, its rows, and the file that is made on request."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from portal.kernel.vocab import UpdateCycle
from portal.web.freshness import measure_freshness
from tests.web.reading import read_page
from tests.web.site import ROWS, Site

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_page_tells_who_decided_and_how_it_got_here(client: FlaskClient, site: Site) -> None:
    text = read_page(client.get(f"/en/dataset/{site.plain}").text).visible_text()
    for words in ("Owner", "Approved by", "Basis for opening", "Class", "Grade", "General data", "How it got here"):
        assert words in text


def test_the_page_offers_every_format_of_its_own_version(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/zh/dataset/{site.plain}").text
    for name in ("csv", "excel.csv", "json", "jsonl", "parquet"):
        assert f'href="/download/{site.plain}@v1/data.{name}" download' in text
    assert f'href="/download/{site.plain}@v1/data.xlsx" rel' in text  # leads to a page first


def test_the_data_dictionary_says_which_columns_are_absent_and_why(client: FlaskClient, site: Site) -> None:
    text = read_page(client.get(f"/en/dataset/{site.many_parts}").text).visible_text()
    assert "身份证号" in text
    assert "The column's name says that it holds personal data." in text
    assert "(name withheld)" in text
    assert "What it means" in text


def test_a_link_elsewhere_is_marked_as_not_checked(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/en/dataset/{site.many_parts}").text
    assert "Elsewhere; not checked by us" in text
    assert 'href="https://example.org/data.csv"' in text


def test_an_older_version_points_to_the_newest_and_is_not_indexed(client: FlaskClient, site: Site) -> None:
    old = client.get(f"/en/dataset/{site.two_versions}@v1").text
    assert "This is version 1, not the newest." in old
    assert '<meta name="robots" content="noindex">' in old
    assert "not the newest" not in client.get(f"/en/dataset/{site.two_versions}").text


def test_linked_data_is_json_that_cannot_end_its_element(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/en/dataset/{site.plain}").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    assert "<" not in found[1]
    members = json.loads(found[1])
    assert members["@type"] == "Dataset"
    assert members["distribution"]


def test_late_data_is_told_in_days(client: FlaskClient, site: Site) -> None:
    text = client.get(f"/en/dataset/{site.late}").text
    assert re.search(r"Late by \d+ days", text)


@pytest.mark.parametrize(
    ("cycle", "age", "standing", "late"),
    [
        (UpdateCycle.DAILY, 0, "on_time", 0),
        (UpdateCycle.DAILY, 2, "on_time", 0),
        (UpdateCycle.DAILY, 3, "late", 2),
        (UpdateCycle.MONTHLY, 34, "on_time", 0),
        (UpdateCycle.MONTHLY, 35, "late", 4),
        (UpdateCycle.IRREGULAR, 4_000, "unbound", 0),
    ],
)
def test_freshness_compares_age_with_the_promise(cycle: UpdateCycle, age: int, standing: str, late: int) -> None:
    found = measure_freshness(cycle, NOW - timedelta(days=age), NOW)
    assert (found.standing, found.late_days, found.age_days) == (standing, late, age)


def _first_cells(text: str) -> list[str]:
    return re.findall(r"<tr><td>([^<]*)</td>", text)


def test_rows_sort_both_ways_and_say_so(client: FlaskClient, site: Site) -> None:
    base = f"/zh/dataset/{site.plain}/data/data"
    up, down = client.get(f"{base}?order=编号").text, client.get(f"{base}?order=-编号").text
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down
    assert _first_cells(up) != _first_cells(down)


def test_rows_filter_and_the_filter_can_be_lifted(client: FlaskClient, site: Site) -> None:
    base = f"/zh/dataset/{site.plain}/data/data"
    text = client.get(f"{base}?column=街道&how=f&value=临江").text
    cells = _first_cells(text)
    assert cells
    assert all("临江" in cell for cell in cells)
    assert 'class="chip"' in text
    fewer = client.get(f"{base}?f.街道=临江&column=数量&how=min&value=500").text
    assert len(_first_cells(fewer)) < len(cells)


def test_rows_come_in_pages(client: FlaskClient, site: Site) -> None:
    base = f"/en/dataset/{site.plain}/data/data"
    last = client.get(f"{base}?page=3").text
    assert f"Rows 101 to {ROWS} of {ROWS}." in last
    assert 'aria-current="page"' in last


def test_a_filter_that_does_not_fit_is_explained_on_the_page(client: FlaskClient, site: Site) -> None:
    answer = client.get(f"/zh/dataset/{site.plain}/data/data?column=数量&how=min&value=many")
    assert answer.status_code == 200
    assert "这个筛选条件与该字段不符。" in answer.text
    assert "请填写与字段类型相符的值。" in answer.text
    assert "does not fit" not in answer.text


def test_unknown_columns_and_pages_past_the_end_do_no_harm(client: FlaskClient, site: Site) -> None:
    base = f"/zh/dataset/{site.plain}/data/data"
    assert client.get(f"{base}?order=nothing&f.nothing=1&page=99999999&column=x&value=y").status_code == 200
    assert client.get(f"/zh/dataset/{site.plain}/data/other").status_code == 404


def test_a_workbook_is_made_on_request_and_its_page_shows_how_far_it_is(own_site: Site) -> None:
    client = own_site.app.test_client()
    address, browser = f"/download/{own_site.plain}@v1/data.xlsx", {"Accept": "text/html", "Accept-Language": "en"}
    asked = client.get(address, headers=browser)
    assert asked.status_code == 303
    page = client.get(asked.headers["Location"])
    assert page.status_code == 200
    assert 'data-job="waiting"' in page.text
    again = client.get(address, headers=browser | {"Accept-Language": "zh"})
    assert again.headers["Location"] == asked.headers["Location"].replace("/en/", "/zh/")
    reader = client.get(address, headers=browser | {"Referer": f"http://localhost/zh/dataset/{own_site.plain}"})
    assert reader.headers["Location"] == again.headers["Location"]  # the language of the page that it was asked on


def test_who_asked_for_a_file_can_cancel_it_by_the_form_of_its_page_alone(own_site: Site) -> None:
    client, other = own_site.app.test_client(), own_site.app.test_client()
    address, browser = f"/download/{own_site.plain}@v1/data.xlsx", {"Accept": "text/html", "Accept-Language": "en"}
    page = client.get(address, headers=browser).headers["Location"]
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
    assert token
    assert ">Cancel<" in client.get(page).text
    assert ">取消<" in client.get(page.replace("/en/", "/zh/")).text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert ">Cancel<" not in other.get(page, environ_base=elsewhere).text
    assert client.post(page).status_code == 403
    assert other.post(page, data={"form_token": token[1]}).status_code == 403  # another browser's
    assert 'data-job="waiting"' in client.get(page).text
    done = client.post(page, data={"form_token": token[1]})
    assert (done.status_code, done.headers["Location"]) == (303, page)
    assert 'data-job="cancelled"' in client.get(page).text
    shared = client.get(address, headers=browser).headers["Location"]
    assert shared != page
    other.get(address, headers=browser, environ_base=elsewhere)
    assert ">Cancel<" not in client.get(shared).text  # somebody else waits for it too


def test_a_view_counts_as_a_use_once_a_day_and_a_robot_as_none(own_site: Site) -> None:
    from portal.http.uses import use_notes

    client = own_site.app.test_client()
    with own_site.app.app_context():
        notes = use_notes()
    for _ in range(3):
        client.get(f"/zh/dataset/{own_site.plain}", headers={"User-Agent": "Mozilla/5.0"})
    client.get(f"/zh/dataset/{own_site.late}", headers={"User-Agent": "Examplebot/1.0"})
    assert notes.write() == 1
    assert notes.write() == 0
