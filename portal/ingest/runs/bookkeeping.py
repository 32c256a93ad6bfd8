"""Bookkeeping of runs: one at a time for each source, with counters, errors and a sign of life.

A running row of `harvest_run` is the lock of its source. It is held by a process; who finds that process gone, or silent for
ten minutes on another host, closes the run and may open the next one. A process that was taken for dead and was not finds
its run closed in the transaction of its next record, and writes nothing more (`of_run`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.db import Database
from portal.ingest.errors import RunLost, RunUnknown, SourceBusy, SourceUnknown
from portal.ingest.models import HarvestRun, Source, SourceSchedule
from portal.ingest.runs.ending import finish_run
from portal.storage.workdirs import is_alive, process_holder

HEARTBEAT_EVERY = timedelta(seconds=30)
SILENT_AFTER = timedelta(minutes=10)
OVERDUE_AFTER = timedelta(minutes=2)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as people read it. `counts`: action → number, besides `listed`."""

    id: str
    source_name: str
    state: str
    counts: Mapping[str, int]
    errors: tuple[str, ...]
    started_by: str
    end_reason: str
    started_at: datetime
    finished_at: datetime | None


def start_run(session: Session, source_name: str, now: datetime, *, by: str = "person", holder: str = "") -> str:
    """Open a run and return its id. Raises SourceBusy when a living process runs this source already.

    Runs whose process is gone are closed as `killed` on the way. The time limit of the source's schedule holds for it.
    """
    if session.get(Source, source_name, with_for_update=True) is None:
        raise SourceUnknown(f"There is no source {source_name!r}; see `portal source list`.")
    close_dead_runs(session, now, source_name)
    running = select(HarvestRun).where(HarvestRun.source_name == source_name, HarvestRun.state == "running")
    if (run := session.scalars(running).first()) is not None:
        raise SourceBusy(
            f"Source {source_name!r} is being harvested already: run {run.id} since "
            f"{run.started_at:%Y-%m-%d %H:%M} UTC by {run.holder}. Wait for it, or stop that process."
        )
    schedule = session.get(SourceSchedule, source_name)
    run = HarvestRun(
        source_name=source_name,
        holder=holder or process_holder(),
        started_by=by,
        started_at=now,
        heartbeat_at=now,
        deadline_at=now + timedelta(seconds=schedule.time_limit_s) if schedule else None,
    )
    session.add(run)
    session.flush()
    return run.id


def adopt_run(session: Session, run_id: str, now: datetime) -> None:
    """Make this process the holder of a run that the worker opened for it. Raises RunLost when it was closed since."""
    adopted = (
        update(HarvestRun)
        .where(HarvestRun.id == run_id, HarvestRun.state == "running", HarvestRun.started_by == "schedule")
        .values(holder=process_holder(), heartbeat_at=now)
    )
    if session.connection().execute(adopted).rowcount != 1:
        raise RunLost


def close_dead_runs(session: Session, now: datetime, source_name: str | None = None) -> int:
    """Close the runs whose process is gone, of one source or of all; how many."""
    running = select(HarvestRun).where(HarvestRun.state == "running")
    if source_name:
        running = running.where(HarvestRun.source_name == source_name)
    closed = 0
    for run in session.scalars(running.execution_options(populate_existing=True)).all():
        if _lives(run, now):
            continue
        if _was_out_of_time(run):
            closed += finish_run(session, run.id, "stopped", reason="time_limit", now=now)
        else:
            closed += finish_run(session, run.id, "killed", reason="killed", now=now)
    return closed


def overdue_holders(session: Session, now: datetime) -> tuple[str, ...]:
    """The processes that started on a schedule and go on well after their time limit."""
    overdue = select(HarvestRun.holder).where(
        HarvestRun.state == "running",
        HarvestRun.started_by == "schedule",
        HarvestRun.holder != process_holder(),
        HarvestRun.deadline_at < now - OVERDUE_AFTER,
    )
    return tuple(session.scalars(overdue))


@contextmanager
def of_run(database: Database, run_id: str) -> Iterator[Session]:
    """A transaction that belongs to a run. Raises RunLost when the run is closed; nobody can close it until it ends."""
    with database.transaction() as session:
        state = session.scalar(select(HarvestRun.state).where(HarvestRun.id == run_id).with_for_update(read=True))
        if state != "running":
            raise RunLost
        yield session


@contextmanager
def beating(database: Database, run_id: str, now: Callable[[], datetime]) -> Iterator[None]:
    """A sign of life every 30 seconds while the block runs, however long one record takes."""
    stop = Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_EVERY.total_seconds()):
            try:
                with database.transaction() as session:
                    session.execute(
                        update(HarvestRun)
                        .where(HarvestRun.id == run_id, HarvestRun.state == "running")
                        .values(heartbeat_at=now())
                    )
            except SQLAlchemyError as error:  # the next beat may succeed; ten minutes without one give the run up
                _log.warning("heartbeat_failed", run=run_id, error=type(error).__name__)

    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def note_progress(session: Session, run_id: str, counts: Mapping[str, int], now: datetime) -> None:
    """Write the counters reached and a sign of life."""
    run = session.get_one(HarvestRun, run_id)
    run.counts, run.heartbeat_at = dict(counts), now


def get_run(session: Session, run_id: str) -> RunView:
    """Raises RunUnknown."""
    run = session.get(HarvestRun, run_id)
    if run is None:
        raise RunUnknown(f"There is no run {run_id!r}; see `portal harvest runs`.")
    return _view(run)


def list_runs(session: Session, source_name: str | None = None, limit: int = 20) -> tuple[RunView, ...]:
    """The newest runs first."""
    query = select(HarvestRun).order_by(HarvestRun.started_at.desc(), HarvestRun.id).limit(limit)
    if source_name:
        query = query.where(HarvestRun.source_name == source_name)
    return tuple(_view(run) for run in session.scalars(query))


def _lives(run: HarvestRun, now: datetime) -> bool:
    alive = is_alive(run.holder)
    return now - run.heartbeat_at < SILENT_AFTER if alive is None else alive


def _was_out_of_time(run: HarvestRun) -> bool:
    """Whether it gave its last sign of life when its time was up, so that it was ended for that and could not say so."""
    return run.deadline_at is not None and run.heartbeat_at + 2 * HEARTBEAT_EVERY >= run.deadline_at


def _view(run: HarvestRun) -> RunView:
    return RunView(
        id=run.id,
        source_name=run.source_name,
        state=run.state,
        counts=run.counts,
        errors=tuple(run.errors),
        started_by=run.started_by,
        end_reason=run.end_reason,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )
