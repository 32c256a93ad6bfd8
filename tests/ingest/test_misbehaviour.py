"""Wrong input from the source: said clearly in the run's report; the rest goes on; nothing published changes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.cli.wording import reason_in_words
from portal.ingest.conducting.running import RunReport
from portal.ingest.runs.reporting import list_exceptions
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published

RESOURCES = 4


@pytest.fixture
def live(make_harvested: Callable[..., Bench]) -> Bench:
    """A harvested bench whose data will be asked for again."""
    return make_harvested(resources=RESOURCES)


def public(bench: Bench) -> list[Any]:
    return bench.rows("SELECT source_key, state, current_version FROM dataset ORDER BY source_key")


def told(bench: Bench, report: RunReport) -> str:
    """All that the report says, in words."""
    with bench.database.reading() as session:
        lines = list(list_exceptions(session, report.run_id))
    words = [f"{line.record_id} {line.title} {line.note} {reason_in_words(r)}" for line in lines for r in line.reasons]
    return "\n".join([*report.errors, *words])


@pytest.mark.parametrize("kind", ["error_200", "login_page", "not_json", "broken", "reset", "huge"])
def test_a_spoiled_listing_stops_the_run_with_its_reason_and_changes_nothing(live: Bench, kind: str) -> None:
    before = public(live)
    live.sample.control("misbehave", kind=kind, place="list", times=-1)
    report = live.run()
    assert report.state == "stopped"
    assert report.errors
    assert report.errors[0]
    assert public(live) == before
    assert live.scalar("SELECT count(*) FROM held_record WHERE kind = 'absence'") == 0


@pytest.mark.parametrize("kind", ["no_identifier", "not_an_object", "same_identifier", "long_title"])
def test_one_bad_entry_is_skipped_with_its_reason_and_the_rest_goes_on(live: Bench, kind: str) -> None:
    before = public(live)
    live.sample.control("misbehave", kind=kind, place="list", times=1)
    report = live.run()
    assert report.state == "done"
    assert report.counts.get("skip", 0) >= 1
    assert told(live, report)
    published = [row for row in public(live) if row.state == "published"]
    assert len(published) >= len([row for row in before if row.state == "published"]) - 1
    assert all(row.current_version == 1 for row in published)


@pytest.mark.parametrize("kind", ["error_200", "empty_page", "broken", "ragged_row", "login_page"])
def test_a_table_that_comes_spoiled_leaves_its_published_version_alone(live: Bench, kind: str) -> None:
    record_id = first_published(live)
    live.sample.control("touch", resource=record_id)
    live.sample.control("misbehave", kind=kind, place="rows", resource=record_id, times=-1)
    before = public(live)
    report = live.run()
    assert public(live) == before
    assert told(live, report) or report.counts.get("unchanged") == RESOURCES - 1
    live.sample.control("reset", what=["misbehaviour"])
    assert live.run().state == "done"
    assert live.action_of(live.scalar("SELECT id FROM harvest_run ORDER BY started_at DESC LIMIT 1"), record_id) in {
        "update", "unchanged",
    }  # fmt: skip


def test_columns_that_are_unnamed_or_twice_there_are_never_published_under_another_ones_name(live: Bench) -> None:
    record_id = first_published(live)
    for kind in ("empty_column", "duplicate_columns"):
        live.sample.control("touch", resource=record_id)
        live.sample.control("misbehave", kind=kind, place="rows", resource=record_id, times=-1)
        report = live.run()
        assert live.action_of(report.run_id, record_id) in {"hold", "skip", "update", "unchanged"}
        live.sample.control("reset", what=["misbehaviour"])
    schemas = live.rows("SELECT schema FROM version_part WHERE schema IS NOT NULL")
    for row in schemas:
        names = [column["name"] for column in json.loads(row.schema)["columns"]]
        assert len(names) == len(set(names))
        assert all(name.strip() for name in names)


def test_a_secret_that_expires_during_the_run_is_asked_for_again(live: Bench) -> None:
    record_id = first_published(live)
    live.sample.control("touch", resource=record_id)
    live.sample.control("misbehave", kind="expire_secret", place="rows", times=1)
    report = live.run()
    assert report.state == "done"
    assert report.counts.get("skip", 0) == 0


def test_a_wrong_secret_ends_the_run_with_a_sentence(live: Bench) -> None:
    path = live.settings.effective_secrets_dir / "sample.json"
    path.write_text(json.dumps({"app_key": "sample-portal", "app_secret": "not-the-secret"}))
    before = public(live)
    report = live.run()
    assert report.state == "stopped"
    assert "not-the-secret" not in " ".join(report.errors)
    assert public(live) == before


def test_a_dead_host_ends_the_run_with_a_sentence(live: Bench) -> None:
    from datetime import UTC, datetime

    from portal.ingest.sources import add_source

    before = public(live)
    with live.database.transaction() as session:
        add_source(
            session, "sample", "exchange", {"base_url": "http://127.0.0.1:9"}, replace=True, now=datetime.now(UTC)
        )
    report = live.run()
    assert report.state == "stopped"
    assert "127.0.0.1:9" in report.errors[0]
    assert public(live) == before
