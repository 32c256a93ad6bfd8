"""Files made from tables: registering what was spooled, and the jobs that make the large ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import ExportJob
from portal.catalogue.versions import SpooledFile, Version
from portal.catalogue.views import Ref
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id

_ABANDONED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class JobView:
    """A file that is being made. `state`: waiting, running, done or failed; progress in rows."""

    id: str
    ref: Ref
    part: str
    format: str
    state: str
    rows_done: int
    rows_total: int
    error: str


def add_spooled_file(
    session: Session,
    ref: Ref,
    part: str,
    format_name: str,
    *,
    blob_key: str,
    sha256: str,
    size_bytes: int,
    media_type: str,
    extension: str,
    now: datetime,
) -> bool:
    """Register a file that was made, blob first; the first one stays. False when the version is gone meanwhile:

    then the caller deletes the blob it has put, unless something else refers to it (`purge.is_referenced`).
    """
    if ref.version is None:
        raise NotFound("A spooled file belongs to one version.")
    is_live = session.scalar(
        select(Version.number)
        .where(Version.dataset_id == ref.dataset_id, Version.number == ref.version, Version.redacted_at.is_(None))
        .with_for_update()
    )
    if is_live is None:
        return False
    key = {"dataset_id": ref.dataset_id, "version_number": ref.version, "part": part, "format": format_name}
    if session.get(SpooledFile, key) is None:
        session.add(
            SpooledFile(
                **key,
                blob_key=blob_key,
                sha256=sha256,
                size_bytes=size_bytes,
                media_type=media_type,
                extension=extension,
                made_at=now,
            )
        )
        session.flush()
    return True


def request_export_job(
    session: Session, ref: Ref, part: str, format_name: str, *, rows_total: int, now: datetime
) -> JobView:
    """Ask for a file: the job that waits or runs for it already, else a new one. Permission was asked by the caller."""
    if ref.version is None:
        raise NotFound("A file is made of one version.")
    query = select(ExportJob).where(
        ExportJob.dataset_id == ref.dataset_id,
        ExportJob.version_number == ref.version,
        ExportJob.part == part,
        ExportJob.format == format_name,
        ExportJob.state.in_(("waiting", "running")),
    )
    job = session.scalars(query.limit(1)).first()
    if job is None:
        job = ExportJob(
            id=new_id(),
            dataset_id=ref.dataset_id,
            version_number=ref.version,
            part=part,
            format=format_name,
            state="waiting",
            rows_done=0,
            rows_total=rows_total,
            error="",
            created_at=now,
        )
        session.add(job)
        session.flush()
    return _view(job)


def get_export_job(session: Session, job_id: str) -> JobView:
    """How far a job is. Raises NotFound; the door still asks `get_dataset` whether the dataset exists for the caller."""
    job = session.get(ExportJob, job_id)
    if job is None:
        raise NotFound(f"There is no export {job_id}.")
    return _view(job)


def take_export_job(session: Session, now: datetime) -> JobView | None:
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
    state = "failed" if error else "done"
    done = {"rows_done": ExportJob.rows_total} if not error else {}
    session.execute(
        update(ExportJob).where(ExportJob.id == job_id).values(state=state, error=error, finished_at=now, **done)
    )


def forget_export_jobs(session: Session, now: datetime, *, older_than: timedelta = timedelta(days=7)) -> None:
    """Remove finished jobs; the files they made stay."""
    session.execute(delete(ExportJob).where(ExportJob.finished_at < now - older_than))


def _view(job: ExportJob) -> JobView:
    return JobView(
        job.id,
        Ref(job.dataset_id, job.version_number),
        job.part,
        job.format,
        job.state,
        job.rows_done,
        job.rows_total,
        job.error,
    )
