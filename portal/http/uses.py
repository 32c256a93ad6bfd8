"""Noting that a dataset was used, for popularity: one caller, one dataset, one day, and nobody can be traced by it.

A request only puts a note into memory; a background thread writes the notes of a few seconds in one transaction of its own.
A full memory or a busy database loses notes, never requests.
"""

import hashlib
import hmac
import threading
from datetime import UTC, date, datetime

import structlog
from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from portal.catalogue.commands import record_use
from portal.db import Database
from portal.http.context import parts, principal
from portal.settings import site_secret

_log = structlog.get_logger()
_EXTENSION = "portal.uses"
_MOST_WAITING = 10_000
_PAUSE_S = 3.0
_ROBOT_WORDS = ("bot", "crawl", "spider", "slurp", "headlesschrome")


class UseNotes:
    """Notes waiting to be written: (dataset, day, caller), each once."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._waiting: set[tuple[str, date, str]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._news = threading.Event()

    def note(self, dataset_id: str, caller: str, day: date) -> None:
        """Remember one use; starts the writing thread at the first one (after any fork of the server)."""
        hashed = hmac.new(self._secret, f"use\n{day.isoformat()}\n{caller}".encode(), hashlib.sha256).hexdigest()
        with self._lock:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.add((dataset_id, day, hashed))
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_forever, name="use-notes", daemon=True)
                self._thread.start()
        self._news.set()

    def write(self) -> int:
        """Write what waits, in one transaction; returns how many notes."""
        with self._lock:
            notes, self._waiting = self._waiting, set()
        if notes:
            with self._database.transaction() as session:
                for dataset_id, day, caller in sorted(notes):
                    record_use(session, dataset_id, caller, day)
        return len(notes)

    def _write_forever(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            threading.Event().wait(_PAUSE_S)
            try:
                self.write()
            except SQLAlchemyError as error:
                _log.warning("uses_lost", why=type(error).__name__, what="Uses of a few seconds were not counted.")


def note_use(dataset_id: str) -> None:
    """Count this request as a use of the dataset, unless a robot sent it."""
    agent = request.user_agent.string.lower()
    if any(word in agent for word in _ROBOT_WORDS):
        return
    use_notes().note(dataset_id, principal().caller, datetime.now(UTC).date())


def use_notes() -> UseNotes:
    """The notes of this process."""
    notes = current_app.extensions.get(_EXTENSION)
    if not isinstance(notes, UseNotes):
        notes = current_app.extensions[_EXTENSION] = UseNotes(parts().database, site_secret(parts().settings))
    return notes
