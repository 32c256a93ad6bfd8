"""Which mail the end of a run asks for: rows of the outbox, which the worker sends.

A row holds names, numbers and codes, which are put into words where it is sent: no value of the data, no title, no column,
no address of a source, no error's text. One mail for a run and an address, whatever happened in it.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.catalogue.models import MAIL, Outbox
from portal.ingest.models import HarvestRun, HeldRecord, SourceSchedule

TOLD_AGAIN_AFTER = timedelta(hours=23)  # daily, for a source whose schedule drifts by some minutes
_RECORDS = 2_000
_REASONS = 10


def write_notices(
    session: Session, schedule: SourceSchedule, run: HarvestRun, now: datetime, *, is_fault: bool
) -> None:
    """Remember what happened, and write a row for each address when it is time to tell.

    A fault is told of when it begins, then daily; the first run that reaches its end after it is told of too. Held records
    are told of at once, then daily for as long as new ones come.
    """
    held = select(func.count()).where(*_newly_held(run))
    schedule.held_untold += session.scalar(held) or 0
    events = _events(schedule, run, now, is_fault=is_fault)
    if not events or not schedule.notify:
        return
    content = _content(session, schedule, run)
    if "held" in events:
        schedule.held_told_at, schedule.held_untold = now, 0
    if "failed" in events:
        schedule.failure_told_at = now
    if "recovered" in events:
        schedule.failing_since, schedule.failures, schedule.failure_told_at = None, 0, None
    for address in schedule.notify:
        payload = {"to": address, "events": events, **content}
        session.add(Outbox(kind=MAIL, payload=payload, created_at=now, due_at=now))


def _events(schedule: SourceSchedule, run: HarvestRun, now: datetime, *, is_fault: bool) -> list[str]:
    events = []
    if is_fault:
        schedule.failing_since = schedule.failing_since or now
        schedule.failures += 1
        if _is_time(schedule.failure_told_at, now):
            events.append("failed")
    elif run.state == "done" and schedule.failing_since is not None:
        if schedule.failure_told_at is not None:
            events.append("recovered")
        else:
            schedule.failing_since, schedule.failures = None, 0
    if schedule.held_untold and (events or _is_time(schedule.held_told_at, now)):
        events.append("held")
    return events


def _is_time(told_at: datetime | None, now: datetime) -> bool:
    return told_at is None or now - told_at >= TOLD_AGAIN_AFTER


def _content(session: Session, schedule: SourceSchedule, run: HarvestRun) -> dict[str, Any]:
    waiting = select(func.count()).where(HeldRecord.source_name == run.source_name, HeldRecord.state == "waiting")
    return {
        "run": run.id,
        "source": run.source_name,
        "started_by": run.started_by,
        "state": run.state,
        "reason": run.end_reason,
        "counts": {name: count for name, count in run.counts.items() if count},
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else "",
        "time_limit_minutes": schedule.time_limit_s // 60,
        "failures": schedule.failures,
        "failing_since": schedule.failing_since.isoformat() if schedule.failing_since else "",
        "held": schedule.held_untold,
        "waiting": session.scalar(waiting) or 0,
        "reasons": _reasons(session, run),
    }


def _newly_held(run: HarvestRun) -> tuple[ColumnElement[bool], ...]:
    """What waits for a person since this run; what it held again, for the same digests, was told of before."""
    return (HeldRecord.run_id == run.id, HeldRecord.state == "waiting", HeldRecord.held_at >= run.started_at)


def _reasons(session: Session, run: HarvestRun) -> list[list[Any]]:
    """[code, number of records] of what was held in the run, the most frequent first."""
    held = session.scalars(select(HeldRecord.reasons).where(*_newly_held(run)).order_by(HeldRecord.id).limit(_RECORDS))
    codes: Counter[str] = Counter()
    for reasons in held:
        codes.update({str(reason["code"]) for reason in reasons if reason.get("severity") == "hold"})
    return [[code, count] for code, count in codes.most_common(_REASONS)]
