"""Rows through `datastore_search`: walks of any depth, filters against a plain reckoning, and clients people already have."""

import operator
import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import ckanapi
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.vocab import ColumnType
from tests.ckan.tables import publish_table
from tests.http.site import Site, counted_statements

TYPES = {
    "n": ColumnType.INTEGER,
    "x": ColumnType.NUMBER,
    "t": ColumnType.TEXT,
    "b": ColumnType.BOOLEAN,
    "d": ColumnType.DATE,
    "ts": ColumnType.DATETIME,
    "列名 a": ColumnType.TEXT,
}
_DAY = date(2024, 1, 1)
ROWS: list[tuple[Any, ...]] = [
    (
        None if k % 7 == 0 else k % 5,
        None if k % 11 == 0 else k / 4,
        (None, "", "a,b", 'q"q', "line\nline", "天氣 報告", "plain")[k % 7],
        (None, True, False)[k % 3],
        None if k % 13 == 0 else _DAY + timedelta(days=k % 9),
        datetime(2024, 1, 1, k % 24, 0, 0, k * 1000),
        f"v{k % 3}",
    )
    for k in range(60)
]
LONG = 100_000
URL = "/api/3/action/datastore_search"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    return publish_table(site, tmp_path_factory.mktemp("small"), TYPES, ROWS, number=600)


@pytest.fixture(scope="module")
def long_resource(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    types = {"n": ColumnType.INTEGER, "t": ColumnType.TEXT}
    rows = [(k, f"row {k % 10}") for k in range(LONG)]
    return publish_table(site, tmp_path_factory.mktemp("long"), types, rows, number=601)


def search(client: FlaskClient, resource: str, **parameters: Any) -> dict[str, Any]:
    answer = client.post(URL, json={"resource_id": resource, **parameters})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.get_json()["result"]
    return result


def ids(result: Mapping[str, Any]) -> list[int]:
    return [record["_id"] for record in result["records"]]


def test_a_walk_by_offset_in_pages_of_32000_reads_every_row_once(client: FlaskClient, long_resource: str) -> None:
    seen: list[int] = []
    while page := search(client, long_resource, limit=40_000, offset=len(seen))["records"]:
        seen += [record["n"] for record in page]
        assert len(page) <= 32_000
    assert seen == list(range(LONG))


@pytest.mark.parametrize("parameters", [{}, {"sort": "_id desc"}, {"filters": {"t": "row 3"}}])
def test_a_walk_by_next_page_reads_every_row_once(
    client: FlaskClient, long_resource: str, parameters: dict[str, Any]
) -> None:
    seen: list[int] = []
    filters: dict[str, Any] = parameters.pop("filters", {})
    page: dict[str, Any] = {"next_page": {}}
    while "next_page" in page:
        asked = {"limit": 30_000, "include_next_page": True, "include_total": False, "fields": ["n"], **parameters}
        page = search(client, long_resource, filters=filters | page["next_page"], **asked)
        seen += [record["n"] for record in page["records"]]
    expected = [k for k in range(LONG) if not filters or k % 10 == 3]
    assert seen == (expected[::-1] if "sort" in parameters else expected)


def test_the_depth_of_an_offset_is_not_limited(client: FlaskClient, long_resource: str) -> None:
    sorted_page = search(client, long_resource, sort="t desc, n", offset=LONG - 2, fields=["n"])
    assert sorted_page["records"] == [{"n": LONG - 20}, {"n": LONG - 10}]
    assert search(client, long_resource, offset=10**15)["records"] == []
    assert search(client, long_resource, offset=LONG - 1)["records"] == [{"_id": LONG, "n": LONG - 1, "t": "row 9"}]
    assert search(client, long_resource, sort="_id desc", offset=LONG - 1)["records"][0]["_id"] == 1


def test_a_page_of_too_much_text_is_refused(
    client: FlaskClient, long_resource: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.ckan.datastore.paging.MAX_PAGE_CHARS", 10_000)
    answer = client.post(URL, json={"resource_id": long_resource, "limit": 5_000})
    assert answer.status_code == 409
    assert "fewer rows" in answer.get_json()["error"]["limit"][0]
    assert len(search(client, long_resource, limit=5_000, fields=["n"])["records"]) == 5_000


def test_the_addresses_beside_a_page_are_told_as_older_clients_read_them(
    client: FlaskClient, long_resource: str
) -> None:
    first = client.get(URL, query_string={"resource_id": long_resource, "limit": 2, "offset": 4}).get_json()["result"]
    following = client.get(first["_links"]["next"]).get_json()["result"]
    assert ids(following) == [7, 8]
    assert ids(client.get(following["_links"]["prev"]).get_json()["result"]) == ids(first)
    assert ids(client.get(first["_links"]["start"]).get_json()["result"]) == [1, 2]


def test_that_a_total_is_exact_is_told_to_who_asks_for_an_estimate(client: FlaskClient, long_resource: str) -> None:
    assert search(client, long_resource, total_estimation_threshold=1)["total_was_estimated"] is False
    assert "total_was_estimated" not in search(client, long_resource)


def test_ckanapi_reads_rows_and_errors(site: Site, resource: str) -> None:
    ckan = ckanapi.TestAppCKAN(_Opener(site.client))
    result = ckan.action.datastore_search(id=resource, q="plain", fields=["t", "n"], limit=1)
    assert result["records"] == [{"t": "plain", "n": 1}]
    with pytest.raises(ckanapi.NotFound):
        ckan.action.datastore_search(id="aaaaaaaaaaaaaaaa-data")


class _Opener:
    """What ckanapi expects of a test client."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def post(self, url: str, params: Any, headers: Any, **_: Any) -> Any:
        answer = self._client.post(url, data=params, headers=headers)
        return type(
            "Answer",
            (),
            {"status": answer.status, "status_int": answer.status_code, "body": answer.data, "headers": answer.headers},
        )


def test_a_search_asks_the_database_a_few_statements_whatever_the_rows(site: Site, long_resource: str) -> None:
    search(site.client, long_resource)
    for parameters in ({"limit": 1}, {"limit": 32_000}, {"q": "row", "limit": 10}, {"distinct": True, "fields": "t"}):
        counts = []
        for _ in range(2):  # uses that were noted before may be written between two requests
            with counted_statements(site) as seen:
                search(site.client, long_resource, **parameters)
            counts.append(len(seen))
        assert min(counts) <= 2, "\n".join(seen)


@pytest.mark.parametrize(
    "filters",
    [
        {"n": list(range(200))},
        {"n": list(range(20_000))},
        {"$or": [{"n": k} for k in range(90)]},
        {"n": [{"gte": k, "lte": k} for k in range(30)]},
    ],
)
def test_filters_may_have_as_many_values_as_ckan_takes(client: FlaskClient, resource: str, filters: Any) -> None:
    found = search(client, resource, filters=filters, limit=0)
    assert found["total"] == len([row for row in ROWS if row[0] is not None])


def test_distinct_rows_are_told_once(client: FlaskClient, resource: str) -> None:
    found = search(client, resource, distinct=True, fields=["b", "n"], sort="b desc, n", limit=4)
    assert found["total"] == len({(row[3], row[0]) for row in ROWS})
    assert found["records"][:2] == [{"b": None, "n": 0}, {"b": None, "n": 1}]
    answer = client.post(URL, json={"resource_id": resource, "distinct": True, "fields": ["b"], "sort": "n"})
    assert (answer.status_code, answer.get_json()["error"]["query"]) == (409, ["Invalid query"])


def test_cells_are_printed_as_postgresql_prints_them(client: FlaskClient, resource: str) -> None:
    csv = search(client, resource, records_format="csv", limit=7, fields=["_id", "x", "t", "b", "ts"])["records"]
    assert csv.startswith(
        "1,,,,2024-01-01T00:00:00.000\n"
        '2,0.25,"",t,2024-01-01T01:00:00.001\n'
        '3,0.5,"a,b",f,2024-01-01T02:00:00.002\n'
        '4,0.75,"q""q",,2024-01-01T03:00:00.003\n'
        '5,1,"line\nline",t,2024-01-01T04:00:00.004\n'
    )
    tsv = search(client, resource, records_format="tsv", limit=3, fields=["x", "t"])["records"]
    assert tsv == '\t\n0.25\t""\n0.5\ta,b\n'
    lists = search(client, resource, records_format="lists", limit=1, offset=4, fields=["列名 a", "x"])["records"]
    assert lists == [["v1", 1]]


def test_a_table_with_columns_of_reserved_names_is_read(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    types = {"_id": ColumnType.TEXT, "rank": ColumnType.TEXT, "offset": ColumnType.INTEGER}
    resource = publish_table(site, tmp_path_factory.mktemp("names"), types, [("own", "first", 2**40)], number=602)
    found = search(site.client, resource, q="first", filters={"_id": 1, "_id_1": "own"})
    assert found["records"] == [{"_id": 1, "_id_1": "own", "rank": "first", "offset": 2**40}]
    assert [field["type"] for field in found["fields"]] == ["int", "text", "text", "int8"]


def test_what_is_withdrawn_is_not_found_by_any_of_it(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    resource = publish_table(site, tmp_path_factory.mktemp("gone"), {"a": ColumnType.TEXT}, [("x",)], number=603)
    assert search(site.client, resource)["total"] == 1
    site.withdraw(resource.partition("-")[0])
    for action in ("datastore_search", "datastore_info"):
        answer = site.client.get(f"/api/3/action/{action}", query_string={"resource_id": resource})
        assert answer.status_code == 404
        assert answer.get_json()["error"]["__type"] == "Not Found Error"


@pytest.mark.parametrize(
    "body",
    [
        '"filters": {"n": 1000000000000000000000000000000}',
        '"filters": {"x": {"lt": 1e999}}',
        '"filters": {"t": "\\ud800"}',
        '"filters": {"t": "\\u0000"}',
        '"q": "\\ud800 a"',
        '"q": {"t": "\\u0000"}',
        '"sort": "\\ud800"',
        '"fields": ["\\ud800"]',
        '"limit": 1e400',
        '"filters": "{\\"n\\": 1000000000000000000000000000000}"',
        '"q": "{\\"t\\": \\"\\\\ud800\\"}"',
        '"limit": 123456789012345678901234567890',
        '"offset": -9223372036854775809',
        '"offset": 9223372036854775807, "sort": "n"',
        '"offset": 9223372036854775807, "filters": {"n": 1}, "include_total": false',
        '"filters": ' + "[" * 200 + "]" * 200,
    ],
)
def test_values_that_no_number_or_text_can_hold_are_answered_or_refused(site: Site, resource: str, body: str) -> None:
    answer = site.client.post(URL, data=f'{{"resource_id": "{resource}", {body}}}', content_type="application/json")
    assert answer.status_code in {200, 400, 409}, answer.text


_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "n": st.integers(-1, 5),
    "x": st.floats(-1, 16) | st.integers(-1, 16),
    "t": st.sampled_from(["", "a,b", "plain", "天氣 報告", "z"]),
    "d": st.integers(-1, 9).map(lambda k: (_DAY + timedelta(days=k)).isoformat()),
    "_id": st.integers(-1, 62),
}
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le
}  # fmt: skip


@st.composite
def a_filter(draw: st.DrawFn) -> tuple[str, str, Any]:
    name = draw(st.sampled_from(sorted(_VALUES)))
    how = draw(st.sampled_from([*_COMPARE, "in"]))
    value = draw(_VALUES[name] if how != "in" else st.lists(_VALUES[name], max_size=4))
    return name, how, value


def holds(row: int, test: tuple[str, str, Any]) -> bool:
    """Whether a row matches, reckoned in Python; nothing compares with null."""
    name, how, value = test
    cell = row + 1 if name == "_id" else ROWS[row][list(TYPES).index(name)]
    if cell is None:
        return False
    cell = cell.isoformat() if isinstance(cell, date) else cell
    if how == "in":
        return cell in value
    return bool(_COMPARE[how](cell, value))


@QUICK
@given(groups=st.lists(st.lists(a_filter(), min_size=1, max_size=3), min_size=1, max_size=3))
def test_filters_find_what_a_plain_reckoning_finds(
    site: Site, resource: str, groups: list[list[tuple[str, str, Any]]]
) -> None:
    filters = [{"$and": [{name: {how: value}} for name, how, value in group]} for group in groups]
    found = search(site.client, resource, filters={"$or": filters}, limit=100)
    expected = [row + 1 for row in range(len(ROWS)) if any(all(holds(row, test) for test in group) for group in groups)]
    assert (ids(found), found["total"]) == (expected, len(expected))


@pytest.mark.parametrize("seed", range(6))
def test_orders_are_those_of_postgresql(client: FlaskClient, resource: str, seed: int) -> None:
    chance = random.Random(seed)
    asked = [
        (name, chance.random() < 0.5, chance.choice(["", " nulls first", " nulls last"]))
        for name in chance.sample(["n", "t", "d", "b"], 2)
    ]
    expected = list(range(len(ROWS)))
    for name, is_descending, nulls in reversed(asked):
        at = list(TYPES).index(name)
        nulls_first = nulls == " nulls first" or (not nulls and is_descending)
        filled = sorted(
            (k for k in expected if ROWS[k][at] is not None), key=lambda k: ROWS[k][at], reverse=is_descending
        )
        if is_descending:  # a stable sort downwards keeps equal rows in their order
            filled = sorted(filled, key=lambda k: (_rank_down(filled, at)[ROWS[k][at]], expected.index(k)))
        empty = [k for k in expected if ROWS[k][at] is None]
        expected = [*empty, *filled] if nulls_first else [*filled, *empty]
    sort = ", ".join(f"{name} {'desc' if down else 'asc'}{nulls}" for name, down, nulls in asked)
    assert ids(search(client, resource, sort=sort)) == [k + 1 for k in expected]


def _rank_down(rows: list[int], at: int) -> dict[Any, int]:
    return {value: rank for rank, value in enumerate(sorted({ROWS[k][at] for k in rows}, reverse=True))}


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([*TYPES, "_id", "rank"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TYPES, "$or", "gt", "in"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_NAMES = ["q", "full_text", "plain", "language", "filters", "fields", "sort", "limit", "offset", "distinct", "records_format",
          "include_total", "include_next_page"]  # fmt: skip


@QUICK
@given(parameters=st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=4))
def test_any_value_of_any_parameter_is_answered_or_refused(
    site: Site, resource: str, parameters: dict[str, Any]
) -> None:
    answer = site.client.post(URL, json={"resource_id": resource, **parameters})
    assert answer.status_code in {200, 400, 409}, answer.text
    if answer.status_code == 200 and not isinstance(answer.get_json()["result"]["records"], str):
        assert len(answer.get_json()["result"]["records"]) <= len(ROWS)
