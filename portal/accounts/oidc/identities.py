"""People of the provider and accounts of ours: found, made, linked, unlinked; and what the provider says of them.

An account is never found by its mail address: whoever can make the provider say an address would have the account. The person
signs in to it and links it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.directory import find_account_id
from portal.accounts.errands import tell_person
from portal.accounts.models import Account, AccountIdentity
from portal.accounts.oidc.errors import Fault, ProviderRefused
from portal.accounts.oidc.vouching import Vouched
from portal.db import table_of
from portal.kernel.errors import InvalidInput

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entered:
    """Whose account a person of the provider opens."""

    account_id: str
    email: str
    needs_code: bool


def enter(session: Session, vouched: Vouched, *, language: str, now: datetime) -> Entered:
    """The account of this person, made now if it is the first time. Raises ProviderRefused."""
    row = session.scalar(
        select(Account)
        .join(AccountIdentity, AccountIdentity.account_id == Account.id)
        .where(AccountIdentity.issuer == vouched.issuer, AccountIdentity.subject == vouched.subject)
    )
    if row is None:
        row = _make(session, vouched, language=language, now=now)
    if row.disabled_at is not None:
        raise ProviderRefused(Fault.CLOSED, "the account is closed", account_id=row.id)
    _heed(session, row, vouched, now)
    return Entered(row.id, row.email or "", row.totp_since is not None)


def link(session: Session, account_id: str, vouched: Vouched, now: datetime) -> None:
    """Let this person of the provider open the account from now on. Raises ProviderRefused."""
    row = session.get_one(Account, account_id)
    owner = session.scalar(
        select(AccountIdentity.account_id).where(
            AccountIdentity.issuer == vouched.issuer, AccountIdentity.subject == vouched.subject
        )
    )
    if owner is not None and owner != account_id:
        raise ProviderRefused(Fault.LINKED, "that person opens another account", account_id=account_id)
    if owner is None:
        if is_linked(session, account_id, vouched.issuer):
            raise ProviderRefused(Fault.HAS_ONE, "another person of the provider opens it", account_id=account_id)
        _add(session, vouched, account_id, now)
        record_act(session, account_id, Act.PROVIDER_LINKED, now=now)
        tell_person(session, account_id, "provider", now)
    _heed(session, row, vouched, now)


def unlink(session: Session, account_id: str, now: datetime) -> None:
    """Take every link to a provider away, and what it vouched for with it. Raises InvalidInput where nothing would open
    the account afterwards."""
    row = session.get_one(Account, account_id)
    if not row.password_hash or not row.email:
        raise InvalidInput(
            "Set a mail address and a password first, or nothing opens the account.", parameter="provider"
        )
    session.execute(delete(AccountIdentity).where(AccountIdentity.account_id == account_id))
    record_act(session, account_id, Act.PROVIDER_UNLINKED, now=now)
    if row.verified_at is not None:
        row.verified_at = None
        record_act(session, account_id, Act.VERIFICATION_ENDED, now=now)


def is_linked(session: Session, account_id: str, issuer: str) -> bool:
    """Whether a person of this provider opens the account."""
    mine = (AccountIdentity.account_id == account_id) & (AccountIdentity.issuer == issuer)
    return session.scalar(select(AccountIdentity.subject).where(mine).limit(1)) is not None


def lapse_verifications(session: Session, now: datetime, lasts: timedelta) -> int:
    """End what the provider vouched for longer ago than it holds; at most 500 accounts, how many."""
    rows = session.scalars(
        select(Account).where(Account.verified_at < now - lasts).order_by(Account.verified_at).limit(_AT_ONCE)
    ).all()
    for row in rows:
        row.verified_at = None
        record_act(session, row.id, Act.VERIFICATION_ENDED, actor="staff:PORTAL_OIDC_VERIFIED_DAYS", now=now)
    return len(rows)


def _make(session: Session, vouched: Vouched, *, language: str, now: datetime) -> Account:
    if vouched.email and find_account_id(session, vouched.email) is not None:
        raise ProviderRefused(Fault.ADDRESS, "the address has an account that is not linked")
    row = Account(email=vouched.email or None, name=vouched.name, password_hash="", language=language, created_at=now)
    session.add(row)
    session.flush()
    _add(session, vouched, row.id, now)
    record_act(session, row.id, Act.CREATED, actor=f"provider:{vouched.issuer}", now=now)
    return row


def _add(session: Session, vouched: Vouched, account_id: str, now: datetime) -> None:
    values = {"issuer": vouched.issuer, "subject": vouched.subject, "account_id": account_id, "linked_at": now}
    session.execute(insert(table_of(AccountIdentity)), values)


def _heed(session: Session, row: Account, vouched: Vouched, now: datetime) -> None:
    """Verified or not, as the provider says it now; the last time that it said so is kept."""
    was = row.verified_at is not None
    row.verified_at = now if vouched.is_verified else None
    if was != vouched.is_verified:
        act = Act.VERIFIED_BY_PROVIDER if vouched.is_verified else Act.VERIFICATION_ENDED
        record_act(session, row.id, act, actor=f"provider:{vouched.issuer}", now=now)
