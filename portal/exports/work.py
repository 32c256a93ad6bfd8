"""What the worker does about files: makes those that were asked for, and keeps the spool within its size."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from portal.catalogue.commands import (
    finish_export_job,
    forget_catalogue_files,
    forget_export_jobs,
    forget_spooled_files,
    note_progress,
    return_export_job,
    shrink_spool,
    take_export_job,
)
from portal.catalogue.queries import open_version
from portal.catalogue.views import ExportJobView
from portal.db import Database
from portal.exports.questions import Clauses, ask
from portal.exports.spooling import Making, Progress, spool_file
from portal.exports.whole_catalogue import spool_catalogue
from portal.grants import granted_datasets
from portal.kernel.errors import PortalError
from portal.kernel.principal import Principal
from portal.settings import Settings
from portal.storage import BlobStore
from portal.storage.workdirs import process_holder
from portal.tables import RowEngine

ANSWER_TIMEOUT_S = 1_800.0
_LOOK_S = 2.0
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


class _Ended(Exception):
    """Nobody wants the file any more, or the worker was asked to end."""


def make_next_file(work: FileWork) -> bool:
    """Make the file of the next job; whether there was one. Whatever goes wrong with it, it never ends the worker."""
    with work.database.transaction() as session:
        job = take_export_job(session, datetime.now(UTC), process_holder())
    if job is None:
        return False
    watch = _Watch(work, job)
    log = _log.bind(job=job.id, dataset=job.dataset_id, part=job.part, format=job.format)
    error, size_bytes = "", 0
    try:
        size_bytes = _make(work, job, watch)
    except Exception as failure:
        if work.is_stopping():
            with work.database.transaction() as session:
                return_export_job(session, job.id)
            return True
        if isinstance(failure, _Ended) or not watch.is_wanted():
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


def _make(work: FileWork, job: ExportJobView, watch: "_Watch") -> int:
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
        on_progress=lambda done: watch.tell(done.rows_done, done),
        is_cancelled=lambda: work.is_stopping() or not watch.is_wanted(),
        answer_timeout_s=ANSWER_TIMEOUT_S,
    )
    made = spool_file(
        making,
        table,
        ref=job.ref,
        part=job.part,
        format_name=job.format,
        question=ask(Clauses.of(job.clauses), table.schema),
        max_rows=work.settings.xlsx_max_rows if job.format == "xlsx" else None,
    )
    return made.size_bytes


def _make_catalogue(work: FileWork, job: ExportJobView, watch: "_Watch") -> int:
    size = 0

    def tell(records: int, size_bytes: int) -> None:
        nonlocal size
        size = size_bytes
        watch.tell(records)

    base_url = work.settings.base_url
    spool_catalogue(work.database, work.store, job.format, base_url=base_url, work_dir=work.work_dir, on_progress=tell)
    return size


def _orderer(session: Session, job: ExportJobView) -> Principal:
    """Whoever asked for the file, with the grants of this moment."""
    if job.account_id is None:
        return Principal(caller="worker")
    grants = granted_datasets(session, job.account_id, datetime.now(UTC))
    return Principal(caller="worker", account_id=job.account_id, grants=grants)


class _Watch:
    """Tells how far a job is, every other second, and learns whether it is still wanted."""

    def __init__(self, work: FileWork, job: ExportJobView) -> None:
        self._work, self._job = work, job
        self._looked_at = 0.0
        self._is_wanted = True
        self._last: tuple[int, Progress | None] = (0, None)

    def tell(self, rows_done: int, progress: Progress | None = None) -> None:
        """Raises _Ended when the work should end."""
        self._last = (rows_done, progress)
        if self._work.is_stopping() or not self.is_wanted():
            raise _Ended

    def is_wanted(self) -> bool:
        """Whether the job is there still and not cancelled; asked of the database every other second."""
        now = monotonic()
        if self._is_wanted and now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            rows_done, progress = self._last
            with self._work.database.transaction() as session:
                self._is_wanted = note_progress(
                    session,
                    self._job.id,
                    rows_done,
                    datetime.now(UTC),
                    bytes_done=progress.bytes_done if progress else 0,
                    rows_total=progress.rows_total or None if progress else None,
                )
        return self._is_wanted


_FAULT = "The file could not be made; the operators have been told."
