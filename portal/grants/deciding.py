"""What reviewers do: ask, approve, refuse, revoke. Nobody decides about an application of their own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.gate.names import is_same_person
from portal.grants.acts import Act, record_act
from portal.grants.applying import add_message
from portal.grants.models import Application, Grant
from portal.kernel.errors import InvalidInput, NotFound

LONGEST_GRANT_DAYS = 730
LONGEST_REASON = 5_000


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides: a name that is kept, and the account where the person decides at a page."""

    name: str
    account_id: str | None = None


def write_as_reviewer(session: Session, application_id: str, reviewer: Reviewer, text: str, now: datetime) -> None:
    """Ask or answer the applicant. Raises NotFound, InvalidInput."""
    row = _get(session, application_id)
    _check_person(session, row, reviewer)
    add_message(session, row, author="reviewer", name=reviewer.name.strip()[:200], text=text, now=now)
    record_act(session, row.id, Act.WRITTEN, actor=_actor(reviewer), now=now)


def approve_application(
    session: Session, application_id: str, reviewer: Reviewer, *, days: int, reason: str, now: datetime
) -> None:
    """Say yes for so many days; the grant begins when the applicant accepts the agreement. Raises NotFound, InvalidInput."""
    if not 1 <= days <= LONGEST_GRANT_DAYS:
        raise InvalidInput(f"A grant lasts 1 to {LONGEST_GRANT_DAYS} days.", parameter="days")
    row = _decide(session, application_id, reviewer, "approved", reason=reason, now=now)
    row.days = days
    record_act(session, row.id, Act.APPROVED, actor=_actor(reviewer), now=now, detail={"days": days})


def refuse_application(
    session: Session, application_id: str, reviewer: Reviewer, *, reason: str, now: datetime
) -> None:
    """Say no, with a reason that the applicant reads. Raises NotFound, InvalidInput."""
    row = _decide(session, application_id, reviewer, "refused", reason=reason, now=now)
    record_act(session, row.id, Act.REFUSED, actor=_actor(reviewer), now=now)


def revoke_grant(session: Session, grant_id: str, reviewer: Reviewer, *, reason: str, now: datetime) -> None:
    """End a grant: with the commit no door gives its holder another row. Raises NotFound, InvalidInput."""
    grant = session.scalars(select(Grant).where(Grant.id == grant_id[:16]).with_for_update()).one_or_none()
    if grant is None:
        raise NotFound(f"There is no grant {grant_id[:16]!r}; `portal grant list` shows them.")
    told = _reason(reason)
    if not reviewer.name.strip():
        raise InvalidInput("A decision carries the name of who decides.", parameter="person")
    if grant.revoked_at is not None:
        raise InvalidInput("This grant was revoked already.", parameter="grant")
    grant.revoked_at, grant.revoked_by, grant.revoked_reason = now, reviewer.name.strip()[:200], told
    session.flush()
    detail = {"grant": grant.id}
    record_act(session, grant.application_id, Act.REVOKED, actor=_actor(reviewer), now=now, detail=detail)


def _decide(
    session: Session, application_id: str, reviewer: Reviewer, state: str, *, reason: str, now: datetime
) -> Application:
    row = _get(session, application_id)
    _check_person(session, row, reviewer)
    if row.state != "submitted":
        raise InvalidInput(f"This application is {row.state} already.", parameter="application")
    row.reason = _reason(reason)
    row.state, row.decided_by, row.decided_at = state, reviewer.name.strip()[:200], now
    session.flush()
    return row


def _check_person(session: Session, row: Application, reviewer: Reviewer) -> None:
    if not reviewer.name.strip():
        raise InvalidInput("A decision carries the name of who decides.", parameter="person")
    applicant = session.execute(select(Account.name, Account.email).where(Account.id == row.account_id)).one()
    is_own = reviewer.account_id == row.account_id or is_same_person(reviewer.name, applicant.name)
    if is_own or reviewer.name.strip().lower() == applicant.email:
        raise InvalidInput("Nobody decides about an application of their own.", parameter="person")


def _reason(reason: str) -> str:
    if not reason.strip() or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise InvalidInput("A decision carries a reason that the applicant reads.", parameter="reason")
    return reason.strip()


def _get(session: Session, application_id: str) -> Application:
    row = session.scalars(
        select(Application).where(Application.id == application_id[:16]).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no application {application_id[:16]!r}; `portal application list` shows them.")
    return row


def _actor(reviewer: Reviewer) -> str:
    return f"staff:{reviewer.name.strip()[:200]}"
