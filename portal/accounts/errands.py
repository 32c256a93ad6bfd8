"""Mails that people ask for at a page, and the links in them.

A page only notes the errand, the same for every address; the worker decides what is written to whom, so neither answer nor
time of a page tells whether an address is known. An account is made only by who followed the link: nobody can prepare
one for another's address. A link opens once, within its time, by a form that is sent, not by being fetched: programs
that look at mail fetch links.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.directory import AccountView, create_account, find_account_id, view_of
from portal.accounts.errors import LinkRefused
from portal.accounts.models import Account, AccountErrand
from portal.accounts.sessions import end_sessions
from portal.accounts.tokens import errand_of_link

JOIN, RESET, ADDRESS, NOTICE = "join", "reset", "address", "notice"
LINK_LASTS = timedelta(hours=2)
_REFUSED = "This link is not valid any more: it opens once, within two hours. Ask for a new one."
_KEPT = timedelta(days=7)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Errand:
    """What a link stands for."""

    id: str
    kind: str
    email: str
    account_id: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to write: kind `join`, `known` (somebody registered with the address of an account), `reset`, `address` or
    `notice`. `errand_id` makes the link."""

    errand_id: str
    kind: str
    email: str
    subject: str


def note_errand(
    session: Session,
    kind: str,
    email: str,
    now: datetime,
    *,
    account_id: str | None = None,
    subject: str = "",
    is_mailed: bool = True,
) -> str:
    """Ask for a mail to a normal address; the id of the errand. Not `is_mailed`: the link is handed over another way."""
    row = AccountErrand(
        kind=kind,
        email=email,
        account_id=account_id,
        subject=subject,
        created_at=now,
        ends_at=now + LINK_LASTS,
        noticed_at=None if is_mailed else now,
    )
    session.add(row)
    session.flush()
    return row.id


def tell_person(session: Session, account_id: str, subject: str, now: datetime) -> None:
    """Ask for a notice to the account's address, if it has one: somebody should know what was done with it."""
    email = session.scalar(select(Account.email).where(Account.id == account_id))
    if email:
        note_errand(session, NOTICE, email, now, account_id=account_id, subject=subject)


def find_errand(session: Session, link: str, secret: bytes, now: datetime) -> Errand:
    """What a link stands for; it can still be followed. Raises LinkRefused."""
    errand_id = errand_of_link(link[:100], secret)
    row = session.get(AccountErrand, errand_id) if errand_id else None
    if row is None or row.used_at is not None or row.ends_at <= now or row.kind not in {JOIN, RESET, ADDRESS}:
        raise LinkRefused(_REFUSED)
    return Errand(row.id, row.kind, row.email, row.account_id)


def follow_join(
    session: Session, errand: Errand, *, name: str, password_hash: str, language: str, now: datetime
) -> AccountView:
    """Make the account. Raises LinkRefused, InvalidInput."""
    _use(session, errand, now)
    return create_account(
        session, email=errand.email, name=name, password_hash=password_hash, language=language, now=now
    )


def follow_reset(session: Session, errand: Errand, *, password_hash: str, now: datetime) -> AccountView:
    """Give the account of the address a new password and end its sign-ins. Raises LinkRefused."""
    _use(session, errand, now)
    row = session.scalar(select(Account).where(Account.email == errand.email, Account.disabled_at.is_(None)))
    if row is None:
        raise LinkRefused(_REFUSED)
    row.password_hash = password_hash
    end_sessions(session, row.id)
    record_act(session, row.id, Act.PASSWORD_SET, now=now, detail={"with": "mail"})
    tell_person(session, row.id, "password", now)
    return view_of(row)


def follow_address(session: Session, errand: Errand, *, account_id: str, now: datetime) -> None:
    """Give the account its new address; the old one is told. Raises LinkRefused, also for another person's link."""
    if errand.account_id != account_id or find_account_id(session, errand.email) is not None:
        raise LinkRefused(_REFUSED)
    _use(session, errand, now)
    tell_person(session, account_id, "address", now)
    session.execute(update(Account).where(Account.id == account_id).values(email=errand.email))
    record_act(session, account_id, Act.ADDRESS_CHANGED, now=now)


def take_errands(session: Session, now: datetime) -> tuple[Letter, ...]:
    """Errands that nobody noticed yet, as the mails that are to be written; others are noticed and come to nothing."""
    rows = session.scalars(
        select(AccountErrand)
        .where(AccountErrand.noticed_at.is_(None))
        .order_by(AccountErrand.created_at, AccountErrand.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    addresses = {row.email for row in rows}
    accounts = select(Account.email, Account.disabled_at.is_(None)).where(Account.email.in_(addresses))
    known = {email: bool(is_open) for email, is_open in session.execute(accounts)}
    letters = []
    for row in rows:
        row.noticed_at = now
        kind = _kind_of_letter(row.kind, is_known=row.email in known, is_open=known.get(row.email, False))
        if kind:
            letters.append(Letter(row.id, kind, row.email, row.subject))
    return tuple(letters)


def forget_errands(session: Session, now: datetime) -> int:
    """Delete errands whose links ended a week ago; at most 500, how many."""
    old = session.scalars(select(AccountErrand.id).where(AccountErrand.ends_at < now - _KEPT).limit(_AT_ONCE)).all()
    if old:
        session.execute(delete(AccountErrand).where(AccountErrand.id.in_(old)))
    return len(old)


def _kind_of_letter(kind: str, *, is_known: bool, is_open: bool) -> str:
    """Blank: nothing is written. Strangers get no mail about accounts that they do not have."""
    if kind == JOIN:
        return ("known" if is_open else "") if is_known else JOIN
    if kind == RESET:
        return RESET if is_open else ""
    if kind == ADDRESS:
        return "" if is_known else ADDRESS
    return kind


def _use(session: Session, errand: Errand, now: datetime) -> None:
    """Mark it used; of two that do so at once, one."""
    unused = (AccountErrand.id == errand.id) & AccountErrand.used_at.is_(None)
    if session.execute(update(AccountErrand).where(unused).values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise LinkRefused(_REFUSED)
