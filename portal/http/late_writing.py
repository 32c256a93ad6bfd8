"""What requests leave to be written: into memory at once, into the database by a background thread a few seconds later.

For notes that a request must never wait for and whose loss hurts nobody: a full memory or a busy database loses notes, never
requests. Not for anything that somebody relies on; that belongs into the request's own transaction.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.db import Database

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_log = structlog.get_logger(__name__)
_MOST_WAITING = 10_000
_PAUSE_S = 3.0


class LateWriter(Generic[K, V]):
    """Notes by key that wait to be written, those of a few seconds in one transaction of their own."""

    def __init__(
        self,
        name: str,
        database: Database,
        *,
        store: Callable[[Session, Mapping[K, V]], None],
        merge: Callable[[V, V], V],
    ) -> None:
        """`merge`: what two notes of one key are together. `name`: of the thread, and in the log where notes are lost."""
        self._name = name
        self._database = database
        self._store = store
        self._merge = merge
        self._waiting: dict[K, V] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._news = threading.Event()

    def add(self, key: K, value: V) -> None:
        """Remember one note; starts the writing thread at the first one (after any fork of the server)."""
        with self._lock:
            if key in self._waiting:
                self._waiting[key] = self._merge(self._waiting[key], value)
            elif len(self._waiting) < _MOST_WAITING:
                self._waiting[key] = value
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_forever, name=self._name, daemon=True)
                self._thread.start()
        self._news.set()

    def write(self) -> int:
        """Write what waits, in one transaction; returns for how many keys."""
        with self._lock:
            notes, self._waiting = self._waiting, {}
        if notes:
            with self._database.transaction() as session:
                self._store(session, notes)
        return len(notes)

    def _write_forever(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            threading.Event().wait(_PAUSE_S)
            try:
                self.write()
            except SQLAlchemyError as error:
                what = "Notes of a few seconds were not written."
                _log.warning("notes_lost", notes=self._name, why=type(error).__name__, what=what)
