"""Files that take long: who asked for which, and how far it is.

The worker takes the jobs in lanes, so that a short one does not wait for a long one, and in each lane the next is of
the caller who was served longest ago, so that nobody waits for all that another has asked for. A job belongs to the process
that took it: when that process has died, the next worker takes the job again, a few times at most, since what kills a worker
once may kill it again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, delete, false, func, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from portal.catalogue.datasets import get_table_size
from portal.catalogue.files import KEPT_ANSWERS
from portal.catalogue.models import CatalogueFile, ExportJob
from portal.catalogue.reading import is_storable
from portal.catalogue.versions import SpooledFile
from portal.catalogue.views import ExportJobView, Ref
from portal.kernel.errors import InvalidInput, NotFound, Unavailable
from portal.kernel.ids import new_id
from portal.kernel.principal import Principal
from portal.storage.workdirs import is_alive

MAX_WAITING = 200
MAX_OPEN_PER_CALLER = 5
MAX_ATTEMPTS = 3
CATALOGUE_PART = "catalogue"
_ABANDONED = timedelta(minutes=5)  # a worker tells every other second that it is on the job
_OPEN = ("waiting", "running")
_KILLED = "The worker ended several times while it made this file. The operators can see why in its log."


def request_export_job(
    session: Session,
    principal: Principal,
    ref: Ref,
    part: str,
    format: str,  # noqa: A002 - the word of the address
    *,
    query: str = "",
    clauses: Mapping[str, str] | None = None,
    is_long: bool = False,
    now: datetime | None = None,
) -> ExportJobView:
    """Ask for a file of a table: the job that is on it already, else a new one (`is_new`). `query` is the digest of `clauses`,
    `is_long`: it goes into the lane of those that take long.

    Raises NotFound and Buried like `get_dataset`, and Unavailable when too many wait, of this caller or of all.
    """
    number, row_count = get_table_size(session, principal, ref, part)
    job = ExportJob(
        dataset_id=ref.dataset_id,
        version_number=number,
        part=part,
        format=format,
        query=query,
        clauses=dict(clauses or {}),
        is_long=is_long,
        rows_total=0 if query else row_count,
        share_done=None if query else 0.0,
    )
    return _joined(session, principal, job, _has_file(), now)


def request_catalogue_job(
    session: Session,
    principal: Principal,
    format: str,  # noqa: A002 - the word of the address
    *,
    rows_total: int,
    now: datetime | None = None,
) -> ExportJobView:
    """Ask for the whole catalogue as a file; as `request_export_job`. Raises Unavailable when too many wait."""
    job = ExportJob(
        dataset_id=None,
        version_number=0,
        part=CATALOGUE_PART,
        format=format,
        query="",
        clauses={},
        rows_total=rows_total,
        share_done=0.0,
    )
    return _joined(session, principal, job, false(), now)


def get_export_job(session: Session, principal: Principal, job_id: str) -> ExportJobView:
    """How far a job is. Raises NotFound and Buried, also when the caller may not read (any more) what it is made from."""
    job = _get_job(session, principal, job_id)
    view = _view(session, job)
    return replace(view, may_cancel=view.is_open and job.caller == principal.caller and not job.is_shared)


def cancel_export_job(session: Session, principal: Principal, job_id: str) -> None:
    """Let a job be; nothing happens to one that has ended. Raises NotFound, and InvalidInput when others wait for it."""
    job = _get_job(session, principal, job_id)
    if job.caller != principal.caller or job.is_shared:
        raise InvalidInput("Somebody else waits for this file too; it cannot be cancelled.", parameter="job_id")
    session.execute(update(ExportJob).where(ExportJob.id == job_id, _is_open()).values(is_cancelled=True))


def take_export_job(
    session: Session, now: datetime, holder: str = "", *, with_long: bool = True
) -> ExportJobView | None:
    """The next job to do, marked as running by `holder` (`storage.workdirs.process_holder`). None: nothing to do.

    `with_long`: long ones, and short ones where no long one waits; else short ones alone. Taken again is what gave no sign of
    life for some minutes, and at once what a process of this machine held that lives no more.
    """
    holders = session.scalars(select(ExportJob.holder).where(ExportJob.state == "running").distinct())
    dead = [name for name in holders if name.count(":") == 2 and is_alive(name) is False]
    is_free = or_(
        ExportJob.state == "waiting",
        (ExportJob.state == "running") & ((ExportJob.started_at < now - _ABANDONED) | ExportJob.holder.in_(dead)),
    )
    query = (
        select(ExportJob)
        .where(is_free, ExportJob.is_cancelled.is_(False))
        .where(true() if with_long else ExportJob.is_long.is_(False))
        .order_by(ExportJob.is_long.desc(), _served_at().nulls_first(), ExportJob.created_at, ExportJob.id)
        .limit(1)
    )
    while (job := session.scalars(query.with_for_update(skip_locked=True)).first()) is not None:
        job.attempts += 1
        if job.attempts <= MAX_ATTEMPTS:
            job.state, job.started_at, job.holder, job.rows_done, job.bytes_done = "running", now, holder, 0, 0
            job.share_done = None if job.query else 0.0
            session.flush()
            return _view(session, job)
        job.state, job.finished_at, job.error = "failed", now, _KILLED
        session.flush()
    return None


def note_progress(
    session: Session,
    job_id: str,
    rows_done: int,
    now: datetime,
    *,
    bytes_done: int = 0,
    rows_total: int | None = None,
    share: float | None = None,
) -> bool:
    """Write how far the job is, also the sign of life that keeps others from taking it; whether it is still wanted."""
    values: dict[str, object] = {
        "rows_done": rows_done,
        "bytes_done": bytes_done,
        "share_done": share,
        "started_at": now,
    }
    if rows_total is not None:
        values["rows_total"] = rows_total
    is_running = (ExportJob.id == job_id, ExportJob.state == "running", ExportJob.is_cancelled.is_(False))
    told = session.execute(update(ExportJob).where(*is_running).values(**values).returning(ExportJob.id))
    return told.first() is not None


def finish_export_job(session: Session, job_id: str, now: datetime, *, error: str = "", size_bytes: int = 0) -> None:
    """Mark an open job as done, or as failed when `error` says why."""
    done: dict[str, object] = {"state": "failed", "error": error} if error else {"state": "done", "error": ""}
    if not error:
        done |= {"rows_done": ExportJob.rows_total, "bytes_done": size_bytes, "share_done": 1.0}
    session.execute(update(ExportJob).where(ExportJob.id == job_id, _is_open()).values(finished_at=now, **done))


def return_export_job(session: Session, job_id: str) -> None:
    """Let somebody else make it: this worker is asked to end."""
    values = {
        "state": "waiting",
        "rows_done": 0,
        "bytes_done": 0,
        "share_done": None,
        "attempts": ExportJob.attempts - 1,
    }
    session.execute(update(ExportJob).where(ExportJob.id == job_id, ExportJob.state == "running").values(**values))


def forget_export_jobs(session: Session, now: datetime, *, older_than: timedelta = timedelta(days=7)) -> None:
    """Remove jobs that ended longer ago than that; the files they made stay."""
    is_over = (ExportJob.finished_at < now - older_than) | (
        ExportJob.is_cancelled & (ExportJob.created_at < now - older_than)
    )
    session.execute(delete(ExportJob).where(is_over))


def _joined(
    session: Session, principal: Principal, job: ExportJob, has_file: ColumnElement[bool], now: datetime | None
) -> ExportJobView:
    """The job that is on the same file already, else this one."""
    same = (
        ExportJob.dataset_id.is_(None) if job.dataset_id is None else ExportJob.dataset_id == job.dataset_id,
        ExportJob.version_number == job.version_number,
        ExportJob.part == job.part,
        ExportJob.format == job.format,
        ExportJob.query == job.query,
        _is_open() | ((ExportJob.state == "done") & has_file),
    )
    found = session.scalars(select(ExportJob).where(*same).order_by(ExportJob.created_at.desc()).limit(1)).first()
    if found is not None:
        if found.caller != principal.caller and not found.is_shared:
            session.execute(update(ExportJob).where(ExportJob.id == found.id).values(is_shared=True))
        return _view(session, found)
    _check_queue(session, principal)
    job.id, job.state, job.error, job.rows_done, job.bytes_done = new_id(), "waiting", "", 0, 0
    job.is_shared = job.is_cancelled = False
    job.caller, job.account_id, job.created_at = principal.caller, principal.account_id, now or datetime.now(UTC)
    session.add(job)
    session.flush()
    return replace(_view(session, job), is_new=True)


def _check_queue(session: Session, principal: Principal) -> None:
    mine = func.count().filter(ExportJob.caller == principal.caller)
    waiting = func.count().filter(ExportJob.state == "waiting")
    total, own = session.execute(select(waiting, mine).where(_is_open())).one()
    if total >= MAX_WAITING or own >= MAX_OPEN_PER_CALLER:
        raise Unavailable("Too many files are being made; ask again when some are ready.", retry_after_s=60)


def _get_job(session: Session, principal: Principal, job_id: str) -> ExportJob:
    job = session.get(ExportJob, job_id) if is_storable(job_id) else None
    if job is None:
        raise NotFound(f"There is no export {job_id[:40]} here.")
    if job.dataset_id is not None:
        get_table_size(session, principal, Ref(job.dataset_id, job.version_number), job.part)
    return job


def _served_at() -> ScalarSelect[datetime | None]:
    """When the caller of a job was served last."""
    other = aliased(ExportJob)
    served = select(func.max(other.started_at)).where(other.caller == ExportJob.caller).correlate(ExportJob)
    return served.scalar_subquery()


def _is_open() -> ColumnElement[bool]:
    return ExportJob.state.in_(_OPEN) & ExportJob.is_cancelled.is_(False)


def _has_file() -> ColumnElement[bool]:
    return (
        select(SpooledFile.blob_key)
        .where(
            SpooledFile.dataset_id == ExportJob.dataset_id,
            SpooledFile.version_number == ExportJob.version_number,
            SpooledFile.part == ExportJob.part,
            SpooledFile.format == ExportJob.format,
            SpooledFile.query == ExportJob.query,
        )
        .exists()
    )


def _view(session: Session, job: ExportJob) -> ExportJobView:
    state, kept_until = job.state, None
    if job.is_cancelled and state in _OPEN:
        state = "cancelled"
    if state == "done" and (job.query or job.dataset_id is None):
        kept_until = (job.finished_at or job.created_at) + KEPT_ANSWERS
        is_made = select(CatalogueFile.blob_key).where(CatalogueFile.format == ExportJob.format).exists()
        has_file = is_made if job.dataset_id is None else _has_file()
        if session.scalar(select(ExportJob.id).where(ExportJob.id == job.id, has_file)) is None:
            state = "expired"
    return ExportJobView(
        id=job.id,
        dataset_id=job.dataset_id,
        version_number=job.version_number,
        part=job.part,
        format=job.format,
        state=state,
        rows_done=job.rows_done,
        rows_total=job.rows_total,
        error=job.error,
        bytes_done=job.bytes_done,
        query=job.query,
        clauses=dict(job.clauses),
        account_id=job.account_id,
        kept_until=kept_until,
        share_done=1.0 if state == "done" else job.share_done,
    )
