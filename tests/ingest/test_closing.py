"""Closing acts at once; absence asks; what drifts waits while the last good version serves."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from portal.ingest.errors import CannotReview
from portal.ingest.review.held import get_held, list_held
from portal.ingest.review.releasing import Released, refuse_held, release_held
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published


@pytest.fixture
def harvested(make_harvested: Callable[..., Bench]) -> Bench:
    """Six resources, harvested."""
    return make_harvested(resources=6)


@pytest.mark.parametrize("decision", [{"openAttr": "3"}, {"secretFlag": "1"}, {"dataGrade": "重要数据"}])
def test_an_explicit_closing_withdraws_at_once(harvested: Bench, decision: dict[str, str]) -> None:
    record_id = first_published(harvested)
    harvested.sample.requests()
    harvested.sample.control("edit", resource=record_id, set=decision)
    report = harvested.run()
    assert harvested.action_of(report.run_id, record_id) == "withdraw"
    assert harvested.state_of(record_id) == "withdrawn"
    assert harvested.sample.requests()["rows"] == 0
    assert harvested.scalar("SELECT count(*) FROM outbox WHERE kind = 'purge_blobs' AND done_at IS NULL") >= 1


def test_an_unknown_label_holds_and_the_last_version_keeps_serving(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("edit", resource=record_id, set={"openAttr": "77"})
    report = harvested.run()
    assert harvested.action_of(report.run_id, record_id) == "hold"
    assert harvested.state_of(record_id) == "published"


def test_one_missing_record_is_withdrawn_and_comes_back_when_listed_again(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("remove", resource=record_id)
    report = harvested.run()
    assert harvested.action_of(report.run_id, record_id) == "withdraw"
    assert harvested.state_of(record_id) == "withdrawn"
    harvested.sample.control("restore", resource=record_id)
    assert harvested.run().state == "done"
    assert harvested.state_of(record_id) == "published"


def test_a_shrunken_list_is_held_and_withdraws_only_when_released(harvested: Bench) -> None:
    ids = harvested.sample.control("resources")["ids"][:2]
    harvested.sample.control("remove", resources=ids)
    report = harvested.run()
    assert report.counts["hold"] == 1
    assert "withdrawn" not in {harvested.state_of(record_id) for record_id in ids}
    with harvested.database.reading() as session:
        waiting = [item for item in list_held(session) if item.kind == "absence"]
    assert [item.missing for item in waiting] == [tuple(sorted(ids))]
    assert release_held(harvested.workshop, waiting[0].id, "赵审核", "资源已撤销") is None
    states = {harvested.state_of(record_id) for record_id in ids} - {None}
    assert states <= {"withdrawn"}


def test_an_empty_list_is_held_and_superseded_when_the_records_are_back(harvested: Bench) -> None:
    ids = harvested.sample.control("resources")["ids"]
    harvested.sample.control("remove", resources=ids)
    assert harvested.run().counts == {"listed": 0, "hold": 1}
    assert harvested.scalar("SELECT count(*) FROM dataset WHERE state = 'withdrawn'") == 0
    for record_id in ids:
        harvested.sample.control("restore", resource=record_id)
    assert harvested.run().counts["unchanged"] == len(ids)
    with harvested.database.reading() as session:
        assert [item for item in list_held(session) if item.kind == "absence"] == []


def test_a_table_that_loses_a_third_of_its_rows_is_held_then_released(harvested: Bench) -> None:
    record_id = first_published(harvested)
    rows = harvested.scalar(
        "SELECT version_part.row_count FROM version_part JOIN dataset ON dataset.id = dataset_id"
        " WHERE source_key = :key AND kind = 'table'",
        key=f"sample:{record_id}",
    )
    harvested.sample.control("rows", resource=record_id, count=int(rows * 0.6))
    report = harvested.run()
    assert harvested.action_of(report.run_id, record_id) == "hold"
    assert "drift_rows_lost" in harvested.reasons_of(report.run_id, record_id)
    assert harvested.versions_of(record_id) == 1
    with harvested.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == record_id)
    harvested.sample.requests()
    published = release_held(harvested.workshop, held.id, "赵审核", "核对无误")
    assert isinstance(published, Released)
    assert published.version == 2
    assert harvested.sample.requests() == {"list": 0, "rows": 0, "file": 0, "secret": 0}
    with harvested.database.reading() as session:
        assert get_held(session, held.id).state == "released"
    assert harvested.run().counts["unchanged"] == 6


def test_a_decision_needs_a_name_and_a_reason_and_is_made_once(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("rows", resource=record_id, count=1)
    harvested.run()
    with harvested.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == record_id)
    with pytest.raises(CannotReview, match="name and a reason"):
        release_held(harvested.workshop, held.id, "赵审核", "  ")
    with harvested.database.transaction() as session:
        refuse_held(session, held.id, "赵审核", "数据不全", datetime.now(UTC))
    with pytest.raises(CannotReview, match="refused by 赵审核"):
        release_held(harvested.workshop, held.id, "赵审核", "再想想")
    assert harvested.versions_of(record_id) == 1


def test_a_superseded_hold_cannot_be_released(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("rows", resource=record_id, count=1)
    harvested.run()
    with harvested.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == record_id)
    harvested.sample.control("rows", resource=record_id, count=2)
    harvested.run()
    with pytest.raises(CannotReview, match="newer"):
        release_held(harvested.workshop, held.id, "赵审核", "核对无误")


def test_what_no_release_lifts_stays_held_and_nothing_changes(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("edit", resource=record_id, set={"openAttr": ""})
    harvested.run()
    with harvested.database.reading() as session:
        held = next(item for item in list_held(session) if item.record_id == record_id)
    with pytest.raises(CannotReview):
        release_held(harvested.workshop, held.id, "赵审核", "核对无误")
    with harvested.database.reading() as session:
        assert get_held(session, held.id).state == "waiting"
