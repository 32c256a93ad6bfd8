"""How far a job is, told to the catalogue while it is worked on, and whether it is still wanted.

A thread of its own does it: the job gives a sign of life also while the engine looks for an answer or a workbook is closed,
and whoever waits for it sees it go on. What a page cancels ends within some seconds.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.catalogue.commands import note_progress
from portal.db import Database
from portal.exports.spooling import Progress

_LOOK_S = 2.0
_log = structlog.get_logger(__name__)


class Watch:
    """What is known of the job at hand."""

    def __init__(self, database: Database, job_id: str, is_stopping: Callable[[], bool]) -> None:
        self._database, self._job_id, self._is_stopping = database, job_id, is_stopping
        self._last: Progress | None = None
        self._is_wanted = True

    def tell(self, progress: Progress) -> None:
        """How far it is now; written down at the next look."""
        self._last = progress

    def is_ended(self) -> bool:
        """Whether the work should end: the job was cancelled, or its data was withdrawn, or the worker is asked to stop."""
        return self._is_stopping() or not self._is_wanted

    def look(self) -> bool:
        """Write down how far the job is; whether it is still wanted."""
        last = self._last
        try:
            with self._database.transaction() as session:
                self._is_wanted = note_progress(
                    session,
                    self._job_id,
                    last.rows_done if last else 0,
                    datetime.now(UTC),
                    bytes_done=last.bytes_done if last else 0,
                    rows_total=last.rows_total or None if last else None,
                    share=last.share if last else None,
                )
        except SQLAlchemyError as error:  # a database that is away comes back
            _log.warning("progress_not_noted", job=self._job_id, why=type(error).__name__)
        return self._is_wanted


@contextmanager
def watched(database: Database, job_id: str, is_stopping: Callable[[], bool]) -> Iterator[Watch]:
    """The watch of a job, which looks every other second until the block ends."""
    watch, ended = Watch(database, job_id, is_stopping), threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_S):
            watch.look()

    looking = threading.Thread(target=look, name=f"watch-{job_id}", daemon=True)
    looking.start()
    try:
        yield watch
    finally:
        ended.set()
        looking.join()
