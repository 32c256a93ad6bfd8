"""The recorded requests asked again, each answer compared, and a verdict: same, better on purpose, or different."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from werkzeug.test import TestResponse

from tests.ckan.golden_compare import differences
from tests.ckan.golden_state import THEMES, GoldenSite

Verdict = Literal["same", "better", "different"]

ROWS = ("datastore_search", "datastore_info", "datastore_search_sql", "dump")
"""Groups about rows; `test_datastore_golden` asks them of the same table."""

NO_500 = "what is an internal error there is a clear refusal here"
CHINESE = "Chinese is found inside longer runs of text, which CKAN's search takes for one word"
NOT_PUBLIC = (
    "what is private, a draft or deleted does not exist at a public door, whoever asks, and a 404 says nothing of it"
)
READ_ONLY = "nothing is written through this door, so no input for it is examined"
NO_ACCOUNTS = "accounts are told to nobody"
SAFE_CALLBACK = "a callback is reduced to a name, so that nobody's script runs in our name"

_STATUS = r"status 40[39] became 40[34]"
_MORE = r"\.result\.(count|results)"
BETTER: Mapping[str, tuple[str, str]] = {
    "package_search q=香港天文台": (CHINESE, _MORE),
    "package_search q=銀行 統計": (CHINESE, _MORE),
    "package_search q=統計": (CHINESE, _MORE),
    "package_show id=peer-deleted": (NOT_PUBLIC, _STATUS),
    "package_show id=peer-private": (NOT_PUBLIC, "status 200 became 404"),
    "package_search fq=capacity:private": (NOT_PUBLIC, _MORE),
    "package_create": (READ_ONLY, _STATUS),
    "group_show id=transport": (NO_ACCOUNTS, r"\.result\.users"),
    "organization_show id=aahk": (NO_ACCOUNTS, r"\.result\.users"),
    "organization_list_for_user": (NO_ACCOUNTS, r"\.result: "),
    "user_autocomplete": (NO_ACCOUNTS, r"\.result: "),
    "status_show callback=alert(1)": (SAFE_CALLBACK, "callback"),
}
"""Action and one of its parameters → why the answer differs, and where alone it may."""


@dataclass(frozen=True)
class Outcome:
    """How one request ended."""

    verdict: Verdict
    what: str
    why: str = ""


def read_requests(folder: Path) -> list[dict[str, Any]]:
    """Every recorded request with its answer."""
    with gzip.open(folder / "golden.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcome_of(site: GoldenSite, told: Mapping[str, Any]) -> Outcome:
    """Ask one request again and judge the answer."""
    request = told["request"]
    what = " ".join(filter(None, (request["method"], request["path"], json.dumps(_sent(request), ensure_ascii=False))))
    answer = _asked(site, request)
    found = list(_differences(site, told, answer))
    if not found:
        return Outcome("same", what)
    reason = _reason(told, answer.status_code, found)
    return Outcome("better" if reason else "different", what, reason or "; ".join(found[:6]))


def _sent(request: Mapping[str, Any]) -> object:
    return request.get("query") or request.get("json") or request.get("form") or request.get("raw") or ""


def _asked(site: GoldenSite, request: Mapping[str, Any]) -> TestResponse:
    path = _ours(site, request["path"])
    options: dict[str, Any] = {"method": request["method"], "headers": dict(request.get("headers") or {})}
    if request.get("query"):
        options["query_string"] = {k: _ours(site, str(v)) for k, v in request["query"].items()}
    if request.get("json") is not None:
        options["json"] = json.loads(_ours(site, json.dumps(request["json"])))
    elif request.get("form"):
        options["data"] = {k: _ours(site, str(v)) for k, v in request["form"].items()}
    elif request.get("raw") is not None or request.get("ctype"):
        options |= {"data": request.get("raw") or "", "content_type": request.get("ctype")}
    return site.client.open(path, **options)


def _ours(site: GoldenSite, text: str) -> str:
    """A text of a request with our ids in the place of CKAN's."""
    for theirs, ours in site.ids.items():
        if theirs in text:
            text = text.replace(theirs, ours)
    return text


def _differences(site: GoldenSite, told: Mapping[str, Any], answer: TestResponse) -> Iterator[str]:
    if answer.status_code != told["status"]:
        yield f"status {told['status']} became {answer.status_code}: {answer.text[:160]}"
        return
    kind = told["headers"].get("content-type", "").partition(";")[0]
    if kind == "text/html":
        return
    if not (answer.content_type or "").startswith(kind):
        yield f"content type {kind} became {answer.content_type}"
        return
    if kind == "application/atom+xml":
        if answer.text.count("<entry>") != told["body"].count("<entry>"):
            yield f"{told['body'].count('<entry>')} entries became {answer.text.count('<entry>')}"
        return
    theirs, ours = _called(told["body"]), _called(answer.text)
    yield from (["callback"] if theirs[0] != ours[0] else [])
    request = told["request"]
    sort = (request.get("query") or {}).get("sort", "")
    asked = (request.get("query") or {}).get("q", "*:*")
    in_order = ("score" not in sort) if sort else asked in {"", "*:*"} or ":[" in asked
    if request["group"] in {"group_list", "organization_list", "package_autocomplete", "tag_list", "envelope"}:
        in_order = False  # by titles, which are ours, or by counts that are equal
    expected = _in_our_names(theirs[1])
    if request["group"] == "group_list" and isinstance(expected.get("result"), list):
        ours, expected = (ours[0], _without_names(ours[1])), _without_names(expected)
    yield from differences(ours[1], expected, in_order=in_order)


def _without_names(value: Any) -> Any:
    """Groups without what tells which: they are listed by their titles, and those are ours."""
    told = {"name", "package_count"}
    kept = [
        {k: "" if k in told else v for k, v in one.items()} if isinstance(one, dict) else "" for one in value["result"]
    ]
    return {**value, "result": kept}


def _called(text: str) -> tuple[str, Any]:
    """(name of the function, JSON value)."""
    if text.endswith(");"):
        name, _, rest = text.partition("(") if "({" not in text else text.partition("({")
        return name, json.loads("{" + rest[:-2])
    return "", json.loads(text)


def _in_our_names(value: Any) -> Any:
    """A recorded value with our themes in the place of that CKAN's groups."""
    if not isinstance(value, dict) or not isinstance(result := value.get("result"), dict | list):
        return value
    return {**value, "result": _renamed(result)}


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if not isinstance(value, dict):
        return THEMES.get(value, value) if isinstance(value, str) else value
    named = {key: _renamed(inner) for key, inner in value.items() if key != "groups"}
    if "groups" in value:
        groups = value["groups"]
        if isinstance(groups, dict) and "items" not in groups:
            named["groups"] = {THEMES.get(name, name): count for name, count in groups.items()}
        else:
            named["groups"] = _renamed(groups)
    return named


def _reason(told: Mapping[str, Any], status: int, found: list[str]) -> str:
    """Why the answer may be another than CKAN's, or nothing."""
    request = told["request"]
    if told["status"] == 500 and status in {400, 409}:
        return NO_500
    action = request["path"].partition("?")[0].rpartition("/")[2]
    sent = _sent(request)
    for key, (reason, place) in BETTER.items():
        name, _, parameter = key.partition(" ")
        field, _, value = parameter.partition("=")
        if name == action and (not field or (isinstance(sent, dict) and str(sent.get(field)) == value)):
            return reason if all(re.match(place, one) for one in found) else ""
    return ""
