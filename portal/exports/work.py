"""What the worker does about files: makes those that were asked for, and keeps the spool within its size."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from portal.catalogue.commands import (
    finish_export_job,
    forget_catalogue_files,
    forget_export_jobs,
    forget_spooled_files,
    return_export_job,
    shrink_spool,
    take_export_job,
)
from portal.catalogue.queries import open_version
from portal.catalogue.views import ExportJobView
from portal.db import Database
from portal.exports.errors import Cancelled
from portal.exports.questions import Clauses, ask
from portal.exports.spooling import Making, Progress, spool_file
from portal.exports.watching import Watch, watched
from portal.exports.whole_catalogue import spool_catalogue
from portal.grants import granted_datasets
from portal.kernel.errors import PortalError
from portal.kernel.principal import Principal
from portal.settings import Settings
from portal.storage import BlobStore
from portal.storage.workdirs import process_holder
from portal.tables import RowEngine

ANSWER_TIMEOUT_S = 1_800.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileWork:
    """What files are made with. `is_stopping`: whether the worker was asked to end."""

    settings: Settings
    database: Database
    store: BlobStore
    rows: RowEngine
    work_dir: Path
    is_stopping: Callable[[], bool] = lambda: False


def make_next_file(work: FileWork, *, with_long: bool = True) -> bool:
    """Make the file of the next job; whether there was one. Whatever goes wrong with it, it never ends the worker. Not
    `with_long`: of jobs that are short alone."""
    with work.database.transaction() as session:
        job = take_export_job(session, datetime.now(UTC), process_holder(), with_long=with_long)
    if job is None:
        return False
    log = _log.bind(job=job.id, dataset=job.dataset_id, part=job.part, format=job.format)
    error, size_bytes = "", 0
    with watched(work.database, job.id, work.is_stopping) as watch:
        try:
            size_bytes = _make(work, job, watch)
        except Exception as failure:
            if work.is_stopping():
                with work.database.transaction() as session:
                    return_export_job(session, job.id)
                return True
            if isinstance(failure, Cancelled) or not watch.look():
                log.info("export_ended", why="cancelled, or its data is public no more")
                return True
            if not isinstance(failure, PortalError):
                log.exception("export_failed")
            error = str(failure) if isinstance(failure, PortalError) else _FAULT
    with work.database.transaction() as session:
        finish_export_job(session, job.id, datetime.now(UTC), error=error, size_bytes=size_bytes)
    log.info("export_finished", error=error)
    return True


def keep_spool(work: FileWork) -> int:
    """Let go of files that have been kept for long enough, and of those unread for longest while there are too many."""
    now = datetime.now(UTC)
    with work.database.transaction() as session:
        forget_export_jobs(session, now)
        done = forget_spooled_files(session, now) + forget_catalogue_files(session, now)
        return done + shrink_spool(session, now, max_bytes=work.settings.spool_max_bytes)


def _make(work: FileWork, job: ExportJobView, watch: Watch) -> int:
    """Bytes of the file that was made. Access is asked for whoever ordered it, now, not when it was ordered."""
    if job.dataset_id is None:
        return _make_catalogue(work, job, watch)
    with work.database.reading() as session:
        table = open_version(session, _orderer(session, job), job.ref, job.part, work.store)
    making = Making(
        work.database,
        work.store,
        work.rows,
        work.work_dir,
        on_progress=watch.tell,
        is_cancelled=watch.is_ended,
        answer_timeout_s=ANSWER_TIMEOUT_S,
    )
    made = spool_file(
        making,
        table,
        ref=job.ref,
        part=job.part,
        format_name=job.format,
        question=ask(Clauses.of(job.clauses), table.schema),
    )
    return made.size_bytes


def _make_catalogue(work: FileWork, job: ExportJobView, watch: Watch) -> int:
    def tell(records: int, directory: Path) -> None:
        watch.tell(Progress(records, job.rows_total, min(1.0, records / max(1, job.rows_total)), directory))
        if watch.is_ended():
            raise Cancelled

    base_url = work.settings.base_url
    return spool_catalogue(
        work.database, work.store, job.format, base_url=base_url, work_dir=work.work_dir, on_progress=tell
    )


def _orderer(session: Session, job: ExportJobView) -> Principal:
    """Whoever asked for the file, with the grants of this moment."""
    if job.account_id is None:
        return Principal(caller="worker")
    grants = granted_datasets(session, job.account_id, datetime.now(UTC))
    return Principal(caller="worker", account_id=job.account_id, grants=grants)


_FAULT = "The file could not be made; the operators have been told."
