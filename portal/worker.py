"""The worker process: drains the outbox, closes the index's difference, makes files, keeps house.

`python -m portal.worker` or `portal worker`. Any number may run; SIGTERM and SIGINT end it after the step at hand.
"""

import signal
import sys
import time
from collections.abc import Sequence
from threading import Event

import structlog

from portal.db.migrating import check_schema
from portal.ingest.duties import DUTIES, Duty, Hands
from portal.ingest.workshop import Workshop
from portal.kernel.errors import PortalError
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.wiring import WorkerParts, worker_parts

_LISTEN_S = 1.0
_log = structlog.get_logger(__name__)


def work(hands: Hands, stop: Event, duties: Sequence[Duty] = DUTIES) -> None:
    """Do what is due or asked for until `stop` is set. A duty that fails is logged and tried again at its time."""
    jobs = hands.workshop.jobs
    due = {duty.name: 0.0 for duty in duties}
    while not stop.is_set():
        now = time.monotonic()
        woken = jobs.wait(0.0 if min(due.values()) <= now else min(_LISTEN_S, min(due.values()) - now))
        for duty in duties:
            if stop.is_set():
                return
            if duty.name in woken or due[duty.name] <= time.monotonic():
                due[duty.name] = time.monotonic() + duty.every_s
                _do(duty, hands)


def _do(duty: Duty, hands: Hands) -> None:
    started = time.monotonic()
    try:
        done = duty.do(hands)
    except Exception:  # isolated: the other duties go on, and this one is tried again at its time
        _log.exception("duty_failed", duty=duty.name)
        return
    if done:
        _log.info("duty_done", duty=duty.name, count=done, seconds=round(time.monotonic() - started, 3))


def hands_of(worker: WorkerParts, stop: Event) -> Hands:
    """What duties work with, out of the worker's parts."""
    parts = worker.parts
    workshop = Workshop.of(
        parts.settings,
        database=parts.database,
        store=parts.store,
        quarantine=worker.quarantine,
        jobs=parts.jobs,
        client_for=worker.client_for,
    )
    return Hands(workshop, parts.search, parts.settings.xlsx_max_rows, stop.is_set)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Raises SchemaOutdated when the database must be migrated first."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = worker_parts(settings)
    try:
        check_schema(worker.parts.database)
        _log.info("worker_started")
        work(hands_of(worker, stop), stop)
    finally:
        worker.parts.jobs.close()
        worker.parts.database.dispose()
    _log.info("worker_stopped")


def main() -> int:
    """The process of `python -m portal.worker`."""
    try:
        settings = Settings.from_environment()
        set_up_logs(settings.log_level)
        run_worker(settings)
    except PortalError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
