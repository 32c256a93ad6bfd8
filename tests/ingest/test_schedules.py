"""When runs are due, and that each is started once: on SQLite and PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal.db import Database
from portal.db.migrating import migrate
from portal.ingest.errors import RunLost, ScheduleInvalid, SourceBusy, SourceUnknown
from portal.ingest.models import HarvestRun, Source, SourceSchedule
from portal.ingest.runs.bookkeeping import SILENT_AFTER, adopt_run, beating, close_dead_runs, get_run, of_run, start_run
from portal.ingest.runs.cron import next_times
from portal.ingest.runs.ending import finish_run
from portal.ingest.runs.schedules import Claimed, claim_due_run, list_schedules, set_schedule, turn_off
from portal.storage.workdirs import process_holder

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in Shanghai
ELSEWHERE = "another-host:17:4711"
GONE = process_holder().rsplit(":", 2)[0] + ":999999999:1"


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of each engine."""
    if request.param == "sqlite":
        url = request.getfixturevalue("settings").effective_database_url
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    migrate(database)
    yield database
    database.dispose()


def schedule(database: Database, name: str, expression: str = "0 * * * *", at: datetime = NOW) -> None:
    with database.transaction() as session:
        if session.get(Source, name) is None:
            session.add(Source(name=name, kind="folder", config={}, created_at=at))
            session.flush()
        set_schedule(session, name, expression, now=at, zone=ZONE)


def claim(database: Database, now: datetime, holder: str = "") -> Claimed | None:
    with database.transaction() as session:
        return claim_due_run(session, now, holder=holder or process_holder(), zone=ZONE)


def end(database: Database, run_id: str, now: datetime, state: str = "done", reason: str = "") -> None:
    with database.transaction() as session:
        assert finish_run(session, run_id, state, reason=reason, now=now)


def due_at(database: Database, name: str) -> datetime:
    with database.reading() as session:
        return session.get_one(SourceSchedule, name).next_run_at


def test_times_are_read_in_the_zone_of_the_site() -> None:
    assert next_times("30 2 * * *", NOW, ZONE, 2) == (
        datetime(2026, 11, 21, 18, 30, tzinfo=UTC),
        datetime(2026, 11, 22, 18, 30, tzinfo=UTC),
    )


def test_an_hour_that_the_clock_repeats_or_skips_has_one_run() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day in (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)):
        times = next_times("30 2 * * *", day, berlin, 3)
        assert len({at.astimezone(berlin).date() for at in times}) == 3


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("30 2 * *", "five fields"),
        ("0 30 2 * * *", "five fields"),
        ("61 2 * * *", "bad minute"),
        ("0 25 * * *", "bad hour"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("every night", "five fields"),
        ("", "five fields"),
        ("a b c d e", "bad minute"),
        ("0 0 " + ",".join("1" * 60) + " * *", "five fields"),
    ],
)
def test_an_expression_that_cannot_be_used_is_a_sentence(database: Database, expression: str, said: str) -> None:
    with pytest.raises(ScheduleInvalid, match=said):
        schedule(database, "a", expression)


@pytest.mark.parametrize(
    "address", ["nobody", "a@b", "a@b.cn\nBcc: c@d.cn", "a b@c.cn", "A <a@b.cn>", "a@b.cn, c@d.cn", "名@b.cn"]
)
def test_an_address_that_could_write_a_header_is_refused(database: Database, address: str) -> None:
    schedule(database, "a")
    with pytest.raises(ScheduleInvalid, match="not an e-mail address"), database.transaction() as session:
        set_schedule(session, "a", "0 * * * *", notify=[address], now=NOW, zone=ZONE)


def test_what_is_not_given_stays_as_it_was(database: Database) -> None:
    schedule(database, "a")
    with database.transaction() as session:
        set_schedule(session, "a", "0 3 * * *", time_limit_minutes=7, notify=["a@b.cn"], now=NOW, zone=ZONE)
        set_schedule(session, "a", "0 4 * * *", now=NOW, zone=ZONE)
    with database.reading() as session:
        (view,) = list_schedules(session, NOW)
    assert (view.expression, view.time_limit_minutes, view.notify) == ("0 4 * * *", 7, ("a@b.cn",))
    with pytest.raises(SourceUnknown), database.transaction() as session:
        set_schedule(session, "nobody", "0 4 * * *", now=NOW, zone=ZONE)


def test_what_was_missed_while_no_worker_was_there_runs_once(catalogue: Database) -> None:
    schedule(catalogue, "a", "*/5 * * * *")
    late = NOW + timedelta(days=3, minutes=1)
    claimed = claim(catalogue, late)
    assert claimed is not None
    assert claimed.due_at == NOW + timedelta(minutes=5)
    end(catalogue, claimed.run_id, late)
    assert claim(catalogue, late) is None
    assert due_at(catalogue, "a") == NOW + timedelta(days=3, minutes=5)


def test_whoever_waits_longest_comes_first(catalogue: Database) -> None:
    schedule(catalogue, "a-often", "* * * * *")
    schedule(catalogue, "b-daily", "10 12 * * *")
    now, order = NOW, []
    for _ in range(12):
        now += timedelta(minutes=1)
        if (claimed := claim(catalogue, now)) is not None:
            order.append(claimed.source_name)
            end(catalogue, claimed.run_id, now)
    assert "b-daily" in order[9:11], "at its minute or, behind what came due with it, at the next"


def test_two_workers_never_start_a_due_run_twice(catalogue: Database) -> None:
    names = [f"s{number}" for number in range(12)]
    for name in names:
        schedule(catalogue, name)
    late, together = NOW + timedelta(hours=2), Barrier(4)

    def work(_: int) -> list[str]:
        together.wait()
        found = []
        for _ in range(3 * len(names)):
            if (claimed := claim(catalogue, late)) is not None:
                found.append(claimed.source_name)
        return found

    with ThreadPoolExecutor(4) as pool:
        started = [name for found in pool.map(work, range(4)) for name in found]
    assert sorted(started) == sorted(names)


def test_a_schedule_and_a_person_at_the_same_moment_start_one_run(catalogue: Database) -> None:
    schedule(catalogue, "a")
    late, together = NOW + timedelta(hours=2), Barrier(2)

    def by_hand() -> bool:
        together.wait()
        try:
            with catalogue.transaction() as session:
                return bool(start_run(session, "a", late))
        except SourceBusy:
            return False

    def by_schedule() -> bool:
        together.wait()
        return claim(catalogue, late) is not None

    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(by_hand), pool.submit(by_schedule)]
        assert sum(one.result() for one in started) == 1


def test_the_database_itself_refuses_a_second_running_run(catalogue: Database) -> None:
    schedule(catalogue, "a")
    for state, fails in (("done", False), ("running", False), ("running", True)):
        row = HarvestRun(source_name="a", state=state, started_at=NOW, heartbeat_at=NOW)
        if fails:
            with pytest.raises(IntegrityError), catalogue.transaction() as session:
                session.add(row)
        else:
            with catalogue.transaction() as session:
                session.add(row)


def test_a_due_run_waits_for_the_one_that_a_person_started(catalogue: Database) -> None:
    schedule(catalogue, "a")
    late = NOW + timedelta(hours=2)
    with catalogue.transaction() as session:
        by_hand = start_run(session, "a", late)
    assert claim(catalogue, late) is None
    end(catalogue, by_hand, late)
    assert claim(catalogue, late) is not None


def test_a_schedule_that_is_off_starts_nothing(catalogue: Database) -> None:
    schedule(catalogue, "a")
    with catalogue.transaction() as session:
        turn_off(session, "a")
    assert claim(catalogue, NOW + timedelta(days=1)) is None
    with catalogue.reading() as session:
        (view,) = list_schedules(session, NOW)
    assert (view.state, view.next_run_at) == ("off", None)


def test_a_killed_run_is_due_again_soon_and_not_for_ever(catalogue: Database) -> None:
    schedule(catalogue, "a", "0 3 * * *")
    now = due_at(catalogue, "a")
    waits = []
    for _ in range(3):
        claimed = claim(catalogue, now, holder=GONE)
        assert claimed is not None
        with catalogue.transaction() as session:
            assert close_dead_runs(session, now) == 1
        waits.append(due_at(catalogue, "a") - now)
        now = due_at(catalogue, "a")
    assert waits[:2] == [timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[2] > timedelta(hours=20), "what kills it may be the run itself"
    with catalogue.reading() as session:
        assert claimed is not None
        assert get_run(session, claimed.run_id).state == "killed"


def test_a_run_that_lost_its_worker_is_due_again_at_once(catalogue: Database) -> None:
    schedule(catalogue, "a", "0 3 * * *")
    now = due_at(catalogue, "a")
    claimed = claim(catalogue, now)
    assert claimed is not None
    end(catalogue, claimed.run_id, now, "stopped", "worker_ended")
    assert due_at(catalogue, "a") == now


def test_a_run_on_another_host_is_given_up_after_ten_silent_minutes(catalogue: Database) -> None:
    schedule(catalogue, "a")
    with catalogue.transaction() as session:
        run_id = start_run(session, "a", NOW, holder=ELSEWHERE)
    almost = NOW + SILENT_AFTER - timedelta(seconds=1)
    with catalogue.transaction() as session:
        assert close_dead_runs(session, almost) == 0
    with pytest.raises(SourceBusy), catalogue.transaction() as session:
        start_run(session, "a", almost)
    with catalogue.transaction() as session:
        start_run(session, "a", NOW + SILENT_AFTER)
    with pytest.raises(RunLost), of_run(catalogue, run_id):
        pass
    with pytest.raises(RunLost), catalogue.transaction() as session:
        adopt_run(session, run_id, NOW)


def test_a_run_that_went_silent_at_its_time_limit_was_stopped_for_it(catalogue: Database) -> None:
    schedule(catalogue, "a", "0 3 * * *")
    now = due_at(catalogue, "a")
    claimed = claim(catalogue, now, holder=GONE)
    assert claimed is not None
    over = now + timedelta(seconds=claimed.time_limit_s)
    with catalogue.transaction() as session:
        session.execute(update(HarvestRun).values(heartbeat_at=over - timedelta(seconds=20)))
    with catalogue.transaction() as session:
        close_dead_runs(session, over + timedelta(hours=1))
    with catalogue.reading() as session:
        run = get_run(session, claimed.run_id)
    assert (run.state, run.end_reason) == ("stopped", "time_limit")
    assert "time limit" in run.errors[-1]


def test_a_run_is_closed_once(catalogue: Database) -> None:
    schedule(catalogue, "a")
    with catalogue.transaction() as session:
        run_id = start_run(session, "a", NOW)
        assert finish_run(session, run_id, "stopped", reason="time_limit", now=NOW)
        assert not finish_run(session, run_id, "done", now=NOW)
        assert get_run(session, run_id).state == "stopped"


def test_a_run_gives_signs_of_life_while_one_record_takes_long(
    catalogue: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.ingest.runs.bookkeeping.HEARTBEAT_EVERY", timedelta(milliseconds=20))
    schedule(catalogue, "a")
    with catalogue.transaction() as session:
        run_id = start_run(session, "a", NOW)
    later = NOW + timedelta(minutes=9)
    with beating(catalogue, run_id, lambda: later):
        for _ in range(500):
            with catalogue.reading() as session:
                if session.get_one(HarvestRun, run_id).heartbeat_at == later:
                    break
        else:
            pytest.fail("no sign of life")
