"""Bookkeeping of runs: one at a time for each source, with counters, errors and a sign of life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ingest.errors import RunUnknown, SourceBusy, SourceUnknown
from portal.ingest.models import HarvestRun, Source
from portal.ingest.workdirs import is_alive, process_holder

HEARTBEAT_EVERY = timedelta(seconds=30)
SILENT_AFTER = timedelta(minutes=10)
MAX_ERRORS = 200


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as people read it. `counts`: action → number, besides `listed`."""

    id: str
    source_name: str
    state: str
    counts: Mapping[str, int]
    errors: tuple[str, ...]
    started_at: datetime
    finished_at: datetime | None


def start_run(session: Session, source_name: str, now: datetime) -> str:
    """Open a run and return its id. Raises SourceBusy when a living process runs this source already.

    Runs whose process is gone are closed as `killed` on the way.
    """
    if session.get(Source, source_name, with_for_update=True) is None:
        raise SourceUnknown(f"There is no source {source_name!r}; see `portal source list`.")
    running = select(HarvestRun).where(HarvestRun.source_name == source_name, HarvestRun.state == "running")
    for run in session.scalars(running):
        if _lives(run, now):
            raise SourceBusy(
                f"Source {source_name!r} is being harvested already: run {run.id} since "
                f"{run.started_at:%Y-%m-%d %H:%M} UTC by {run.holder}. Wait for it, or stop that process."
            )
        run.state, run.finished_at = "killed", now
        run.errors = [*run.errors, "The process ended without closing the run; the next run goes on from there."]
    run = HarvestRun(source_name=source_name, holder=process_holder(), started_at=now, heartbeat_at=now)
    session.add(run)
    session.flush()
    return run.id


def note_progress(session: Session, run_id: str, counts: Mapping[str, int], now: datetime) -> None:
    """Write the counters reached and a sign of life."""
    run = session.get_one(HarvestRun, run_id)
    run.counts, run.heartbeat_at = dict(counts), now


def finish_run(
    session: Session, run_id: str, state: str, *, counts: Mapping[str, int], errors: tuple[str, ...], now: datetime
) -> None:
    """Close a run as `done`, `stopped` (the source ended it) or `failed` (we did)."""
    run = session.get_one(HarvestRun, run_id)
    run.state, run.counts, run.finished_at, run.heartbeat_at = state, dict(counts), now, now
    run.errors = list(errors[:MAX_ERRORS])


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


def _view(run: HarvestRun) -> RunView:
    return RunView(
        id=run.id,
        source_name=run.source_name,
        state=run.state,
        counts=run.counts,
        errors=tuple(run.errors),
        started_at=run.started_at,
        finished_at=run.finished_at,
    )
