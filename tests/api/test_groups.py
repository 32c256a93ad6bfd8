"""Groups, calculations and facets of a table by API, in an address and as JSON."""

from typing import Any

import pytest

from tests.api.contract import check
from tests.http.site import Site

ROWS = 40


def _ask(site: Site, **query: object) -> dict[str, Any]:
    answer = site.client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/rows", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(check(answer))


def test_groups_are_counted_summed_and_sorted(site: Site) -> None:
    every = _ask(site, limit=100)["rows"]
    found = _ask(site, select="街道, count(*) as 个数, sum(数量) as 和", group_by="街道", order_by="和 desc, 街道")
    expected: dict[str, list[int]] = {}
    for row in every:
        expected.setdefault(row["街道"], []).append(row["数量"])
    assert {row["街道"]: (row["个数"], row["和"]) for row in found["rows"]} == {
        street: (len(numbers), sum(numbers)) for street, numbers in expected.items()
    }
    assert [row["和"] for row in found["rows"]] == sorted((row["和"] for row in found["rows"]), reverse=True)
    assert (found["total"], found["total_relation"]) == (len(expected), "eq")
    assert [column["type"] for column in found["columns"]] == ["text", "integer", "integer"]


def test_groups_are_walked_by_cursor(site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/rows?group_by=编号&order_by=count(*)&limit=7"
    seen: list[str] = []
    while address:
        answer = site.client.get(address).get_json()
        seen += [row["编号"] for row in answer["rows"]]
        address = (answer["next"] or "").removeprefix(site.parts.settings.base_url)
    assert seen == sorted(set(seen))
    assert len(seen) == ROWS


def test_facets_tell_the_commonest_values_and_the_rest(site: Site) -> None:
    found = _ask(site, where="数量 >= 100", facets="街道, 编号", facet_limit=2, limit=1)
    streets, numbers = found["facets"]["街道"], found["facets"]["编号"]
    assert len(numbers["values"]) == 2
    for facet in (streets, numbers):
        assert sum(value["count"] for value in facet["values"]) + facet["other_rows"] == found["total"]
    assert numbers["others"] == found["total"] - 2


def test_long_clauses_are_sent_as_json_and_walked(site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/rows"
    asked: dict[str, object] = {
        "select": "编号, 数量 * 2 as 双倍",
        "where": "数量 >= 100",
        "order_by": "双倍 desc",
        "limit": 3,
    }
    first = site.client.post(address, json=asked)
    assert first.status_code == 200, first.get_data(as_text=True)
    body = check(first)
    assert body["next"] is None
    second = check(site.client.post(address, json=asked | {"cursor": body["next_cursor"]}))
    doubles = [row["双倍"] for row in [*body["rows"], *second["rows"]]]
    assert doubles == sorted(doubles, reverse=True)
    assert doubles == [row["双倍"] for row in _ask(site, **(asked | {"limit": 6}))["rows"]]


@pytest.mark.parametrize(
    ("query", "parameter", "position"),
    [
        ({"select": "街道, 数量", "group_by": "街道"}, "select", 4),
        ({"group_by": "街道", "having": "count(*) > 'x'"}, "having", 11),
        ({"group_by": "街道", "order_by": "街道, 数量 desc"}, "order_by", 4),
        ({"group_by": "街到"}, "group_by", 0),
        ({"select": "smu(数量)"}, "select", 0),
        ({"where": "sum(数量) > 3"}, "where", 0),
        ({"facets": "街道, 没有"}, "facets", 4),
        ({"where": "within_distance(街道, 120, 30, 100)"}, "where", 16),
    ],
)
def test_errors_point_into_their_parameter(site: Site, query: dict[str, str], parameter: str, position: int) -> None:
    answer = site.client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/rows", query_string=query)
    told = check(answer)
    assert (answer.status_code, told["parameter"], told["position"]) == (400, parameter, position), told["detail"]


def test_a_body_with_an_unknown_clause_is_refused(site: Site) -> None:
    answer = site.client.post(f"/api/v1/datasets/{site.ids[0]}/tables/data/rows", json={"wehre": "数量 > 1"})
    assert (answer.status_code, check(answer)["parameter"]) == (400, "wehre")
