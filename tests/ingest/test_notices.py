"""Which mail the end of a run asks for: once when it begins to fail, daily, once when it works again; never a value."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.catalogue.models import MAIL, Outbox
from portal.catalogue.purge import purge_outbox
from portal.db import Database
from portal.ingest.models import HeldRecord, Source
from portal.ingest.runs.bookkeeping import start_run
from portal.ingest.runs.ending import finish_run
from portal.ingest.runs.schedules import set_schedule
from portal.storage import LocalStore
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PEOPLE = ("open@example.gov.cn", "data@example.gov.cn")


@pytest.fixture
def told(database: Database) -> Callable[..., list[dict[str, Any]]]:
    """Ends a run of the source `a` as asked and gives the mails that this wrote."""
    with database.transaction() as session:
        session.add(Source(name="a", kind="folder", config={}, created_at=NOW))
        session.flush()
        set_schedule(session, "a", "0 * * * *", notify=PEOPLE, now=NOW, zone=ZONE)

    def run(at: datetime, state: str = "done", reason: str = "", held: int = 0) -> list[dict[str, Any]]:
        with database.transaction() as session:
            before = session.scalars(select(Outbox.id)).all()
            run_id = start_run(session, "a", at, by="schedule")
            for number in range(held):
                session.add(held_record(run_id, f"{run_id}{number}", at))
            finish_run(session, run_id, state, reason=reason, counts={"listed": 4, "hold": held}, now=at)
            rows = session.scalars(select(Outbox).where(Outbox.id.not_in(before)).order_by(Outbox.id)).all()
            assert {row.kind for row in rows} <= {MAIL}
            return [dict(row.payload) for row in rows]

    return run


def held_record(run_id: str, record_id: str, at: datetime) -> HeldRecord:
    reasons = [
        {"code": "found_mobile_number", "severity": "hold", "subject": "13812345678", "count": 3},
        {"code": "column_open", "severity": "note", "subject": "x", "count": None},
    ]
    return HeldRecord(
        source_name="a",
        run_id=run_id,
        record_id=record_id,
        title="张三的名单",
        data_digest="d",
        page_digest="p",
        verdict_id="v",
        reasons=reasons,
        held_at=at,
    )


def test_a_source_that_fails_every_hour_is_told_of_first_then_daily_then_when_it_works(
    told: Callable[..., list[dict[str, Any]]],
) -> None:
    events = []
    for hour in range(50):
        mails = told(NOW + timedelta(hours=hour), "stopped", "source_ended")
        if mails:
            assert [mail["to"] for mail in mails] == list(PEOPLE)
            events.append((hour, mails[0]["events"], mails[0]["failures"]))
    assert events == [(0, ["failed"], 1), (23, ["failed"], 24), (46, ["failed"], 47)]
    mails = told(NOW + timedelta(hours=50))
    assert [(mail["events"], mail["failures"]) for mail in mails] == [(["recovered"], 50)] * 2
    assert told(NOW + timedelta(hours=51)) == []
    assert told(NOW + timedelta(hours=52), "stopped", "time_limit")[0]["events"] == ["failed"]


def test_one_mail_for_a_run_however_much_was_held(told: Callable[..., list[dict[str, Any]]]) -> None:
    mails = told(NOW, held=40)
    assert [(mail["to"], mail["held"], mail["waiting"]) for mail in mails] == [(name, 40, 40) for name in PEOPLE]
    assert mails[0]["reasons"] == [["found_mobile_number", 40]]
    assert told(NOW + timedelta(hours=1), held=2) == []
    (later, _) = told(NOW + timedelta(hours=24), held=1)
    assert (later["held"], later["waiting"]) == (3, 43), "what came meanwhile is not forgotten"


def test_a_failed_run_that_held_something_is_one_mail(told: Callable[..., list[dict[str, Any]]]) -> None:
    mails = told(NOW, "stopped", "source_ended", held=2)
    assert [mail["events"] for mail in mails] == [["failed", "held"]] * 2


@pytest.mark.parametrize("reason", ["worker_ended", "interrupted"])
def test_what_is_nobodys_fault_is_not_told(told: Callable[..., list[dict[str, Any]]], reason: str) -> None:
    assert told(NOW, "stopped", reason) == []


def test_no_value_no_title_and_no_text_of_an_error_is_in_a_row(told: Callable[..., list[dict[str, Any]]]) -> None:
    written = json.dumps(told(NOW, "stopped", "source_ended", held=3), ensure_ascii=False)
    assert "13812345678" not in written
    assert "张三" not in written


def test_withdrawals_do_not_touch_mail(
    told: Callable[..., list[dict[str, Any]]], database: Database, tmp_path: Any
) -> None:
    told(NOW, "stopped", "source_ended")
    assert purge_outbox(database, LocalStore(tmp_path / "store"), NOW) == 0
    with database.reading() as session:
        assert session.scalars(select(Outbox.done_at)).all() == [None, None]


def test_a_real_run_that_holds_records_writes_its_mail_in_the_same_transaction(
    make_harvested: Callable[..., Bench],
) -> None:
    bench = make_harvested(resources=4)
    bench.sample.control("rows", resource=first_published(bench), count=1)
    with bench.database.transaction() as session:
        set_schedule(session, "sample", "0 3 * * *", notify=PEOPLE[:1], now=NOW, zone=ZONE)
    report = bench.run()
    assert report.counts["hold"] > 0
    payloads = [json.loads(row.payload) for row in bench.rows("SELECT payload FROM outbox WHERE kind = 'mail'")]
    assert [(mail["events"], mail["run"]) for mail in payloads] == [(["held"], report.run_id)]
    assert payloads[0]["held"] == bench.scalar("SELECT count(*) FROM held_record WHERE state = 'waiting'")
    titles = [row.title for row in bench.rows("SELECT title FROM held_record")]
    assert not any(title in json.dumps(payloads, ensure_ascii=False) for title in titles)
