"""Real children of a real worker: killed, hanging, slow, crashing; nothing runs twice and nothing settled is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from portal.ingest.conducting.running import run_harvest
from portal.ingest.harvest import Silence, utc_now
from portal.ingest.models import HarvestRun, Source, SourceSchedule
from portal.ingest.runs.ending import finish_run
from portal.ingest.runs.schedules import Claimed, claim_due_run, set_schedule
from portal.ingest.runs.supervising import Harvests
from portal.settings import Settings
from portal.storage.workdirs import is_alive, process_holder
from tests.ingest.conftest import Bench

ZONE = ZoneInfo("Asia/Shanghai")
_HANGS = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children and workers find this test's own directory."""
    monkeypatch.setenv("PORTAL_VAR_DIR", str(settings.var_dir))
    monkeypatch.setenv("PORTAL_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("PORTAL_QUARANTINE_KEY", settings.quarantine_key)


@pytest.fixture
def supervised(request: pytest.FixtureRequest, environment: None) -> Iterator[Callable[..., Harvests]]:
    """Makes Harvests whose children end with the test."""
    made: list[Harvests] = []

    def make(bench: Bench, **options: Any) -> Harvests:
        harvests = Harvests(bench.database, zone=ZONE, **({"at_once": 2, "grace_s": 1.0} | options))
        made.append(harvests)
        return harvests

    yield make
    for harvests in made:
        harvests.end()


def make_due(bench: Bench, name: str = "sample", *, limit_s: int = 600) -> None:
    """Give a source a nightly schedule that is due now."""
    with bench.database.transaction() as session:
        set_schedule(session, name, "30 2 * * *", now=utc_now(), zone=ZONE)
        session.execute(
            update(SourceSchedule)
            .where(SourceSchedule.source_name == name)
            .values(next_run_at=utc_now() - timedelta(minutes=1), time_limit_s=limit_s)
        )


def add_folder(bench: Bench, name: str, root: Path) -> None:
    """A source whose runs are over at once."""
    root.mkdir(parents=True, exist_ok=True)
    with bench.database.transaction() as session:
        session.add(Source(name=name, kind="folder", config={"root": str(root)}, created_at=utc_now()))


def runs(bench: Bench, name: str = "sample") -> list[tuple[str, str, str]]:
    rows = bench.rows(
        "SELECT state, end_reason, started_by FROM harvest_run WHERE source_name = :name ORDER BY started_at", name=name
    )
    return [tuple(row) for row in rows]


def until(harvests: Harvests | None, is_so: Callable[[], bool], *, seconds: float = 120) -> None:
    """Step until something is so."""
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, "it did not come to that"
        if harvests is not None:
            harvests.step()
        time.sleep(0.05)


def holder(bench: Bench) -> str:
    found = bench.scalar("SELECT holder FROM harvest_run WHERE source_name = 'sample' AND state = 'running'")
    return str(found or "")


def is_at_work(bench: Bench, but: str = "") -> bool:
    """Whether a child other than the process `but` holds the run and has settled something."""
    found = holder(bench)
    return bool(found) and f":{but or os.getpid()}:" not in found and settled(bench) > 0


def settled(bench: Bench) -> int:
    return int(bench.scalar("SELECT count(*) FROM source_record"))


def slow(bench: Bench) -> None:
    bench.sample.control("misbehave", kind="slow", place="rows", times=-1, value=0.4)


def calm(bench: Bench) -> None:
    bench.sample.control("reset", what=["misbehaviour"])


def pid_of(holder_name: str) -> int:
    return int(holder_name.rsplit(":", 2)[1])


def test_a_due_run_is_done_by_a_child_and_once(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]
) -> None:
    bench = make_bench(resources=3)
    make_due(bench)
    harvests = supervised(bench)
    until(harvests, lambda: runs(bench) != [] and harvests.running == 0)
    assert runs(bench) == [("done", "", "schedule")]
    harvests.wake()
    harvests.step()
    assert (harvests.running, len(runs(bench))) == (0, 1)
    assert bench.scalar("SELECT count(*) FROM dataset WHERE state = 'published'") > 0


def test_a_slow_source_is_stopped_at_its_limit_and_delays_no_other(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests], tmp_path: Path
) -> None:
    bench = make_bench(resources=12)
    bench.sample.control("misbehave", kind="slow", place="rows", times=-1, value=2.0)
    make_due(bench, limit_s=6)
    for number in range(3):
        add_folder(bench, f"quick{number}", tmp_path / f"quick{number}")
        make_due(bench, f"quick{number}")
    harvests = supervised(bench, at_once=2, grace_s=10.0)
    quick = "SELECT count(*) FROM harvest_run WHERE source_name LIKE 'quick%' AND state != 'running'"
    until(harvests, lambda: bench.scalar(quick) == 3 or runs(bench)[-1:] == [("stopped", "time_limit", "schedule")])
    until(harvests, lambda: harvests.running == 0)
    assert runs(bench) == [("stopped", "time_limit", "schedule")]
    assert bench.scalar(quick) == 3
    assert "time limit" in bench.scalar("SELECT errors FROM harvest_run WHERE source_name = 'sample'")
    kept = settled(bench)
    assert bench.scalar("SELECT count(*) FROM source_record WHERE is_missing") == 0, "nothing absent was judged"
    calm(bench)
    report = bench.run()
    assert report.state == "done"
    assert report.counts.get("unchanged", 0) <= kept


def test_a_run_that_ignores_the_signal_is_killed_and_told_as_stopped(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]
) -> None:
    bench = make_bench(resources=2)
    make_due(bench, limit_s=0)
    harvests = supervised(bench, command=lambda _: (sys.executable, "-c", _HANGS), grace_s=0.3)
    until(harvests, lambda: runs(bench) != [] and harvests.running == 0)
    assert runs(bench) == [("stopped", "time_limit", "schedule")]


@pytest.mark.parametrize("program", ["import os; os.abort()", "raise SystemExit(3)", "import os; os._exit(0)"])
def test_a_child_that_crashes_is_one_closed_run_and_no_more(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests], program: str
) -> None:
    bench = make_bench(resources=2)
    make_due(bench)
    harvests = supervised(bench, command=lambda _: (sys.executable, "-c", program))
    until(harvests, lambda: runs(bench) != [] and harvests.running == 0)
    assert runs(bench) == [("killed", "killed", "schedule")]
    again = bench.scalar("SELECT next_run_at FROM source_schedule")
    assert datetime.fromisoformat(str(again)).replace(tzinfo=utc_now().tzinfo) < utc_now() + timedelta(minutes=2)


def test_no_more_runs_at_a_time_than_configured(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests], tmp_path: Path
) -> None:
    bench = make_bench(resources=2)
    for number in range(5):
        add_folder(bench, f"s{number}", tmp_path / f"s{number}")
        make_due(bench, f"s{number}")
    gate = tmp_path / "open"
    waits = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.02)"
    harvests = supervised(bench, at_once=2, command=lambda _: (sys.executable, "-c", waits))
    running = "SELECT count(*) FROM harvest_run WHERE state = 'running'"
    for _ in range(20):
        harvests.wake()
        harvests.step()
        assert bench.scalar(running) <= 2
    assert bench.scalar(running) == harvests.running == 2
    gate.touch()
    until(harvests, lambda: bench.scalar("SELECT count(DISTINCT source_name) FROM harvest_run") == 5)


def test_the_child_is_killed_and_the_next_run_takes_over(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]
) -> None:
    bench = make_bench(resources=8)
    slow(bench)
    make_due(bench)
    later = timedelta(0)
    harvests = supervised(bench, now=lambda: utc_now() + later)
    until(harvests, lambda: is_at_work(bench))
    os.killpg(pid_of(holder(bench)), signal.SIGKILL)
    until(harvests, lambda: harvests.running == 0)
    assert runs(bench) == [("killed", "killed", "schedule")]
    calm(bench)
    later = timedelta(minutes=2)
    harvests.wake()
    until(harvests, lambda: len(runs(bench)) == 2 and harvests.running == 0)
    assert runs(bench)[-1] == ("done", "", "schedule")


def test_ending_the_worker_ends_its_runs_which_are_due_again(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]
) -> None:
    bench = make_bench(resources=8)
    slow(bench)
    make_due(bench)
    harvests = supervised(bench, grace_s=20.0)
    until(harvests, lambda: is_at_work(bench))
    process = holder(bench)
    harvests.end()
    assert is_alive(process) is False
    assert runs(bench) == [("stopped", "worker_ended", "schedule")]
    calm(bench)
    second = supervised(bench)
    until(second, lambda: len(runs(bench)) == 2 and second.running == 0)
    assert runs(bench)[-1] == ("done", "", "schedule")


def start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "portal.worker"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait(60)


@pytest.mark.slow
@pytest.mark.parametrize("with_child", [False, True], ids=["the worker", "the worker and the child"])
def test_after_a_kill_a_new_worker_takes_over_and_nothing_runs_twice_at_once(
    make_bench: Callable[..., Bench], environment: None, *, with_child: bool
) -> None:
    bench = make_bench(resources=8)
    slow(bench)
    make_due(bench)
    first = start_worker()
    try:
        until(None, lambda: is_at_work(bench, str(first.pid)))
        child = holder(bench)
        kill(first)
        if with_child:
            os.killpg(pid_of(child), signal.SIGKILL)
        until(None, lambda: is_alive(child) is False, seconds=60)
        if not with_child:
            assert runs(bench) == [("stopped", "worker_ended", "schedule")], "it ended itself and could say so"
        calm(bench)
    finally:
        kill(first)
    second = start_worker()
    try:
        if with_child:  # due again after a minute, which is not waited for here
            until(None, lambda: runs(bench) == [("killed", "killed", "schedule")], seconds=60)
            with bench.database.transaction() as session:
                session.execute(update(SourceSchedule).values(next_run_at=utc_now()))
        until(None, lambda: len(runs(bench)) == 2 and runs(bench)[-1][0] != "running")
    finally:
        kill(second, signal.SIGTERM)
    assert runs(bench)[-1] == ("done", "", "schedule")
    overlaps = (
        "SELECT count(*) FROM harvest_run a JOIN harvest_run b ON a.source_name = b.source_name AND a.id != b.id"
        " AND a.started_at <= b.started_at AND b.started_at < a.finished_at"
    )
    assert bench.scalar(overlaps) == 0


def test_a_run_that_was_taken_for_dead_writes_nothing_more(bench: Bench) -> None:
    class TakenOver(Silence):
        def settled(self, action: str, title: str) -> None:
            with bench.database.transaction() as session:
                run_id = bench.scalar("SELECT id FROM harvest_run WHERE state = 'running'")
                if run_id:
                    assert finish_run(session, run_id, "killed", reason="killed", now=utc_now())

    report = run_harvest(bench.workshop, "sample", progress=TakenOver())
    assert report.state == "killed"
    assert bench.scalar("SELECT count(*) FROM harvest_record") == 1
    assert bench.run().state == "done"


def test_a_run_by_hand_ends_on_sigterm_and_keeps_what_it_settled(
    make_bench: Callable[..., Bench], environment: None
) -> None:
    bench = make_bench(resources=8)
    slow(bench)
    command = [sys.executable, "-m", "portal.cli", "harvest", "run", "sample"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(None, lambda: settled(bench) > 0)
    finally:
        kill(process, signal.SIGTERM)
    assert process.returncode == 1
    assert runs(bench) == [("stopped", "interrupted", "person")]
    calm(bench)
    assert bench.run().counts["unchanged"] > 0


def test_a_stopped_run_that_no_worker_has_in_hand_is_killed_after_its_limit(
    make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]
) -> None:
    bench = make_bench(resources=2)
    make_due(bench)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        process.send_signal(signal.SIGSTOP)
        name = f"{process_holder().split(':')[0]}:{process.pid}:{Path(f'/proc/{process.pid}/stat').read_text().split()[21]}"
        with bench.database.transaction() as session:
            claimed = claim_due_run(session, utc_now(), holder=name, zone=ZONE)
        assert claimed is not None
        assert is_alive(name)
        later = timedelta(seconds=claimed.time_limit_s, minutes=1)
        harvests = supervised(bench, now=lambda: utc_now() + later)
        harvests.step()
        assert process.poll() is None, "not as long as it may end itself"
        later += timedelta(minutes=2)
        harvests.wake()
        harvests.step()
        assert process.wait(30) == -signal.SIGKILL
        harvests.wake()
        harvests.step()
        assert runs(bench)[0][0] in {"killed", "stopped"}
    finally:
        kill(process)


def test_a_claimed_run_knows_its_limit(make_bench: Callable[..., Bench], supervised: Callable[..., Harvests]) -> None:
    bench = make_bench(resources=1)
    make_due(bench, limit_s=77)
    seen: list[Claimed] = []

    def remember(claimed: Claimed) -> tuple[str, ...]:
        seen.append(claimed)
        return (sys.executable, "-c", "")

    harvests = supervised(bench, command=remember)
    until(harvests, lambda: len(seen) == 1 and harvests.running == 0)
    with bench.database.reading() as session:
        run = session.get_one(HarvestRun, seen[0].run_id)
    assert run.deadline_at == run.started_at + timedelta(seconds=77)
