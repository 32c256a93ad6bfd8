"""Schedules: when a source is harvested, for how long at most, who is told; and which run is due now.

Claiming a due run and opening it is one transaction, so that any number of workers start it once. What came due while no
worker was there comes once: the next time is counted from now, not from the time that was missed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from portal.ingest.errors import ScheduleInvalid, SourceBusy, SourceUnknown
from portal.ingest.models import HarvestRun, Source, SourceSchedule
from portal.ingest.runs.bookkeeping import start_run
from portal.ingest.runs.cron import checked_expression, next_times

DEFAULT_LIMIT_MINUTES = 240
MAX_LIMIT_MINUTES = 7 * 24 * 60
MAX_ADDRESSES = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as people read it, with the source's last run. `state`: on | off | due | running | failing."""

    source_name: str
    expression: str
    time_limit_minutes: int
    notify: tuple[str, ...]
    next_run_at: datetime | None
    state: str
    last_run_at: datetime | None
    last_run_state: str
    last_run_reason: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that this worker has opened and must start. `due_at`: when it came due."""

    run_id: str
    source_name: str
    time_limit_s: int
    due_at: datetime


def set_schedule(
    session: Session,
    source_name: str,
    expression: str,
    *,
    time_limit_minutes: int | None = None,
    notify: Sequence[str] | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[datetime, ...]:
    """Set a source's schedule, or change it, and return the next three run times.

    None keeps the limit and the addresses that were there. Raises SourceUnknown, ScheduleInvalid.
    """
    if session.get(Source, source_name) is None:
        raise SourceUnknown(f"There is no source {source_name!r}; see `portal source list`.")
    plain = checked_expression(expression, now, zone)
    if time_limit_minutes is not None and not 1 <= time_limit_minutes <= MAX_LIMIT_MINUTES:
        raise ScheduleInvalid(
            f"A time limit is 1 to {MAX_LIMIT_MINUTES} minutes, not {time_limit_minutes}.", parameter="time-limit"
        )
    addresses = None if notify is None else _checked_addresses(notify)
    times = next_times(plain, now, zone, 3)
    schedule = session.get(SourceSchedule, source_name, with_for_update=True)
    if schedule is None:
        schedule = SourceSchedule(source_name=source_name, time_limit_s=60 * DEFAULT_LIMIT_MINUTES, notify=[])
        session.add(schedule)
    schedule.expression, schedule.is_on, schedule.next_run_at, schedule.attempts = plain, True, times[0], 0
    if time_limit_minutes is not None:
        schedule.time_limit_s = 60 * time_limit_minutes
    if addresses is not None:
        schedule.notify = addresses
    session.flush()
    return times


def turn_off(session: Session, source_name: str) -> None:
    """Start no more runs of a source; its expression, limit and addresses stay. A run that goes on is not ended.

    Raises SourceUnknown, ScheduleInvalid when it has no schedule.
    """
    if session.get(Source, source_name) is None:
        raise SourceUnknown(f"There is no source {source_name!r}; see `portal source list`.")
    schedule = session.get(SourceSchedule, source_name, with_for_update=True)
    if schedule is None:
        raise ScheduleInvalid(f"Source {source_name!r} has no schedule.", parameter="off")
    schedule.is_on = False
    session.flush()


def list_schedules(session: Session, now: datetime, limit: int = 500) -> tuple[ScheduleView, ...]:
    """Every schedule with the last run of its source, those that come next first."""
    later = aliased(HarvestRun)
    is_last = ~exists().where(later.source_name == HarvestRun.source_name, later.started_at > HarvestRun.started_at)
    rows = session.execute(
        select(SourceSchedule, HarvestRun)
        .outerjoin(HarvestRun, (HarvestRun.source_name == SourceSchedule.source_name) & is_last)
        .order_by(SourceSchedule.is_on.desc(), SourceSchedule.next_run_at, SourceSchedule.source_name, HarvestRun.id)
        .limit(limit)
    )
    views = {schedule.source_name: _view(schedule, run, now) for schedule, run in rows}
    return tuple(views.values())


def claim_due_run(session: Session, now: datetime, *, holder: str, zone: ZoneInfo) -> Claimed | None:
    """Open the run that is due longest and say which it is; None when none is due, or those that are run already.

    Whoever has waited longest comes first, so that a source with many runs cannot keep another from its own.
    """
    is_running = exists().where(HarvestRun.source_name == SourceSchedule.source_name, HarvestRun.state == "running")
    is_due = (SourceSchedule.is_on, SourceSchedule.next_run_at <= now, ~is_running)
    names = session.scalars(
        select(SourceSchedule.source_name)
        .where(*is_due)
        .order_by(SourceSchedule.next_run_at, SourceSchedule.source_name)
        .limit(_CANDIDATES)
    ).all()
    for name in names:
        # The source first, as `start_run` does; one that another worker has in hand is its business.
        mine = select(Source.name).where(Source.name == name).with_for_update(skip_locked=True)
        if session.scalar(mine) is None:
            continue
        schedule = session.get_one(SourceSchedule, name, with_for_update=True, populate_existing=True)
        if not schedule.is_on or schedule.next_run_at > now:
            continue
        try:
            run_id = start_run(session, name, now, by="schedule", holder=holder)
        except SourceBusy:
            continue
        due_at, times = schedule.next_run_at, next_times(schedule.expression, now, zone, 1)
        schedule.next_run_at, schedule.is_on = (times[0], True) if times else (due_at, False)
        session.flush()
        return Claimed(run_id, name, schedule.time_limit_s, due_at)
    return None


def is_anything_open(session: Session, now: datetime) -> bool:
    """Whether a run is due or going on; asked first, because it needs no write."""
    is_due = exists().where(SourceSchedule.is_on, SourceSchedule.next_run_at <= now)
    return bool(session.scalar(select(or_(is_due, exists().where(HarvestRun.state == "running")))))


def time_limit_of(session: Session, source_name: str) -> int | None:
    """Seconds that a run of the source may take; None without a schedule."""
    return session.scalar(select(SourceSchedule.time_limit_s).where(SourceSchedule.source_name == source_name))


def _checked_addresses(addresses: Sequence[str]) -> list[str]:
    plain = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if len(plain) > MAX_ADDRESSES:
        raise ScheduleInvalid(f"At most {MAX_ADDRESSES} addresses are told of a source.", parameter="notify")
    for address in plain:
        if len(address) > 254 or not _ADDRESS.fullmatch(address):
            raise ScheduleInvalid(
                f"{address[:80]!r} is not an e-mail address such as name@example.cn.", parameter="notify"
            )
    return plain


def _view(schedule: SourceSchedule, run: HarvestRun | None, now: datetime) -> ScheduleView:
    state = "on"
    if not schedule.is_on:
        state = "off"
    elif run is not None and run.state == "running":
        state = "running"
    elif schedule.next_run_at <= now:
        state = "due"
    elif schedule.failing_since is not None:
        state = "failing"
    return ScheduleView(
        source_name=schedule.source_name,
        expression=schedule.expression,
        time_limit_minutes=schedule.time_limit_s // 60,
        notify=tuple(schedule.notify),
        next_run_at=schedule.next_run_at if schedule.is_on else None,
        state=state,
        last_run_at=run.started_at if run else None,
        last_run_state=run.state if run else "",
        last_run_reason=run.end_reason if run else "",
    )
