"""Deleting an account, asked for by its person."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.models import Account, AccountErrand, AccountIdentity, ApiKey, RecoveryCode, SignIn
from portal.kernel.errors import NotFound


def delete_account(session: Session, account_id: str, *, now: datetime) -> None:
    """Erase address, name, password, second factor, sign-ins and links to providers, and revoke the keys.

    What stays: that there was an account with this id, its acts, its keys' prefixes and what they used by day.
    Raises NotFound.
    """
    row = session.scalar(select(Account).where(Account.id == account_id, Account.deleted_at.is_(None)))
    if row is None:
        raise NotFound("This account is gone.")
    row.email, row.name, row.password_hash, row.totp_secret, row.totp_since = None, "", "", "", None
    row.verified_at, row.deleted_at = None, now
    session.flush()
    mine = ApiKey.account_id == account_id
    session.execute(update(ApiKey).where(mine, ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(update(ApiKey).where(mine).values(holder=""))
    for model in (SignIn, AccountIdentity, RecoveryCode, AccountErrand):
        session.execute(delete(model).where(model.account_id == account_id))
    record_act(session, account_id, Act.DELETED, now=now)
