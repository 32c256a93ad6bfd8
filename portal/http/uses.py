"""Noting that a dataset was used, for popularity: one caller, one dataset, one day, and nobody can be traced by it.

Notes wait in memory and are written late.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import current_app, request
from sqlalchemy.orm import Session

from portal.catalogue.commands import record_use
from portal.db import Database
from portal.http.context import parts, principal
from portal.http.late_writing import LateWriter
from portal.settings import site_secret

_EXTENSION = "portal.uses"
_ROBOT_WORDS = ("bot", "crawl", "spider", "slurp", "headlesschrome")
Use = tuple[str, date, str]
"""Dataset, day, and the caller of that day under a hash with the site's secret."""


class UseNotes(LateWriter[Use, None]):
    """The notes of one process, each use once."""

    def __init__(self, database: Database, secret: bytes) -> None:
        super().__init__("uses", database, store=_store, merge=lambda one, _: one)
        self._secret = secret

    def note(self, dataset_id: str, caller: str, day: date) -> None:
        """Remember one use."""
        hashed = hmac.new(self._secret, f"use\n{day.isoformat()}\n{caller}".encode(), hashlib.sha256).hexdigest()
        self.add((dataset_id, day, hashed), None)


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


def _store(session: Session, notes: Mapping[Use, None]) -> None:
    for dataset_id, day, caller in sorted(notes):
        record_use(session, dataset_id, caller, day)
