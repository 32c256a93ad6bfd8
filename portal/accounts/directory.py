"""Accounts as they are: found, made, listed, and what staff decides about them."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.acts import Act, record_act
from portal.accounts.models import Account, SignIn
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.vocab import StaffRole, Tier

LONGEST_NAME = 200
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
                      r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+", re.ASCII)  # fmt: skip
_TIERS = tuple(Tier)


@dataclass(frozen=True, slots=True)
class AccountView:
    """What may be shown of an account, to its person and to staff. `tier` is the one that counts."""

    id: str
    email: str
    name: str
    language: str
    tier: Tier
    tier_by: str
    verified_at: datetime | None
    roles: frozenset[StaffRole]
    has_password: bool
    has_second_factor: bool
    created_at: datetime
    disabled_at: datetime | None
    deleted_at: datetime | None


def normal_address(text: str) -> str:
    """A mail address as it is stored and compared. Raises InvalidInput; nothing is looked up."""
    plain = text.strip().lower()
    if len(plain) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(plain):
        raise InvalidInput("This is not a mail address such as name@example.cn.", parameter="email")
    return plain


def normal_name(text: str) -> str:
    """A person's or office's name for us. Raises InvalidInput when blank, too long or with control characters."""
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} printable characters.", parameter="name")
    return plain


def effective_tier(tier: str, verified_at: datetime | None) -> Tier:
    """The higher of what staff set and what the provider vouches for."""
    vouched = Tier.VERIFIED if verified_at else Tier.REGISTERED
    return max(Tier(tier), vouched, key=_TIERS.index)


def known_roles(stored: str) -> frozenset[StaffRole]:
    """Roles out of the database, words with spaces between; a word of another release counts as none."""
    return frozenset(StaffRole(role) for role in stored.split() if role in set(StaffRole))


def create_account(
    session: Session, *, email: str, name: str, password_hash: str, language: str, now: datetime, actor: str = ""
) -> AccountView:
    """Make an account whose address is confirmed. Raises InvalidInput, also when the address has one already."""
    address = normal_address(email)
    if find_account_id(session, address) is not None:
        raise InvalidInput("This address has an account already.", parameter="email")
    row = Account(email=address, name=normal_name(name), password_hash=password_hash, language=language, created_at=now)
    session.add(row)
    session.flush()
    record_act(session, row.id, Act.CREATED, actor=actor, now=now)
    return view_of(row)


def find_account_id(session: Session, address: str) -> str | None:
    """The id of the account with this normal address."""
    return session.scalar(select(Account.id).where(Account.email == address))


def get_account(session: Session, account_id: str) -> AccountView:
    """Raises NotFound."""
    return view_of(_get(session, account_id))


def list_accounts(session: Session, *, limit: int = 200) -> tuple[AccountView, ...]:
    """The newest first, for staff; deleted ones as well, nameless."""
    return tuple(
        view_of(row) for row in session.scalars(select(Account).order_by(Account.created_at.desc()).limit(limit))
    )


def set_tier(session: Session, account_id: str, tier: Tier, *, person: str, now: datetime) -> None:
    """Staff decides. Raises NotFound, InvalidInput for the anonymous tier or a blank name of who decides."""
    if tier is Tier.ANONYMOUS:
        raise InvalidInput("An account is at least registered; disable it instead.", parameter="tier")
    row = _get(session, account_id)
    before, row.tier, row.tier_by = row.tier, tier.value, _person(person)
    record_act(
        session,
        row.id,
        Act.TIER_SET,
        actor=f"staff:{_person(person)}",
        now=now,
        detail={"from": before, "to": tier.value},
    )


def set_roles(session: Session, account_id: str, roles: frozenset[StaffRole], *, person: str, now: datetime) -> None:
    """Staff decides what the person may do besides; their browsers must sign in again. Raises NotFound, InvalidInput."""
    row = _get(session, account_id)
    row.roles = " ".join(sorted(role.value for role in roles))
    session.execute(delete(SignIn).where(SignIn.account_id == row.id))
    record_act(session, row.id, Act.ROLES_SET, actor=f"staff:{_person(person)}", now=now, detail={"to": row.roles})


def disable_account(session: Session, account_id: str, *, person: str, now: datetime) -> None:
    """Nobody signs in and no key of it opens anything, from this transaction on. Raises NotFound, InvalidInput."""
    row = _get(session, account_id)
    if row.disabled_at is None:
        row.disabled_at = now
        session.execute(delete(SignIn).where(SignIn.account_id == row.id))
        record_act(session, row.id, Act.DISABLED, actor=f"staff:{_person(person)}", now=now)


def enable_account(session: Session, account_id: str, *, person: str, now: datetime) -> None:
    """Take a disabling back. Raises NotFound, InvalidInput."""
    row = _get(session, account_id)
    if row.disabled_at is not None:
        row.disabled_at = None
        record_act(session, row.id, Act.ENABLED, actor=f"staff:{_person(person)}", now=now)


def view_of(row: Account) -> AccountView:
    """The view of a row that was read."""
    return AccountView(
        id=row.id,
        email=row.email or "",
        name=row.name,
        language=row.language,
        tier=effective_tier(row.tier, row.verified_at),
        tier_by=row.tier_by,
        verified_at=row.verified_at,
        roles=known_roles(row.roles),
        has_password=bool(row.password_hash),
        has_second_factor=row.totp_since is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        deleted_at=row.deleted_at,
    )


def _get(session: Session, account_id: str) -> Account:
    row = session.get(Account, account_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no account {account_id[:40]!r}; `portal account list` shows them.")
    return row


def _person(person: str) -> str:
    if not person.strip():
        raise InvalidInput("Say who decides, by name; it is kept.", parameter="person")
    return person.strip()[:200]
