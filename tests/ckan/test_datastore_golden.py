"""What a real CKAN 2.12 answered about the rows of its DataStore, asked here about the same rows.

Every difference that is meant has its reason in `REASONS`; any other fails.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from portal.settings import Settings
from tests.ckan.golden_table import RESOURCE, Asked, read_golden, read_table
from tests.ckan.tables import publish_table
from tests.http.site import Site, generous, open_site

ANY_ORDER = "rows of equal rank or equal keys come in the table's order; PostgreSQL promises none"
CHINESE = "Chinese is found inside a longer run, which PostgreSQL takes for one word"
NO_STATEMENT = "no SQL is shown, since none is run"
PRIVATE = "what is not public is not in the portal, and does not exist for anybody at this door"
ONE_NUMBER_TYPE = "a published table has one type of fractional numbers, a double"
JSON_IS_TEXT = "a published table has no nested values; JSON stays the text that it was delivered as"
NO_SQL = "no SQL of a caller is run: a simple SELECT is told as a call of /api/v1, anything else why it is none"
OLDER_CLIENTS = "clients of CKAN 2.11 and before read _links and total_was_estimated"
NO_DICTIONARY = "the recorded label of a field is no part of the delivered rows"

REASONS: Mapping[str, str] = {
    "q": ANY_ORDER,
    "sort=year nulls first": ANY_ORDER,
    "q=公共圖書館": CHINESE,
    'q={"district":"灣"}': CHINESE,
    "language=klingon": NO_STATEMENT,
    "auth=sysadmin": PRIVATE,
}


@pytest.fixture(scope="module")
def golden(shared_data: Path) -> Path:
    folder = shared_data / "ckan_golden"
    if not folder.is_dir():
        pytest.skip("the recorded answers are not here")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(generous(Settings(var_dir=tmp_path_factory.mktemp("golden"), secret_key="00" * 32))) as opened:
        yield opened


@pytest.fixture(scope="module")
def resource(site: Site, golden: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    types, rows = read_table(golden)
    return publish_table(site, tmp_path_factory.mktemp("table"), types, rows, number=1)


def asked_again(site: Site, asked: Asked, resource: str) -> tuple[int, Any]:
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


def as_ours(theirs: dict[str, Any]) -> dict[str, Any]:
    """A recorded result as a portal without nested values, exact decimals and labels has it."""
    result = dict(theirs)
    result["fields"] = [
        {"id": f["id"], "type": {"json": "text", "numeric": "float8"}.get(f["type"], f["type"])}
        for f in theirs["fields"]
    ]
    records = theirs["records"]
    if isinstance(records, str):
        result["records"] = (
            records.replace(",null,", ",,")
            .replace("\tnull\t", "\t\t")
            .replace(r"\u540d", "名")
            .replace(r"\u503c", "值")
        )
    else:
        result["records"] = [_flat(record) for record in records]
    return result


def _flat(record: Any) -> Any:
    if isinstance(record, dict):
        return {name: _text(cell) for name, cell in record.items()}
    return [_text(cell) for cell in record]


def _text(cell: Any) -> Any:
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else cell


def shape(value: Any) -> Any:
    """Types in place of values; of a list, that of its first item."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_searches_of_rows_are_answered_as_by_a_real_ckan(site: Site, golden: Path, resource: str) -> None:
    different: list[str] = []
    same = better = 0
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_search"):
        status, body = asked_again(site, asked, resource)
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
    expected = as_ours(theirs["result"])
    result = {name: value for name, value in ours["result"].items() if name not in {"_links", "total_was_estimated"}}
    assert shape(expected.keys() ^ result.keys()) == shape(set()), f"{asked}: {expected.keys() ^ result.keys()}"
    return [
        f"{name}: {expected[name]!r:.200} became {result[name]!r:.200}"
        for name in expected
        if expected[name] != result[name]
    ]


def test_what_is_better_on_purpose_finds_at_least_as_much(site: Site, golden: Path, resource: str) -> None:
    for asked in read_golden(golden):
        if asked.group == "datastore_search" and "q" in asked.query and asked.status == 200:
            _, body = asked_again(site, asked, resource)
            theirs = as_ours(json.loads(asked.text)["result"])
            assert body["result"]["total"] >= theirs["total"], asked
            assert body["result"]["fields"] == theirs["fields"], asked
            if CHINESE not in reasons_of(asked):
                assert body["result"]["total"] == theirs["total"], asked
                assert shape(body["result"]["records"]) == shape(theirs["records"]) or "rank" in str(
                    theirs["fields"]
                ), asked


def test_statements_are_refused_as_by_a_real_ckan_or_told_as_a_call_of_our_own(
    site: Site, golden: Path, resource: str
) -> None:
    told: dict[str, list[str]] = {"same": [], NO_SQL: [], PRIVATE: []}
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_search_sql"):
        status, body = asked_again(site, asked, resource)
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


def test_fields_and_sizes_are_told_as_by_a_real_ckan(site: Site, golden: Path, resource: str) -> None:
    for asked in (asked for asked in read_golden(golden) if asked.group == "datastore_info"):
        status, body = asked_again(site, asked, resource)
        theirs = json.loads(asked.text)
        assert status == asked.status, asked
        if status != 200:
            assert body["error"] == theirs["error"]
            continue
        assert shape(body["result"]["meta"]) == shape(theirs["result"]["meta"])
        assert body["result"]["meta"]["count"] == theirs["result"]["meta"]["count"]
        for ours, field in zip(body["result"]["fields"], theirs["result"]["fields"], strict=True):
            expected = {"nested": "text", "numeric": "float8"}.get(field["type"], field["type"])
            assert (ours["id"], ours["type"]) == (field["id"], expected)
            assert ours["schema"].keys() == field["schema"].keys()


def test_dumps_are_those_of_a_real_ckan_and_a_clear_400_where_it_fails(site: Site, golden: Path, resource: str) -> None:
    told = []
    for asked in (asked for asked in read_golden(golden) if asked.group == "dump"):
        answer = site.client.get(asked.path.replace(RESOURCE, resource), query_string=dict(asked.query))
        told.append((asked.status, answer.status_code))
        if asked.status == 200:
            assert answer.text == asked.text
    assert sorted(told) == [(200, 200), (404, 404), (404, 404), (500, 400)]
