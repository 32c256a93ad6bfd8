"""What a real CKAN 2.12 answered about the rows of its DataStore, asked of the portal that harvested that CKAN.

Every difference that is meant has its reason in `REASONS`; any other fails.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.ckan.golden_state import GoldenSite, read_state
from tests.ckan.golden_table import RESOURCE, Asked, read_golden
from tests.ckan.rows_oracle import answer_of, random_search, rows_of

ANY_ORDER = "rows of equal rank or equal keys come in the table's order; PostgreSQL promises none"
CHINESE = "Chinese is found inside a longer run, which PostgreSQL takes for one word"
NO_STATEMENT = "no SQL is shown, since none is run"
PRIVATE = "what is not public is not in the portal, and does not exist for anybody at this door"
NO_SQL = "no SQL of a caller is run: a simple SELECT is told as a call of /api/v1, anything else why it is none"
OLDER_CLIENTS = "clients of CKAN 2.11 and before read _links"

RANDOM_SEARCHES = 200

REASONS: Mapping[str, str] = {
    "q": ANY_ORDER,
    "sort=year nulls first": ANY_ORDER,
    "q=公共圖書館": CHINESE,
    'q={"district":"灣"}': CHINESE,
    "language=klingon": NO_STATEMENT,
    "auth=sysadmin": PRIVATE,
}


@pytest.fixture(scope="module")
def resource(golden_site: GoldenSite) -> str:
    return golden_site.ids[RESOURCE]


def asked_again(site: GoldenSite, asked: Asked, resource: str) -> tuple[int, Any]:
    """Our status and body, with the recorded id in place of ours."""
    path, query, body = (
        json.loads(json.dumps(x).replace(RESOURCE, resource)) for x in (asked.path, dict(asked.query), asked.body)
    )
    answer = site.client.open(
        path, method=asked.method, query_string=query, json=body if asked.method == "POST" else None
    )
    return answer.status_code, json.loads(answer.text.replace(resource, RESOURCE))


def reasons_of(asked: Asked) -> set[str]:
    """Why an answer may differ."""
    told = {*(f"{k}={v}" for k, v in asked.query.items()), *asked.query, f"auth={asked.caller}"}
    return {reason for name, reason in REASONS.items() if name in told}


def shape(value: Any) -> Any:
    """Types in place of values; of a list, that of its first item."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_searches_of_rows_are_answered_as_by_a_real_ckan(golden_site: GoldenSite, golden: Path, resource: str) -> None:
    different: list[str] = []
    same = better = 0
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_search"):
        status, body = asked_again(golden_site, asked, resource)
        found = differences(json.loads(asked.text), body, asked, status)
        if not found:
            same += 1
        elif reasons_of(asked):
            better += 1
        else:
            different.append(f"{asked}: {found}")
    assert not different, "\n".join(different)
    assert (same, better) == (42, 13)


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any], asked: Asked, status: int) -> list[str]:
    """What differs, each by name."""
    if status != asked.status:
        return [f"status {asked.status} became {status}"]
    if status != 200:
        return [] if theirs["error"] == ours["error"] else [f"{theirs['error']} became {ours['error']}"]
    expected = theirs["result"]
    result = {name: value for name, value in ours["result"].items() if name != "_links"}
    assert shape(expected.keys() ^ result.keys()) == shape(set()), f"{asked}: {expected.keys() ^ result.keys()}"
    return [
        f"{name}: {expected[name]!r:.200} became {result[name]!r:.200}"
        for name in expected
        if expected[name] != result[name]
    ]


def test_what_is_better_on_purpose_finds_at_least_as_much(golden_site: GoldenSite, golden: Path, resource: str) -> None:
    for asked in read_golden(golden):
        if asked.group == "datastore_search" and "q" in asked.query and asked.status == 200:
            _, body = asked_again(golden_site, asked, resource)
            theirs = json.loads(asked.text)["result"]
            assert body["result"]["total"] >= theirs["total"], asked
            assert body["result"]["fields"] == theirs["fields"], asked
            if CHINESE not in reasons_of(asked):
                assert body["result"]["total"] == theirs["total"], asked
                assert shape(body["result"]["records"]) == shape(theirs["records"]) or "rank" in str(
                    theirs["fields"]
                ), asked


def test_statements_are_refused_as_by_a_real_ckan_or_told_as_a_call_of_our_own(
    golden_site: GoldenSite, golden: Path, resource: str
) -> None:
    told: dict[str, list[str]] = {"same": [], NO_SQL: [], PRIVATE: []}
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_search_sql"):
        status, body = asked_again(golden_site, asked, resource)
        theirs = json.loads(asked.text)
        if (status, body.get("error")) == (asked.status, theirs.get("error")):
            told["same"].append(asked.query["sql"])
        elif asked.status == 403:
            assert (status, body["error"]["message"]) == (404, "Not found")
            told[PRIVATE].append(asked.query["sql"])
        else:
            assert status == 409, asked
            assert body["error"]["message"].startswith("This portal runs no SQL of its callers."), asked
            told[NO_SQL].append(asked.query["sql"])
    assert {reason: len(statements) for reason, statements in told.items()} == {"same": 4, NO_SQL: 12, PRIVATE: 1}


def test_fields_and_sizes_are_told_as_by_a_real_ckan(golden_site: GoldenSite, golden: Path, resource: str) -> None:
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_info"):
        status, body = asked_again(golden_site, asked, resource)
        theirs = json.loads(asked.text)
        assert status == asked.status, asked
        if status != 200:
            assert body["error"] == theirs["error"]
            continue
        assert shape(body["result"]["meta"]) == shape(theirs["result"]["meta"])
        assert body["result"]["meta"]["count"] == theirs["result"]["meta"]["count"]
        for field in theirs["result"]["fields"]:
            field["schema"] |= {"index_name": None, "is_index": False}  # a published table is searched without indexes
        assert body["result"]["fields"] == theirs["result"]["fields"]


def test_dumps_are_those_of_a_real_ckan_and_a_clear_400_where_it_fails(
    golden_site: GoldenSite, golden: Path, resource: str
) -> None:
    told = []
    for asked in (asked for asked in read_golden(golden) if asked.group == "dump"):
        answer = golden_site.client.get(asked.path.replace(RESOURCE, resource), query_string=dict(asked.query))
        told.append((asked.status, answer.status_code))
        if asked.status == 200:
            assert answer.text == asked.text
    assert sorted(told) == [(200, 200), (404, 404), (404, 404), (500, 400)]


def test_random_searches_are_answered_as_plain_python_answers_them(
    golden_site: GoldenSite, golden: Path, resource: str
) -> None:
    rows = rows_of(read_state(golden)["datastore"][RESOURCE])
    found_some = 0
    for seed in range(RANDOM_SEARCHES):
        asked = random_search(rows, seed)
        answer = golden_site.client.post("/api/3/action/datastore_search", json={"resource_id": resource} | asked)
        assert answer.status_code == 200, (seed, asked, answer.text)
        result = answer.get_json()["result"]
        records, total = answer_of(rows, asked)
        assert result["records"] == records, (seed, asked)
        assert result.get("total") == (total if asked.get("include_total", True) else None), (seed, asked)
        assert [field["id"] for field in result["fields"]] == asked.get("fields", list(rows[0])), (seed, asked)
        found_some += bool(records)
    assert found_some > RANDOM_SEARCHES / 3
