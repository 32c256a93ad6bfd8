"""Asking for the password again before something that a stranger at an open browser must not do."""

from datetime import UTC, datetime, timedelta

from flask import request
from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.passwords import is_password
from portal.accounts.sessions import SignedIn
from portal.http.context import session
from portal.http.throttle import count_attempt

FRESH = timedelta(minutes=10)


def is_proven(person: SignedIn, field: str = "current") -> bool:
    """Whether the form shows the account's password. An account without one was proven
    at the provider: true for ten minutes after that.
    """
    stored = session().scalar(select(Account.password_hash).where(Account.id == person.account_id)) or ""
    if not stored:
        return person.by_provider and person.signed_in_at + FRESH > datetime.now(UTC)
    count_attempt(person.email or person.account_id)
    return is_password(stored, request.form.get(field, ""))
