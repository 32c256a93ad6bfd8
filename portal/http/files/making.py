"""Making a file that is asked for and not there: once, whoever asks, and never so many that pages stop.

A table of up to `MAX_CELLS` is made while the caller waits (about a second for a million rows of 20 columns); longer ones
and formats that are slow to write are jobs. One maker for a file at a time on this machine (a file lock: other processes
and threads wait and then find the file); in one process at most `MAX_INSIDE` requests make or wait, of one caller as many as
`limits.CONCURRENCY` says; the others are asked to come again, so that threads stay free for everyone else.
"""

import fcntl
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from portal.catalogue.queries import find_file, open_version
from portal.catalogue.views import FileView, Ref
from portal.exports.questions import Question
from portal.exports.spooling import Making, spool_file
from portal.http.limits import leave_places, occupy
from portal.kernel.errors import NotFound, Unavailable
from portal.kernel.principal import Principal
from portal.limits import BudgetClass
from portal.storage import BlobNotFound
from portal.tables import ReadableTable
from portal.wiring import Parts

MAX_CELLS = 40_000_000
MAX_INSIDE = 3
ANSWER_TIMEOUT_S = 6.0
_LOCKS = 64
_WAIT_S = 20.0
_POLL_S = 0.02
_RETRY_AFTER_S = 3
_EXTENSION = "portal.downloads.maker"


class FileMaker:
    """The makers of one process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._inside = threading.BoundedSemaphore(MAX_INSIDE)
        self.work_dir = parts.settings.var_dir / "spool"

    def open_table(self, principal: Principal, ref: Ref, part: str) -> tuple[ReadableTable, Ref]:
        """The table to make a file from, and the pinned version it belongs to. Raises NotFound, Gone."""
        with self._parts.database.reading() as session:
            table = open_version(session, principal, ref, part, self._parts.store)
        dataset_id, _, number = table.version_key.rpartition("/")[0].partition("@v")
        return table, Ref(dataset_id, int(number))

    def make(  # noqa: PLR0917 - the file's whole name, and who asks
        self,
        principal: Principal,
        table: ReadableTable,
        ref: Ref,
        part: str,
        format_name: str,
        question: Question | None = None,
    ) -> FileView:
        """The file, made by this request or by the one that was first. Raises Unavailable when too many ask."""
        query = question.digest if question else ""
        with self.alone(f"{ref}/{part}.{format_name}?{query}"):
            found = self._find(principal, ref, part, format_name, query)
            if found is None or not self._is_whole(found):
                making = Making(
                    self._parts.database,
                    self._parts.store,
                    self._parts.rows,
                    self.work_dir,
                    answer_timeout_s=ANSWER_TIMEOUT_S,
                )
                spool_file(making, table, ref=ref, part=part, format_name=format_name, question=question)
                found = self._find(principal, ref, part, format_name, query)
        if found is None:
            raise NotFound("This file is not offered any more.")
        return found

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """The only maker of the file of this name, in one of the few places for makers. Raises Unavailable."""
        with self._place(), self._only_maker(name):
            yield

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of the few places for makers, and of this caller's. Raises Unavailable, and TooBusy for the caller's own."""
        if not self._inside.acquire(blocking=False):
            raise Unavailable("Several files are being made just now; yours is next.", retry_after_s=_RETRY_AFTER_S)
        try:
            occupy(BudgetClass.EXPORTS)
            yield
        finally:
            self._inside.release()
            leave_places()

    def _is_whole(self, file: FileView) -> bool:
        """Whether the store still has the file (a power failure may have lost it); a broken one is removed."""
        try:
            if self._parts.store.size_bytes(file.blob_key) == file.size_bytes:
                return True
        except BlobNotFound:
            return False
        self._parts.store.delete(file.blob_key)
        return False

    def _find(self, principal: Principal, ref: Ref, part: str, format_name: str, query: str) -> FileView | None:
        with self._parts.database.reading() as session:
            return find_file(session, principal, ref, part, format_name, query=query)

    @contextmanager
    def _only_maker(self, name: str) -> Iterator[None]:
        """Hold the lock of a file's name; names share a fixed number of locks. Raises Unavailable after a while."""
        slot = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest()) % _LOCKS
        path = _lock_path(self.work_dir, slot)
        deadline = time.monotonic() + _WAIT_S
        with path.open("ab") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Unavailable("This file is still being made.", retry_after_s=_RETRY_AFTER_S) from None
                    time.sleep(_POLL_S)
            yield


def _lock_path(work_dir: Path, slot: int) -> Path:
    directory = work_dir / "locks"
    directory.mkdir(parents=True, exist_ok=True)
    return directory / f"{slot:02d}.lock"


def is_quick(table: ReadableTable) -> bool:
    """Whether a table is small enough to make its file while the caller waits."""
    return cells_of(table) <= MAX_CELLS


def cells_of(table: ReadableTable) -> int:
    """How much of a table there is to read: rows times columns."""
    return table.row_count * max(1, len(table.schema.columns))


def file_maker(parts: Parts) -> FileMaker:
    """The maker of the running application."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, FileMaker):
        found = current_app.extensions[_EXTENSION] = FileMaker(parts)
    return found
