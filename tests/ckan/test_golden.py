"""What a real CKAN 2.12 answered, asked of the portal that holds the same state: same, better on purpose, never different."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from tests.ckan.golden_asking import BETTER, ROWS, Outcome, outcome_of, read_requests
from tests.ckan.golden_oracle import make_questions, values_of
from tests.ckan.golden_state import GoldenSite, read_state


def test_every_recorded_request_is_answered_the_same_or_better(golden_site: GoldenSite, golden: Path) -> None:
    asked = [told for told in read_requests(golden) if told["request"]["group"] not in ROWS]
    outcomes = [outcome_of(golden_site, told) for told in asked]
    counts = Counter(outcome.verdict for outcome in outcomes)
    print(report(outcomes))
    assert counts["different"] == 0, report(outcomes)
    assert counts["same"] >= 144


def test_what_is_private_or_deleted_there_is_in_no_answer(golden_site: GoldenSite) -> None:
    for path in (
        "package_list",
        "package_search?rows=1000&include_private=true&include_drafts=true&include_deleted=true",
        "package_search?q=name:peer-private OR name:peer-deleted",
        "tag_list",
        "resource_search?query=name:private",
    ):
        text = golden_site.client.get(f"/api/3/action/{path}").text
        assert "peer-private" not in text.replace("q=name:peer-private", ""), path
        assert "peer-deleted" not in text, path


def test_every_reason_to_be_better_is_used(golden: Path) -> None:
    asked = {told["request"]["path"].partition("?")[0].rpartition("/")[2] for told in read_requests(golden)}
    assert {key.partition(" ")[0] for key in BETTER} <= asked


def report(outcomes: list[Outcome]) -> str:
    """Counts, then a line for each answer that is not the same."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    lines = [f"same {counts['same']}, better {counts['better']}, different {counts['different']}"]
    lines += [f"{o.verdict}: {o.what[:160]} | {o.why[:400]}" for o in outcomes if o.verdict != "same"]
    return os.linesep.join(lines)


def test_random_searches_give_what_plain_python_makes_of_the_recorded_state(
    golden_site: GoldenSite, golden: Path
) -> None:
    for question in make_questions(read_state(golden), 80):
        answer = golden_site.client.get("/api/3/action/package_search", query_string=dict(question.parameters))
        assert answer.status_code == 200, (question.parameters, answer.text)
        found = answer.get_json()["result"]
        assert found["count"] == question.total, question.parameters
        assert [one["name"] for one in found["results"]] == list(question.names), question.parameters
        assert found["facets"] == question.facets, question.parameters


def test_lists_and_counts_are_those_of_the_recorded_state(golden_site: GoldenSite, golden: Path) -> None:
    public = [p for p in read_state(golden)["packages"] if p["state"] == "active" and not p["private"]]

    def ask(action: str, **parameters: object) -> Any:
        return golden_site.client.get(f"/api/3/action/{action}", query_string=parameters).get_json()["result"]

    assert ask("package_list") == sorted(p["name"] for p in public)
    assert ask("tag_list") == sorted({tag for p in public for tag in values_of(p, "tags")})
    for action, field in (("organization_list", "organization"), ("group_list", "groups")):
        counts = Counter(value for p in public for value in values_of(p, field))
        pages = [ask(action, all_fields="true", limit=25, offset=n) for n in (0, 25, 50)]
        assert {one["name"]: one["package_count"] for page in pages for one in page if one["package_count"]} == counts
    formats = Counter(r["format"] for p in public for r in p["resources"])
    for name in list(formats)[:5]:
        same = sum(n for other, n in formats.items() if name.lower() in other.lower())
        if name:
            assert ask("resource_search", query=f"format:{name}", limit=1)["count"] == same
