"""API keys: made once, shown once, found by prefix and compared in constant time.

A key reads `odp_<8 characters of prefix>_<32 random characters>`. The prefix is public and finds the row; of the whole only
HMAC-SHA256 under the site's secret is stored, so a stolen database opens nothing. The random part has 160 bits, which
needs no slow password hash.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.errors import KeyExpired, KeyRevoked, KeyUnknown
from portal.accounts.models import ApiKey
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.principal import Principal
from portal.kernel.vocab import Tier

_SHAPE = re.compile(r"odp_([a-z2-7]{8})_[a-z2-7]{32}")
_UNKNOWN = "This API key is not known here. Check that it was copied whole, or ask for a new one."


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. `secret` is shown this once and stored nowhere."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """What may be shown of a stored key."""

    id: str
    prefix: str
    holder: str
    tier: Tier
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: datetime | None


def create_key(
    session: Session,
    *,
    holder: str,
    secret: bytes,
    now: datetime,
    tier: Tier = Tier.REGISTERED,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make and store a key. Raises InvalidInput for a blank holder, an anonymous key or an end that has passed."""
    if not holder.strip():
        raise InvalidInput("A key needs the name of its holder.", parameter="holder")
    if tier is Tier.ANONYMOUS:
        raise InvalidInput("Anonymous callers need no key; choose another tier.", parameter="tier")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("The key would have expired already; choose a later instant.", parameter="expires_at")
    prefix, rest = _random_text(5), _random_text(20)
    whole = f"odp_{prefix}_{rest}"
    row = ApiKey(
        prefix=prefix,
        key_hash=_keyed_hash(whole, secret),
        holder=holder.strip(),
        tier=tier,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return NewKey(row.id, whole)


def find_key(session: Session, presented: str, secret: bytes, now: datetime) -> Principal:
    """The caller behind a presented key. Raises KeyUnknown, KeyRevoked or KeyExpired; reads one row, writes nothing."""
    shape = _SHAPE.fullmatch(presented)
    row = session.scalar(select(ApiKey).where(ApiKey.prefix == shape.group(1))) if shape else None
    if row is None or not hmac.compare_digest(row.key_hash, _keyed_hash(presented, secret)):
        raise KeyUnknown(_UNKNOWN)
    if row.revoked_at is not None:
        raise KeyRevoked("This API key was revoked. Ask for a new one.")
    if row.expires_at is not None and row.expires_at <= now:
        raise KeyExpired(f"This API key expired on {row.expires_at:%Y-%m-%d}. Ask for a new one.")
    return Principal(tier=Tier(row.tier), caller=f"key:{row.id}", key_id=row.id)


def note_use(session: Session, key_id: str, now: datetime, *, not_within: timedelta = timedelta(hours=1)) -> None:
    """Remember roughly when a key was last used; one write an hour at most."""
    stale = (ApiKey.last_used_on.is_(None)) | (ApiKey.last_used_on < now - not_within)
    session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_on=now))


def revoke_key(session: Session, key_id: str, now: datetime) -> None:
    """Take a key back from now on; nothing changes when it was already. Raises NotFound."""
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"There is no API key {key_id}; `portal key list` shows them.")
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()


def list_keys(session: Session, *, offset: int = 0, limit: int = 100) -> tuple[KeyView, ...]:
    """Keys, newest first, without their hashes."""
    rows = session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id).offset(offset).limit(limit))
    return tuple(
        KeyView(
            row.id,
            row.prefix,
            row.holder,
            Tier(row.tier),
            row.created_at,
            row.expires_at,
            row.revoked_at,
            row.last_used_on,
        )
        for row in rows
    )


def _random_text(size_bytes: int) -> str:
    return base64.b32encode(secrets.token_bytes(size_bytes)).decode().lower().rstrip("=")


def _keyed_hash(presented: str, secret: bytes) -> str:
    return hmac.new(secret, presented.encode(), hashlib.sha256).hexdigest()
