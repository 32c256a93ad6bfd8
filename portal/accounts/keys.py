"""API keys: made once, shown once, found by prefix and compared in constant time.

A key reads `odp_<8 characters of prefix>_<32 random characters>`. The prefix is public and finds the row; of the whole only
HMAC-SHA256 under the site's secret is stored, so a stolen database opens nothing. The random part has 160 bits, which
needs no slow password hash. A key of an account has the account's tier and shares its budgets: a new key buys nothing.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.directory import effective_tier
from portal.accounts.errors import KeyExpired, KeyRevoked, KeyUnknown
from portal.accounts.models import Account, ApiKey
from portal.db import table_of
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.principal import Principal
from portal.kernel.vocab import Scope, Tier

_SHAPE = re.compile(r"odp_([a-z2-7]{8})_[a-z2-7]{32}")
_UNKNOWN = "This API key is not known here. Check that it was copied whole, or ask for a new one."
MOST_KEYS = 20
LONGEST_HOLDER = 200
LONGEST_OVERLAP = timedelta(days=30)
OVERLAP = timedelta(days=7)
_STAFF_SCOPES = frozenset(Scope) - {Scope.ACCOUNT}


class _Row(TypedDict):
    """What every new key has; a statement that names no tier is all that the web's role may insert."""

    id: str
    prefix: str
    key_hash: str
    holder: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. `secret` is shown this once and stored nowhere."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """What may be shown of a stored key. `tier` None: the account's. `replaced_by`: id of the key that it was rotated to."""

    id: str
    prefix: str
    holder: str
    account_id: str | None
    tier: Tier | None
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None
    last_used_on: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def create_key(
    session: Session,
    *,
    holder: str,
    secret: bytes,
    now: datetime,
    tier: Tier = Tier.REGISTERED,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make and store a key without an account. Raises InvalidInput for a blank holder, an anonymous key or an end that has
    passed."""
    if tier is Tier.ANONYMOUS:
        raise InvalidInput("Anonymous callers need no key; choose another tier.", parameter="tier")
    row, whole = _new_row(holder, secret, now, expires_at)
    session.execute(insert(table_of(ApiKey)), {**row, "tier": tier.value})
    return NewKey(row["id"], whole)


def create_own_key(
    session: Session,
    account_id: str,
    *,
    holder: str,
    scopes: frozenset[Scope],
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
    may: frozenset[Scope] | None = None,
) -> NewKey:
    """Make a key of an account. `may`: scopes of the key that asks, which no new key exceeds; None: a person asks.

    Raises InvalidInput for a blank name, no scope, one too many, an end that has passed, or too many keys.
    """
    if not scopes:
        raise InvalidInput("Choose at least one scope; a key without any opens nothing.", parameter="scopes")
    if may is not None and not scopes <= may:
        raise InvalidInput("A key makes no key that may more than itself.", parameter="scopes")
    if sum(key.is_open(now) for key in list_own_keys(session, account_id)) >= MOST_KEYS:
        raise InvalidInput(f"An account has at most {MOST_KEYS} keys; revoke one first.", parameter="holder")
    row, whole = _new_row(holder, secret, now, expires_at)
    words = sorted(scope.value for scope in scopes)
    session.execute(insert(table_of(ApiKey)), {**row, "account_id": account_id, "scopes": words})
    record_act(session, account_id, Act.KEY_MADE, now=now, detail={"key": row["id"], "scopes": words})
    return NewKey(row["id"], whole)


def rotate_own_key(
    session: Session, account_id: str, key_id: str, *, secret: bytes, now: datetime, overlap: timedelta = OVERLAP
) -> NewKey:
    """Make a key with the same name, scopes and length of life; the old one opens until the overlap is over.

    Raises NotFound, InvalidInput for a key that is closed or was rotated, and for an overlap that is too long.
    """
    old = _own(session, account_id, key_id)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput(f"The old key may go on for 0 to {LONGEST_OVERLAP.days} days.", parameter="overlap_days")
    if not _view(old).is_open(now) or old.replaced_by is not None:
        raise InvalidInput("This key is closed or was rotated already; make a new one.", parameter="key")
    life = old.expires_at - old.created_at if old.expires_at else None
    row, whole = _new_row(old.holder, secret, now, now + life if life else None)
    session.execute(insert(table_of(ApiKey)), {**row, "account_id": account_id, "scopes": old.scopes})
    end = now + overlap
    old.replaced_by, old.expires_at = row["id"], min(old.expires_at or end, end)
    if not overlap:
        old.revoked_at = now
    session.flush()
    record_act(
        session, account_id, Act.KEY_ROTATED, now=now,
        detail={"key": key_id, "to": row["id"], "overlap_days": round(overlap.total_seconds() / 86_400, 2)},
    )  # fmt: skip
    return NewKey(row["id"], whole)


def find_key(session: Session, presented: str, secret: bytes, now: datetime) -> Principal:
    """The caller behind a presented key. Raises KeyUnknown, KeyRevoked or KeyExpired; one statement, writes nothing."""
    shape = _SHAPE.fullmatch(presented)
    found = _with_account(session, shape.group(1)) if shape else None
    if found is None or not hmac.compare_digest(found[0].key_hash, _keyed_hash(presented, secret)):
        raise KeyUnknown(_UNKNOWN)
    row, account = found
    if row.revoked_at is not None or (account is not None and account.disabled_at is not None):
        raise KeyRevoked("This API key was revoked. Ask for a new one.")
    if row.expires_at is not None and row.expires_at <= now:
        raise KeyExpired(f"This API key expired on {row.expires_at:%Y-%m-%d}. Ask for a new one.")
    scopes = _view(row).scopes
    if account is None:
        return Principal(tier=Tier(row.tier or Tier.REGISTERED), caller=f"key:{row.id}", key_id=row.id, scopes=scopes)
    return Principal(
        tier=effective_tier(account.tier, account.verified_at),
        caller=f"account:{account.id}",
        key_id=row.id,
        account_id=account.id,
        scopes=scopes,
    )


def note_use(session: Session, key_id: str, now: datetime, *, not_within: timedelta = timedelta(hours=1)) -> None:
    """Remember roughly when a key was last used; one write an hour at most."""
    stale = (ApiKey.last_used_on.is_(None)) | (ApiKey.last_used_on < now - not_within)
    session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_on=now))


def revoke_key(session: Session, key_id: str, now: datetime, *, person: str = "the command line") -> None:
    """Staff takes a key back from now on; nothing changes when it was already. Raises NotFound."""
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"There is no API key {key_id}; `portal key list` shows them.")
    _revoke(session, row, now, actor=f"staff:{person}")


def revoke_own_key(session: Session, account_id: str, key_id: str, now: datetime) -> None:
    """Take a key of the account back from now on; nothing changes when it was already. Raises NotFound."""
    _revoke(session, _own(session, account_id, key_id), now, actor="")


def list_keys(session: Session, *, offset: int = 0, limit: int = 100) -> tuple[KeyView, ...]:
    """All keys, newest first, without their hashes; for staff."""
    rows = session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id).offset(offset).limit(limit))
    return tuple(map(_view, rows))


def list_own_keys(session: Session, account_id: str, *, limit: int = 100) -> tuple[KeyView, ...]:
    """The account's keys, newest first, closed ones as well."""
    mine = select(ApiKey).where(ApiKey.account_id == account_id)
    return tuple(map(_view, session.scalars(mine.order_by(ApiKey.created_at.desc(), ApiKey.id).limit(limit))))


def get_own_key(session: Session, account_id: str, key_id: str) -> KeyView:
    """Raises NotFound, also for another account's key."""
    return _view(_own(session, account_id, key_id))


def _own(session: Session, account_id: str, key_id: str) -> ApiKey:
    row = session.scalar(select(ApiKey).where(ApiKey.id == key_id, ApiKey.account_id == account_id))
    if row is None:
        raise NotFound(f"You have no API key {key_id[:40]!r}.")
    return row


def _with_account(session: Session, prefix: str) -> tuple[ApiKey, Account | None] | None:
    query = select(ApiKey, Account).outerjoin(Account, Account.id == ApiKey.account_id).where(ApiKey.prefix == prefix)
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])


def _revoke(session: Session, row: ApiKey, now: datetime, *, actor: str) -> None:
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        if row.account_id:
            record_act(session, row.account_id, Act.KEY_REVOKED, actor=actor, now=now, detail={"key": row.id})


def _new_row(holder: str, secret: bytes, now: datetime, expires_at: datetime | None) -> tuple["_Row", str]:
    plain = " ".join(holder.split())
    if not plain or len(plain) > LONGEST_HOLDER or not plain.isprintable():
        raise InvalidInput(
            f"A key needs a name of 1 to {LONGEST_HOLDER} printable characters, such as its holder's.",
            parameter="holder",
        )
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("The key would have expired already; choose a later instant.", parameter="expires_at")
    prefix, rest = _random_text(5), _random_text(20)
    whole = f"odp_{prefix}_{rest}"
    row = _Row(
        id=new_id(),
        prefix=prefix,
        key_hash=_keyed_hash(whole, secret),
        holder=plain,
        created_at=now,
        expires_at=expires_at,
    )
    return row, whole


def _view(row: ApiKey) -> KeyView:
    known = set(Scope)
    return KeyView(
        id=row.id,
        prefix=row.prefix,
        holder=row.holder,
        account_id=row.account_id,
        tier=Tier(row.tier) if row.tier else None,
        scopes=_STAFF_SCOPES if row.scopes is None else frozenset(Scope(word) for word in row.scopes if word in known),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        replaced_by=row.replaced_by,
        last_used_on=row.last_used_on,
    )


def _random_text(size_bytes: int) -> str:
    return base64.b32encode(secrets.token_bytes(size_bytes)).decode().lower().rstrip("=")


def _keyed_hash(presented: str, secret: bytes) -> str:
    return hmac.new(secret, presented.encode(), hashlib.sha256).hexdigest()
