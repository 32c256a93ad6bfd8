"""Whom an act concerns: the applicant, or the people who decide. The worker asks and makes mail of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.grants.acts import Act
from portal.grants.models import Application, ApplicationAct
from portal.kernel.vocab import StaffRole

_TO_APPLICANT: Final = frozenset({
    Act.APPROVED, Act.REFUSED, Act.AGREED, Act.REVOKED, Act.LAPSED, Act.ENDS_SOON, Act.ENDED, Act.REPORT_DUE,
})  # fmt: skip
_TO_REVIEWERS: Final = frozenset({Act.SUBMITTED, Act.OVERDUE, Act.REPORTED})
_MOST_REVIEWERS = 50
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail to write. Nothing that a person wrote is in it: who is told reads that at the page."""

    act_id: int
    act: str
    application_id: str
    to: str
    language: str
    is_for_reviewer: bool


def take_notices(session: Session, now: datetime) -> tuple[Notice, ...]:
    """Mails about acts that nobody was told of yet; they count as told with the transaction."""
    rows = session.scalars(
        select(ApplicationAct)
        .where(ApplicationAct.told_at.is_(None))
        .order_by(ApplicationAct.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return ()
    of_these = Application.id.in_({row.application_id for row in rows})
    applicants = {
        found.id: found
        for found in session.execute(
            select(Application.id, Account.id.label("account_id"), Account.email, Account.language)
            .join(Account, Account.id == Application.account_id)
            .where(of_these)
        )
    }
    reviewers = _reviewers(session)
    notices = []
    for row in rows:
        row.told_at = now
        applicant = applicants[row.application_id]
        is_by_applicant = row.actor == f"account:{applicant.account_id}"
        if row.act in _TO_REVIEWERS or (row.act == Act.WRITTEN and is_by_applicant):
            notices += [
                Notice(row.id, row.act, row.application_id, email, language, is_for_reviewer=True)
                for email, language in reviewers
            ]
        elif applicant.email and (row.act in _TO_APPLICANT or row.act == Act.WRITTEN):
            told = (row.id, row.act, row.application_id, applicant.email, applicant.language)
            notices.append(Notice(*told, is_for_reviewer=False))
    session.flush()
    return tuple(notices)


def _reviewers(session: Session) -> tuple[tuple[str, str], ...]:
    query = (
        select(Account.email, Account.language)
        .where(Account.roles.contains(StaffRole.APPLICATION_REVIEWER.value, autoescape=True))
        .where(Account.disabled_at.is_(None), Account.email.is_not(None))
        .limit(_MOST_REVIEWERS)
    )
    return tuple((str(email), language) for email, language in session.execute(query))
