"""What a real CKAN 2.12 answered, asked of the portal that holds the same state: same, better on purpose, never different."""

import os
from collections import Counter
from pathlib import Path

from tests.ckan.golden_asking import BETTER, ROWS, Outcome, outcome_of, read_requests
from tests.ckan.golden_state import GoldenSite


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
