"""What only time does: deadlines that pass, grants that end soon or have ended, reports that are due. Each is noted once."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session

from portal.grants.acts import CLOCK, Act, record_act
from portal.grants.models import Application, ApplicationAct, Grant, UseReport

SOON = timedelta(days=14)
_AT_ONCE = 500


def note_what_is_due(session: Session, now: datetime) -> int:
    """Write an act for everything that came to be due; how many. Access ends by itself: doors compare the instants."""
    is_overdue = (Application.state == "submitted", Application.due_at < now, ~_noted(Act.OVERDUE, Application.id))
    overdue = session.scalars(select(Application.id).where(*is_overdue).limit(_AT_ONCE)).all()
    noted = [(Act.OVERDUE, one) for one in overdue]
    is_held = Grant.revoked_at.is_(None)
    has_report = exists().where(UseReport.grant_id == Grant.id)
    for act, condition in (
        (Act.ENDS_SOON, is_held & (Grant.until_at > now) & (Grant.until_at <= now + SOON)),
        (Act.ENDED, is_held & (Grant.until_at <= now)),
        (Act.REPORT_DUE, (Grant.until_at <= now) & ~has_report),
    ):
        query = select(Grant.application_id).where(condition, ~_noted(act, Grant.application_id))
        noted += [(act, one) for one in session.scalars(query.limit(_AT_ONCE))]
    for act, application_id in noted:
        record_act(session, application_id, act, actor=CLOCK, now=now)
    return len(noted)


def _noted(act: Act, application_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return exists().where(ApplicationAct.application_id == application_id, ApplicationAct.act == act.value)
