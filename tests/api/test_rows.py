"""Rows of a table by API: clauses, order, cursors, errors with their place."""

from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.http.site import Site, counted_statements

ROWS = 40


def _rows(site: Site, **query: object) -> dict[str, Any]:
    answer = site.client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/rows", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def test_rows_come_as_objects_or_arrays(site: Site) -> None:
    objects, arrays = _rows(site, limit=3), _rows(site, limit=3, layout="arrays")
    names = [column["name"] for column in objects["columns"]]
    assert [list(row.values()) for row in objects["rows"]] == arrays["rows"]
    assert list(objects["rows"][0]) == names
    assert objects["total"] == ROWS


def test_walking_by_cursor_finds_every_row_once_in_order(site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/rows?limit=7&order_by=街道 desc, 数量&select=编号,街道,数量"
    seen: list[dict[str, Any]] = []
    while address:
        answer = site.client.get(address)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        seen += answer.get_json()["rows"]
        following = answer.get_json()["next"]
        assert (following is None) == ("Link" not in answer.headers)
        address = (following or "").removeprefix(site.parts.settings.base_url)
    assert len({row["编号"] for row in seen}) == len(seen) == ROWS
    streets = [row["街道"] for row in seen]
    assert len([1 for a, b in pairwise(streets) if a != b]) == len(set(streets)) - 1


def test_next_is_pinned_to_the_version(site: Site) -> None:
    assert f"/datasets/{site.ids[0]}@v1/tables/" in _rows(site, limit=3)["next"]


def test_a_condition_narrows_rows_and_total(site: Site) -> None:
    found = _rows(site, where="数量 >= 100 and 街道 = '东湖街道'", limit=100)
    assert 0 < found["total"] == len(found["rows"]) < ROWS
    assert all(row["数量"] >= 100 and row["街道"] == "东湖街道" for row in found["rows"])


def test_the_total_can_be_left_out(site: Site) -> None:
    assert _rows(site, total="false", limit=2)["total"] is None


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("where", "数量 >"),
        ("where", "无此列 = 1"),
        ("where", "数量 = 'x'"),
        ("where", "1; drop table dataset"),
        ("where", "数量 = 1) union select 1 --"),
        ("order_by", "无此列"),
        ("select", "无此列"),
        ("select", "read_text('/etc/passwd')"),
        ("cursor", "not-a-cursor"),
        ("limit", "1001"),
        ("limit", "0"),
        ("layout", "table"),
        ("wehre", "数量 > 1"),
    ],
)
def test_what_is_wrong_is_named(site: Site, parameter: str, value: str) -> None:
    answer = site.client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/rows", query_string={parameter: value})
    assert answer.status_code == 400, answer.get_data(as_text=True)
    assert answer.get_json()["parameter"] == parameter


def test_a_syntax_error_has_its_position(site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/rows"
    told = site.client.get(address, query_string={"where": "数量 >= 100 and and"}).get_json()
    assert told["position"] == len("数量 >= 100 and ")


def test_a_cursor_of_another_query_is_refused(site: Site) -> None:
    from urllib.parse import parse_qs, urlsplit

    cursor = parse_qs(urlsplit(_rows(site, limit=3, order_by="数量")["next"]).query)["cursor"][0]
    address = f"/api/v1/datasets/{site.ids[0]}@v1/tables/data/rows"
    other = site.client.get(address, query_string={"cursor": cursor, "order_by": "街道", "limit": 3})
    assert other.status_code == 400
    assert other.get_json()["parameter"] == "cursor"


def test_rows_take_few_statements(site: Site) -> None:
    with counted_statements(site) as seen:
        _rows(site, limit=40)
    assert len(seen) <= 3, seen


def test_rows_are_kept_by_tag(client: FlaskClient, site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/rows?limit=5"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_table_that_is_not_there_is_not_found(client: FlaskClient, site: Site) -> None:
    assert client.get(f"/api/v1/datasets/{site.ids[0]}/tables/none/rows").status_code == 404
