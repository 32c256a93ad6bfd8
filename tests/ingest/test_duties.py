"""The worker's duties: done without any bell, isolated from each other, ended by a signal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event

import pytest

from portal.catalogue.commands import request_export_job, withdraw_dataset
from portal.catalogue.views import Ref
from portal.ingest.duties import DUTIES, Duty, Hands
from portal.ingest.harvest import utc_now
from portal.kernel.principal import ANONYMOUS
from portal.settings import Settings
from portal.wiring import WorkerParts, worker_parts
from portal.worker import hands_of, work
from tests.ingest.conftest import Bench


@pytest.fixture
def worker(settings: Settings) -> Iterator[WorkerParts]:
    worker = worker_parts(settings)
    yield worker
    worker.parts.jobs.close()
    worker.parts.database.dispose()


def test_what_was_published_withdrawn_and_asked_for_is_done_without_any_bell(
    make_bench: Callable[..., Bench], worker: WorkerParts
) -> None:
    bench = make_bench(resources=4)
    bench.run()
    bench.workshop.jobs.wait(0)  # all bells are lost
    parts = bench.rows(
        "SELECT dataset_id, slug, blob_key FROM version_part WHERE kind = 'table' AND row_count > 0 ORDER BY dataset_id"
    )
    kept, gone = parts[0], parts[-1]
    assert kept.dataset_id != gone.dataset_id
    with bench.database.transaction() as session:
        job = request_export_job(session, ANONYMOUS, Ref(kept.dataset_id, 1), kept.slug, "xlsx")
        withdraw_dataset(session, gone.dataset_id, "测试撤回", "王签署", utc_now())
    stop = Event()
    hands = hands_of(worker, stop)
    for duty in DUTIES:
        duty.do(hands)
    assert bench.scalar("SELECT state FROM export_job WHERE id = :id", id=job.id) == "done"
    assert bench.scalar("SELECT count(*) FROM spooled_file WHERE format = 'xlsx'") == 1
    assert not worker.parts.store.exists(gone.blob_key)
    assert worker.parts.store.exists(kept.blob_key)
    assert bench.scalar("SELECT count(*) FROM dataset WHERE revision != indexed_revision") == 0
    assert worker.parts.search.compare().count == 0


def test_a_failing_duty_does_not_keep_the_others_from_their_work(worker: WorkerParts) -> None:
    stop, done = Event(), []

    def fail(hands: Hands) -> int:
        raise RuntimeError("this duty always fails")

    def succeed(hands: Hands) -> int:
        done.append("done")
        stop.set()
        return 1

    work(hands_of(worker, stop), stop, (Duty("bad", 60, fail), Duty("good", 60, succeed)))
    assert done == ["done"]


def test_a_bell_is_answered_before_the_interval_is_over(worker: WorkerParts) -> None:
    stop, calls = Event(), []

    def called(hands: Hands) -> int:
        calls.append(time.monotonic())
        if len(calls) == 1:
            hands.workshop.jobs.wake("exports")
        else:
            stop.set()
        return 0

    work(hands_of(worker, stop), stop, (Duty("exports", 3_600, called),))
    assert len(calls) == 2


def test_the_worker_process_ends_on_sigterm(bench: Bench, settings: Settings) -> None:
    environment = os.environ | {
        "PORTAL_VAR_DIR": str(settings.var_dir),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_QUARANTINE_KEY": settings.quarantine_key,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.worker"], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "worker_started" in line:
            break
    process.send_signal(signal.SIGTERM)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0
    assert "worker_stopped" in rest


def test_the_worker_says_that_the_database_must_be_migrated(settings: Settings, tmp_path: object) -> None:
    other = replace(settings, var_dir=settings.var_dir / "empty")
    other.var_dir.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "portal.worker"],
        env=os.environ | {"PORTAL_VAR_DIR": str(other.var_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "portal db migrate" in done.stderr
    assert "Traceback" not in done.stderr
