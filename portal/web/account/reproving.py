"""Asking for the password again before something that a stranger at an open browser must not do."""

from flask import request
from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.passwords import is_password
from portal.accounts.sessions import SignedIn
from portal.http.context import session
from portal.http.throttle import count_attempt


def is_proven(person: SignedIn, field: str = "current") -> bool:
    """Whether the form shows the account's password. True for an account without one: it was proven at the provider."""
    stored = session().scalar(select(Account.password_hash).where(Account.id == person.account_id)) or ""
    if not stored:
        return True
    count_attempt(person.email)
    return is_password(stored, request.form.get(field, ""))
