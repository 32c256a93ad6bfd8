"""What only time does: deadlines that pass, approvals that lapse, grants that end soon or have ended, reports that are due.
Each is noted once. And what follows when a person deletes their account."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.grants.acts import CLOCK, Act, record_act
from portal.grants.applying import ACCEPTED_WITHIN, OPEN_STATES
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
    return len(noted) + _lapse(session, now) + _let_go(session, now)


def _lapse(session: Session, now: datetime) -> int:
    """Close approvals whose agreement nobody accepted in time; how many."""
    is_late = (Application.state == "approved", Application.decided_at < now - ACCEPTED_WITHIN)
    rows = session.scalars(select(Application).where(*is_late).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.state = "lapsed"
        record_act(session, row.id, Act.LAPSED, actor=CLOCK, now=now)
    return len(rows)


def _let_go(session: Session, now: datetime) -> int:
    """Erase the contact data of people who deleted their account, and close what was open; how many applications."""
    left = select(Account.id).where(Account.deleted_at.is_not(None))
    is_left = (Application.contact != "", Application.account_id.in_(left))
    rows = session.scalars(select(Application).where(*is_left).limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.contact = ""
        row.state = "withdrawn" if row.state in OPEN_STATES else row.state
        record_act(session, row.id, Act.LEFT, actor=CLOCK, now=now)
    return len(rows)


def _noted(act: Act, application_id: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return exists().where(ApplicationAct.application_id == application_id, ApplicationAct.act == act.value)
