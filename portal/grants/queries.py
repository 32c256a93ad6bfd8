"""Applications and grants as people and doors see them. Every list is bounded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.grants.acts import ActView, list_acts
from portal.grants.applying import OPEN_STATES, own_account
from portal.grants.models import Application, ApplicationMessage, Grant, UseReport
from portal.kernel.errors import NotFound
from portal.kernel.principal import Principal

MOST = 500
_GRANTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant. `state`: held, ended or revoked, at the instant it was asked for."""

    id: str
    application_id: str
    account_id: str
    dataset_id: str
    from_at: datetime
    until_at: datetime
    report_due_at: datetime
    revoked_at: datetime | None
    revoked_reason: str
    state: str
    reports: int


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """What a list shows of an application."""

    id: str
    account_id: str
    dataset_id: str
    organisation: str
    state: str
    submitted_at: datetime
    due_at: datetime
    decided_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a thread."""

    author: str
    name: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a grantee said came of the data."""

    text: str
    links: tuple[str, ...]
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """One application, whole."""

    line: ApplicationLine
    terms: str
    contact: str
    purpose: str
    scenario: str
    retention: str
    safeguards: str
    decided_by: str
    reason: str
    days: int | None
    agreement_number: int | None
    agreed_at: datetime | None
    messages: tuple[MessageView, ...]
    acts: tuple[ActView, ...]
    grant: GrantView | None
    reports: tuple[ReportView, ...]


def granted_datasets(session: Session, account_id: str, now: datetime) -> frozenset[str]:
    """Ids of the datasets whose rows the account may read at this instant; one statement."""
    query = (
        select(Grant.dataset_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.account_id == account_id, Grant.until_at > now, Grant.from_at <= now, Grant.revoked_at.is_(None))
        .where(Account.disabled_at.is_(None), Account.deleted_at.is_(None))
    )
    return frozenset(session.scalars(query.limit(_GRANTED_AT_ONCE)))


def list_own(session: Session, principal: Principal, now: datetime) -> tuple[ApplicationLine, ...]:
    """The caller's applications, the newest first. Raises NotFound without an account."""
    query = _lines().where(Application.account_id == own_account(principal)).order_by(Application.submitted_at.desc())
    return tuple(_line(row, now) for row in session.execute(query.limit(MOST)))


def list_applications(session: Session, now: datetime, *, is_open: bool = True) -> tuple[ApplicationLine, ...]:
    """For reviewers: what waits for a decision, the nearest deadline first; not `is_open`: all, the newest first."""
    query = _lines()
    if is_open:
        query = query.where(Application.state == "submitted").order_by(Application.due_at, Application.id)
    else:
        query = query.order_by(Application.submitted_at.desc(), Application.id)
    return tuple(_line(row, now) for row in session.execute(query.limit(MOST)))


def list_grants(session: Session, now: datetime, *, principal: Principal | None = None) -> tuple[GrantView, ...]:
    """Grants, the next to end last; `principal`: the caller's own."""
    query = _grants().order_by(Grant.until_at.desc(), Grant.id)
    if principal is not None:
        query = query.where(Grant.account_id == own_account(principal))
    return tuple(_grant(row, now) for row in session.execute(query.limit(MOST)))


def find_open(session: Session, principal: Principal, dataset_id: str) -> str | None:
    """The id of the caller's open application for a dataset."""
    if principal.account_id is None:
        return None
    of_caller = (Application.account_id == principal.account_id, Application.dataset_id == dataset_id)
    return session.scalar(select(Application.id).where(*of_caller, Application.state.in_(OPEN_STATES)).limit(1))


def get_own(session: Session, principal: Principal, application_id: str, now: datetime) -> ApplicationView:
    """One of the caller's applications. Raises NotFound, for another person's as well."""
    return _whole(session, application_id, now, Application.account_id == own_account(principal))


def get_application(session: Session, application_id: str, now: datetime) -> ApplicationView:
    """One application, for reviewers. Raises NotFound."""
    return _whole(session, application_id, now)


def _whole(session: Session, application_id: str, now: datetime, *of: Any) -> ApplicationView:
    row = None
    if "\x00" not in application_id:
        row = session.scalars(select(Application).where(Application.id == application_id[:16], *of)).one_or_none()
    if row is None:
        raise NotFound(f"There is no application {application_id[:16]!r} here.")
    messages = session.scalars(
        select(ApplicationMessage)
        .where(ApplicationMessage.application_id == row.id)
        .order_by(ApplicationMessage.id)
        .limit(MOST)
    )
    granted = session.execute(_grants().where(Grant.application_id == row.id)).one_or_none()
    reports = session.scalars(
        select(UseReport)
        .join(Grant, Grant.id == UseReport.grant_id)
        .where(Grant.application_id == row.id)
        .order_by(UseReport.reported_at)
        .limit(MOST)
    )
    return ApplicationView(
        line=_line(row, now),
        **{name: getattr(row, name) for name in _SAME},
        messages=tuple(MessageView(one.author, one.name, one.text, one.sent_at) for one in messages),
        acts=list_acts(session, row.id),
        grant=_grant(granted, now) if granted else None,
        reports=tuple(ReportView(one.text, tuple(one.links.splitlines()), one.reported_at) for one in reports),
    )


_SAME = (
    "terms", "contact", "purpose", "scenario", "retention", "safeguards", "decided_by", "reason", "days",
    "agreement_number", "agreed_at",
)  # fmt: skip


def _lines() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Application.id,
        Application.account_id,
        Application.dataset_id,
        Application.organisation,
        Application.state,
        Application.submitted_at,
        Application.due_at,
        Application.decided_at,
    )
    return select(*columns)


def _line(row: Any, now: datetime) -> ApplicationLine:
    return ApplicationLine(
        id=row.id,
        account_id=row.account_id,
        dataset_id=row.dataset_id,
        organisation=row.organisation,
        state=row.state,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        is_overdue=row.state == "submitted" and row.due_at < now,
    )


def _grants() -> Select[Any]:
    reports = select(func.count()).where(UseReport.grant_id == Grant.id).scalar_subquery()
    return select(
        Grant.id,
        Grant.application_id,
        Grant.account_id,
        Grant.dataset_id,
        Grant.from_at,
        Grant.until_at,
        Grant.report_due_at,
        Grant.revoked_at,
        Grant.revoked_reason,
        reports.label("reports"),
    )


def _grant(row: Any, now: datetime) -> GrantView:
    state = "revoked" if row.revoked_at else "ended" if row.until_at <= now else "held"
    return GrantView(
        row.id,
        row.application_id,
        row.account_id,
        row.dataset_id,
        row.from_at,
        row.until_at,
        row.report_due_at,
        row.revoked_at,
        row.revoked_reason,
        state,
        row.reports,
    )
