"""Signing in with a password, and opening the browser's session however its person was recognised.

The answer is the same for an unknown address, a wrong password and a closed account, and so is the work: one password is
compared and the same statements run, so the time tells nothing either.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act, record_failure
from portal.accounts.directory import normal_address
from portal.accounts.errors import SignInRefused
from portal.accounts.models import Account
from portal.accounts.passwords import hash_password, is_outdated, is_password
from portal.accounts.sessions import start_session
from portal.db import Database
from portal.kernel.errors import InvalidInput

REFUSED = "Address and password do not go together. After several failures, wait a while before the next try."


@dataclass(frozen=True, slots=True)
class Opened:
    """A browser that may go on: to the page of the account, or to the second factor."""

    account_id: str
    cookie: str
    needs_code: bool


def sign_in(database: Database, *, email: str, password: str, agent: str, now: datetime) -> Opened:
    """Check the password and sign the browser in. Raises SignInRefused.

    Three steps, so that no transaction is open while a password is hashed: read, hash, write.
    """
    found = None
    try:
        address = normal_address(email)
    except InvalidInput:
        address = ""
    with database.reading() as session:
        found = session.execute(
            select(Account.id, Account.password_hash, Account.disabled_at, Account.totp_since).where(
                Account.email == address
            )
        ).one_or_none()
    is_right = is_password(found.password_hash if found else "", password)
    if found is None or not is_right or found.disabled_at is not None:
        with database.transaction() as session:
            record_failure(session, address, now)
        raise SignInRefused(REFUSED)
    renewed = hash_password(password) if is_outdated(found.password_hash) else None
    with database.transaction() as session:
        if renewed:
            same = (Account.id == found.id) & (Account.password_hash == found.password_hash)
            session.execute(update(Account).where(same).values(password_hash=renewed))
        return open_session(
            session, found.id, needs_code=found.totp_since is not None, agent=agent, now=now, by="password"
        )


def open_session(
    session: Session,
    account_id: str,
    *,
    needs_code: bool,
    agent: str,
    now: datetime,
    by: str,
    by_provider: bool = False,
) -> Opened:
    """Sign a browser in whose person was recognised; the act is kept once nothing is due any more."""
    cookie = start_session(session, account_id, agent=agent, now=now, needs_code=needs_code, by_provider=by_provider)
    if not needs_code:
        record_act(session, account_id, Act.SIGNED_IN, now=now, detail={"with": by})
    return Opened(account_id, cookie, needs_code)
