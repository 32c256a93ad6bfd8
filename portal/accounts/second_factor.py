"""The second factor: time-based codes (RFC 6238) and recovery codes. A code opens once, also within its own half minute."""

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.errors import SignInRefused
from portal.accounts.models import Account, RecoveryCode
from portal.accounts.tokens import derived, sealed, unsealed
from portal.db import table_of
from portal.kernel.errors import InvalidInput

STEP_S = 30
_DRIFT_STEPS = 1  # a clock may be half a minute off
_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else
REFUSED = "This code is not right, or was used already. Wait for the next one."


def new_secret() -> str:
    """A secret for an authenticator program, 160 bits in base 32."""
    return pyotp.random_base32()


def address_of_secret(secret: str, *, account: str, site: str) -> str:
    """The `otpauth:` address that a QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=site)


def set_second_factor(
    session: Session, account_id: str, totp_secret: str, code: str, *, secret: bytes, now: datetime
) -> tuple[str, ...]:
    """Turn it on, once its first code was right; gives the recovery codes, shown this once. Raises InvalidInput."""
    step = _step_of(totp_secret, code, now, after=0)
    if step is None:
        raise InvalidInput("The code does not go with this secret; look at the clock of your device.", parameter="code")
    values = {
        "totp_secret": sealed(totp_secret, secret, owner=account_id),
        "totp_since": now,
        "totp_last_step": step,
    }
    session.execute(update(table_of(Account)).where(Account.id == account_id).values(values))
    codes = renew_codes(session, account_id, secret=secret, now=now)
    record_act(session, account_id, Act.SECOND_FACTOR_SET, now=now)
    return codes


def remove_second_factor(session: Session, account_id: str, *, now: datetime) -> None:
    """Turn it off and forget the recovery codes."""
    values = {"totp_secret": "", "totp_since": None, "totp_last_step": 0}
    session.execute(update(table_of(Account)).where(Account.id == account_id).values(values))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    record_act(session, account_id, Act.SECOND_FACTOR_REMOVED, now=now)


def renew_codes(session: Session, account_id: str, *, secret: bytes, now: datetime) -> tuple[str, ...]:
    """Ten new recovery codes in place of the old ones. Only their keyed hashes are stored: they have 50 bits each."""
    codes = tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(_CODES)
    )
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": _mark(code, account_id, secret)} for code in codes]
    session.execute(insert(table_of(RecoveryCode)), rows)
    record_act(session, account_id, Act.RECOVERY_CODES_MADE, now=now)
    return codes


def check_code(session: Session, account_id: str, code: str, *, secret: bytes, now: datetime) -> None:
    """Use up a code of the device, or a recovery code. Of two that show the same one at once, one gets in.

    Raises SignInRefused.
    """
    row = session.execute(
        select(Account.totp_secret, Account.totp_last_step).where(
            Account.id == account_id, Account.totp_since.is_not(None)
        )
    ).one_or_none()
    totp_secret = unsealed(row.totp_secret, secret, owner=account_id) if row else None
    if row is None or totp_secret is None:
        raise SignInRefused(REFUSED)
    plain = code.strip().replace(" ", "")
    step = _step_of(totp_secret, plain, now, after=row.totp_last_step)
    if step is not None:
        unused = (Account.id == account_id) & (Account.totp_last_step < step)
        if _changed(session, update(table_of(Account)).where(unused).values(totp_last_step=step)):
            return
    mine = (RecoveryCode.account_id == account_id) & (RecoveryCode.code_hash == _mark(plain, account_id, secret))
    taken = update(table_of(RecoveryCode)).where(mine, RecoveryCode.used_at.is_(None)).values(used_at=now)
    if not _changed(session, taken):
        raise SignInRefused(REFUSED)
    record_act(session, account_id, Act.RECOVERY_CODE_USED, now=now)


def count_codes(session: Session, account_id: str) -> int:
    """How many recovery codes are left."""
    unused = (RecoveryCode.account_id == account_id) & RecoveryCode.used_at.is_(None)
    return len(session.scalars(select(RecoveryCode.code_hash).where(unused)).all())


def _step_of(totp_secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The half minute that a code belongs to, later than `after`; None when it is not right."""
    current = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(totp_secret)
    found = None
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), code.encode()) and step > after:
            found = step
    return found


def _changed(session: Session, statement: object) -> bool:
    return session.execute(statement).rowcount == 1  # type: ignore[call-overload,no-any-return]


def _mark(code: str, account_id: str, secret: bytes) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return derived(secret, "recovery", f"{account_id} {plain}")
