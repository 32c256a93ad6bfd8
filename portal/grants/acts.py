"""The record of what was done with an application, append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.db import table_of
from portal.grants.models import ApplicationAct

CLOCK = "clock"


class Act(StrEnum):
    """What can be done with an application."""

    SUBMITTED = "submitted"
    WRITTEN = "written"  # a message
    WITHDRAWN = "withdrawn"  # by the applicant
    APPROVED = "approved"
    REFUSED = "refused"
    AGREED = "agreed"  # the agreement was accepted, the grant begins
    REVOKED = "revoked"
    REPORTED = "reported"
    LAPSED = "lapsed"  # approved, and the agreement was not accepted in time
    LEFT = "left"  # the account was deleted: what was open is closed, contact data are erased
    OVERDUE = "overdue"  # nobody decided in time
    ENDS_SOON = "ends_soon"
    ENDED = "ended"
    REPORT_DUE = "report_due"


@dataclass(frozen=True, slots=True)
class ActView:
    """One step."""

    act: str
    actor: str
    detail: Mapping[str, object]
    done_at: datetime


def record_act(
    session: Session,
    application_id: str,
    act: Act,
    *,
    actor: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Keep that it was done; the worker tells by mail whom it concerns."""
    values = {"application_id": application_id, "act": act.value, "actor": actor, "detail": dict(detail or {})}
    session.execute(insert(table_of(ApplicationAct)), values | {"done_at": now})


def list_acts(session: Session, application_id: str, limit: int = 200) -> tuple[ActView, ...]:
    """The steps of an application, the oldest first."""
    rows = session.execute(
        select(ApplicationAct.act, ApplicationAct.actor, ApplicationAct.detail, ApplicationAct.done_at)
        .where(ApplicationAct.application_id == application_id)
        .order_by(ApplicationAct.id)
        .limit(limit)
    )
    return tuple(ActView(*row) for row in rows)
