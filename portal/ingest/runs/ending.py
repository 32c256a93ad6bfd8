"""The one place that closes a run: its end, the schedule's next step and who is told, all in one transaction.

End reasons: `source_ended` (a bad signature, a dead host), `part_away` (of the portal), `time_limit`, `killed`, `worker_ended`
(the worker was stopped or killed), `interrupted` (a person, or a fault of ours), "" for a run that reached its end.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.ingest.models import HarvestRun, SourceSchedule
from portal.ingest.runs.notices import write_notices

MAX_ERRORS = 200
MAX_ATTEMPTS = 3
RETRY_FIRST = timedelta(minutes=1)
_NO_FAULT = frozenset({"worker_ended", "interrupted"})

WORDS = {
    "time_limit": "The run reached its time limit and was stopped; what it settled is kept, nothing absent was judged.",
    "killed": "The process ended without closing the run; the next run goes on from there.",
    "worker_ended": "The worker that started the run ended; the run goes on when a worker is there.",
    "interrupted": "The run was interrupted; the next run goes on from there.",
}


def finish_run(
    session: Session,
    run_id: str,
    state: str,
    *,
    reason: str = "",
    counts: Mapping[str, int] | None = None,
    errors: Sequence[str] = (),
    now: datetime,
) -> bool:
    """Close a run as `done`, `stopped` (from outside), `failed` (by us) or `killed`; False when it was closed before.

    `counts` None: those noted last stay.
    """
    run = session.get(HarvestRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state != "running":
        return False
    run.state, run.end_reason, run.finished_at = state, reason, now
    if counts is not None:
        run.counts, run.heartbeat_at = dict(counts), now
    told = [*errors, *([WORDS[reason]] if reason in WORDS else [])]
    run.errors = [*run.errors, *told][:MAX_ERRORS]
    schedule = session.get(SourceSchedule, run.source_name, with_for_update=True, populate_existing=True)
    if schedule is not None:
        _come_again(schedule, run, now)
        write_notices(session, schedule, run, now, is_fault=state != "done" and reason not in _NO_FAULT)
    session.flush()
    return True


def _come_again(schedule: SourceSchedule, run: HarvestRun, now: datetime) -> None:
    """A run that its schedule started and that was cut off is due again: at once, or after a wait when it was killed.

    After three killed starts in a row it waits for its next time: what kills it may well be the run itself.
    """
    if run.started_by != "schedule":
        return
    if run.end_reason == "worker_ended":
        schedule.next_run_at = min(schedule.next_run_at, now)
    elif run.end_reason == "killed" and schedule.attempts + 1 < MAX_ATTEMPTS:
        schedule.attempts += 1
        schedule.next_run_at = min(schedule.next_run_at, now + RETRY_FIRST * 2 ** (schedule.attempts - 1))
    else:
        schedule.attempts = 0
