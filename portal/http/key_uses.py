"""Counting what each key does, for the chart that its holder sees: in memory, and written late."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Flask, Response, current_app, g
from sqlalchemy.orm import Session

from portal.accounts.key_uses import Place, add_key_uses
from portal.http.context import parts
from portal.http.late_writing import LateWriter

_EXTENSION = "portal.key_uses"
Counts = tuple[int, int]
"""Requests, and how many of them were refused for want of budget."""


def install_key_counts(app: Flask) -> None:
    """Count every answer to a key once for each class that it was charged to."""

    @app.after_request
    def _count(response: Response) -> Response:
        caller = g.get("portal_principal")
        if caller is not None and caller.key_id is not None:
            today = datetime.now(UTC).date()
            for budget, decision in g.get("portal_decisions", {}).items():
                key_counts().add((caller.key_id, today, budget), (1, int(not decision.is_allowed)))
        return response


def key_counts() -> LateWriter[Place, Counts]:
    """The counts of this process that wait to be written."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, LateWriter):
        found = LateWriter("key-uses", parts().database, store=_store, merge=_sum)
        current_app.extensions[_EXTENSION] = found
    return found


def _store(session: Session, counts: Mapping[Place, Counts]) -> None:
    add_key_uses(session, counts, datetime.now(UTC))


def _sum(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1]
