"""Files made from tables: registering what was spooled, and the jobs that make the large ones."""

from datetime import UTC, datetime, timedelta
from operator import eq

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from portal.access import can_read_rows, is_visible, narrower
from portal.catalogue.datasets import FOR_APPLICANTS, get_table_size
from portal.catalogue.models import Dataset, ExportJob, Outbox
from portal.catalogue.reading import is_storable, only_visible
from portal.catalogue.versions import SpooledFile, Version
from portal.catalogue.views import ExportJobView, Ref
from portal.catalogue.withdrawal import PURGE_BLOBS
from portal.db.locks import lock
from portal.kernel.errors import GrantNeeded, NotFound, Unavailable
from portal.kernel.ids import new_id
from portal.kernel.principal import Principal

MAX_WAITING = 200
MAX_WAITING_PER_CALLER = 5
_ABANDONED = timedelta(minutes=30)
_SPOOLED_KEY = (SpooledFile.dataset_id, SpooledFile.version_number, SpooledFile.part, SpooledFile.format)


def record_spooled_file(
    session: Session,
    *,
    dataset_id: str,
    version_number: int,
    part: str,
    format: str,  # noqa: A002 - the word of the address
    blob_key: str,
    sha256: str,
    size_bytes: int,
    now: datetime,
) -> None:
    """Register a file whose blob was put before; the first one stays.

    Raises NotFound when the version is not public any more: then the caller deletes the blob that it has put.
    """
    lock(session, f"dataset {dataset_id}")  # against a withdrawal that is under way
    is_live = session.scalar(
        only_visible(
            select(Version.number)
            .join(Dataset, Dataset.id == Version.dataset_id)
            .where(Version.dataset_id == dataset_id, Version.number == version_number)
            .where(Version.redacted_at.is_(None))
        )
    )
    if is_live is None:
        raise NotFound(f"{Ref(dataset_id, version_number)} is not public any more; its new file must go too.")
    key = {"dataset_id": dataset_id, "version_number": version_number, "part": part, "format": format}
    if session.get(SpooledFile, key) is None:
        made = SpooledFile(**key, blob_key=blob_key, sha256=sha256, size_bytes=size_bytes, made_at=now)
        session.add(made)
        session.flush()


def request_export_job(
    session: Session,
    principal: Principal,
    ref: Ref,
    part: str,
    format: str,  # noqa: A002 - the word of the address
    *,
    now: datetime | None = None,
) -> ExportJobView:
    """Ask for a file of a table: the job that is on it already, else a new one.

    Raises NotFound and Buried like `get_dataset`, and Unavailable when too many wait, of this caller or of all.
    """
    number, row_count = get_table_size(session, principal, ref, part)
    query = select(ExportJob).where(
        ExportJob.dataset_id == ref.dataset_id,
        ExportJob.version_number == number,
        ExportJob.part == part,
        ExportJob.format == format,
        ExportJob.state.in_(("waiting", "running")) | ((ExportJob.state == "done") & _has_file()),
    )
    job = session.scalars(query.order_by(ExportJob.created_at.desc()).limit(1)).first()
    if job is not None:
        return _view(job)
    _check_queue(session, principal)
    job = ExportJob(
        id=new_id(),
        dataset_id=ref.dataset_id,
        version_number=number,
        part=part,
        format=format,
        state="waiting",
        rows_done=0,
        rows_total=row_count,
        error="",
        caller=principal.caller,
        created_at=now or datetime.now(UTC),
    )
    session.add(job)
    session.flush()
    return _view(job)


def get_export_job(session: Session, principal: Principal, job_id: str) -> ExportJobView:
    """How far a job is. Raises NotFound, also when the dataset does not exist for the caller (any more)."""
    is_its_version = (Version.dataset_id == ExportJob.dataset_id) & (Version.number == ExportJob.version_number)
    query = (
        select(ExportJob, Dataset.state, Dataset.openness, Version.openness.label("version_openness"))
        .join(Dataset, Dataset.id == ExportJob.dataset_id)
        .join(Version, is_its_version)
    )
    row = session.execute(query.where(ExportJob.id == job_id)).one_or_none() if is_storable(job_id) else None
    if row is None or not is_visible(principal, row.state):
        raise NotFound(f"There is no export {job_id} here.")
    openness = narrower(row.openness, row.version_openness)
    if not can_read_rows(principal, openness, row.ExportJob.dataset_id):
        raise GrantNeeded(FOR_APPLICANTS, dataset_id=row.ExportJob.dataset_id)
    return _view(row.ExportJob)


def take_export_job(session: Session, now: datetime) -> ExportJobView | None:
    """The next job to do, marked as running; one that stood still for 30 minutes is taken again. None: nothing to do."""
    is_free = or_(
        ExportJob.state == "waiting", (ExportJob.state == "running") & (ExportJob.started_at < now - _ABANDONED)
    )
    query = select(ExportJob).where(is_free).order_by(ExportJob.created_at, ExportJob.id).limit(1)
    job = session.scalars(query.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    job.state, job.started_at, job.rows_done = "running", now, 0
    session.flush()
    return _view(job)


def note_progress(session: Session, job_id: str, rows_done: int, now: datetime) -> None:
    """Write how many rows are done; also the sign of life that keeps others from taking the job."""
    session.execute(update(ExportJob).where(ExportJob.id == job_id).values(rows_done=rows_done, started_at=now))


def finish_export_job(session: Session, job_id: str, now: datetime, *, error: str = "") -> None:
    """Mark a job as done, or as failed when `error` says why."""
    done: dict[str, object] = {"state": "failed", "error": error} if error else {"state": "done", "error": ""}
    if not error:
        done["rows_done"] = ExportJob.rows_total
    session.execute(update(ExportJob).where(ExportJob.id == job_id).values(finished_at=now, **done))


def forget_export_jobs(session: Session, now: datetime, *, older_than: timedelta = timedelta(days=7)) -> None:
    """Remove jobs that finished longer ago than that; the files they made stay."""
    session.execute(delete(ExportJob).where(ExportJob.finished_at < now - older_than))


def forget_spooled_files(
    session: Session, now: datetime, *, older_than: timedelta = timedelta(days=30), limit: int = 1_000
) -> int:
    """Let go of files made longer ago than that, which are made again when asked for; how many.

    Otherwise whoever asks for every format of every version once fills the store for good.
    """
    old = session.execute(
        select(*_SPOOLED_KEY, SpooledFile.blob_key)
        .where(SpooledFile.made_at < now - older_than)
        .order_by(SpooledFile.made_at)
        .limit(limit)
    ).all()
    for *key, _ in old:
        session.execute(delete(SpooledFile).where(*map(eq, _SPOOLED_KEY, key)))
    if old:
        payload = {"keys": sorted({row.blob_key for row in old})}
        session.add(Outbox(kind=PURGE_BLOBS, payload=payload, created_at=now))
    session.flush()
    return len(old)


def _check_queue(session: Session, principal: Principal) -> None:
    waiting = ExportJob.state == "waiting"
    mine = func.count().filter(ExportJob.caller == principal.caller)
    total, own = session.execute(select(func.count(), mine).where(waiting)).one()
    if total >= MAX_WAITING or own >= MAX_WAITING_PER_CALLER:
        raise Unavailable("Too many files are being made; ask again when some are ready.", retry_after_s=60)


def _has_file() -> ColumnElement[bool]:
    return (
        select(SpooledFile.blob_key)
        .where(
            SpooledFile.dataset_id == ExportJob.dataset_id,
            SpooledFile.version_number == ExportJob.version_number,
            SpooledFile.part == ExportJob.part,
            SpooledFile.format == ExportJob.format,
        )
        .exists()
    )


def _view(job: ExportJob) -> ExportJobView:
    return ExportJobView(
        job.id,
        job.dataset_id,
        job.version_number,
        job.part,
        job.format,
        job.state,
        job.rows_done,
        job.rows_total,
        job.error,
    )
