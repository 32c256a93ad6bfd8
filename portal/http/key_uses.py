"""Counting what each key does, for the chart that its holder sees.

A request only adds to a count in memory; a background thread writes the counts of a few seconds in one transaction of its
own. A full memory or a busy database loses counts, never requests.
"""

import threading
from datetime import UTC, datetime

import structlog
from flask import Flask, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.key_uses import Place, add_key_uses
from portal.db import Database
from portal.http.context import parts

_log = structlog.get_logger(__name__)
_EXTENSION = "portal.key_uses"
_MOST_WAITING = 10_000
_PAUSE_S = 3.0


class KeyCounts:
    """Counts that wait to be written: (key, day, class) → requests and refusals."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[Place, tuple[int, int]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._news = threading.Event()

    def count(self, key_id: str, budget: str, *, is_refused: bool) -> None:
        """Add one request; starts the writing thread at the first one (after any fork of the server)."""
        place = (key_id, datetime.now(UTC).date(), budget)
        with self._lock:
            requests, refused = self._waiting.get(place, (0, 0))
            if place in self._waiting or len(self._waiting) < _MOST_WAITING:
                self._waiting[place] = (requests + 1, refused + is_refused)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_forever, name="key-counts", daemon=True)
                self._thread.start()
        self._news.set()

    def write(self) -> int:
        """Write what waits, in one transaction; returns how many counts."""
        with self._lock:
            counts, self._waiting = self._waiting, {}
        if counts:
            with self._database.transaction() as session:
                add_key_uses(session, counts, datetime.now(UTC))
        return len(counts)

    def _write_forever(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            threading.Event().wait(_PAUSE_S)
            try:
                self.write()
            except SQLAlchemyError as error:
                _log.warning("key_uses_lost", why=type(error).__name__, what="Uses of a few seconds were not counted.")


def install_key_counts(app: Flask) -> None:
    """Count every answer to a key once for each class that it was charged to."""

    @app.after_request
    def _count(response: Response) -> Response:
        caller = g.get("portal_principal")
        if caller is not None and caller.key_id is not None:
            for budget, decision in g.get("portal_decisions", {}).items():
                key_counts().count(caller.key_id, budget, is_refused=not decision.is_allowed)
        return response


def key_counts() -> KeyCounts:
    """The counts of this process."""
    counts = current_app.extensions.get(_EXTENSION)
    if not isinstance(counts, KeyCounts):
        counts = current_app.extensions[_EXTENSION] = KeyCounts(parts().database)
    return counts
