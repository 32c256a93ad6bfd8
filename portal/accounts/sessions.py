"""Being signed in: a row for each browser, found by the hash of its cookie, with an idle and an absolute end.

A cookie is made anew at each sign-in and at each step of it, so a cookie that somebody planted before is worth nothing.
Staff are signed out sooner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.directory import effective_tier, known_roles
from portal.accounts.models import Account, SignIn
from portal.accounts.tokens import cookie_digest, new_cookie
from portal.kernel.principal import Principal
from portal.kernel.text import Language
from portal.kernel.vocab import StaffRole

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
STAFF_IDLE = timedelta(hours=1)
STAFF_ABSOLUTE = timedelta(hours=12)
CODE_DUE = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=5)
_MOST_EACH = 20
_AGENT_CHARS = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a cookie. `id` names the row of the browser; `is_stale`: note that it was seen."""

    id: str
    account_id: str
    name: str
    email: str
    principal: Principal
    needs_code: bool
    by_provider: bool
    signed_in_at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that is signed in, as the account's page lists it."""

    id: str
    agent: str
    created_at: datetime
    seen_at: datetime


def start_session(
    session: Session, account_id: str, *, agent: str, now: datetime, needs_code: bool, by_provider: bool = False
) -> str:
    """Make the row and give the cookie. The oldest browsers of the account go when there are more than twenty."""
    roles = session.scalar(select(Account.roles).where(Account.id == account_id)) or ""
    length = CODE_DUE if needs_code else (STAFF_ABSOLUTE if known_roles(roles) else ABSOLUTE)
    cookie = new_cookie()
    session.add(
        SignIn(
            token_hash=cookie_digest(cookie),
            account_id=account_id,
            agent="".join(sign for sign in agent if sign.isprintable())[:_AGENT_CHARS],
            needs_code=needs_code,
            by_provider=by_provider,
            created_at=now,
            seen_at=now,
            ends_at=now + length,
        )
    )
    session.flush()
    mine = select(SignIn.token_hash).where(SignIn.account_id == account_id)
    surplus = session.scalars(mine.order_by(SignIn.seen_at.desc(), SignIn.id).offset(_MOST_EACH)).all()
    if surplus:
        session.execute(delete(SignIn).where(SignIn.token_hash.in_(surplus)))
    return cookie


def find_session(session: Session, cookie: str, now: datetime) -> SignedIn | None:
    """Who is behind a cookie; None when nobody, or no longer. One statement; writes nothing."""
    found = session.execute(
        select(SignIn, Account).join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_hash == cookie_digest(cookie))
    ).one_or_none()  # fmt: skip
    if found is None:
        return None
    row, account = found
    roles = known_roles(account.roles)
    idle = STAFF_IDLE if roles else IDLE
    if account.disabled_at is not None or row.ends_at <= now or row.seen_at + idle <= now:
        return None
    principal = Principal(
        tier=effective_tier(account.tier, account.verified_at),
        caller=f"account:{account.id}",
        account_id=account.id,
        roles=frozenset[StaffRole]() if row.needs_code else roles,
    )
    return SignedIn(
        id=row.id,
        account_id=account.id,
        name=account.name,
        email=account.email or "",
        principal=principal,
        needs_code=row.needs_code,
        by_provider=row.by_provider,
        signed_in_at=row.created_at,
        is_stale=row.seen_at + SEEN_EVERY <= now,
    )


def note_seen(session: Session, cookie: str, now: datetime) -> None:
    """Move the idle end; called when `is_stale`, so at most every five minutes."""
    session.execute(update(SignIn).where(SignIn.token_hash == cookie_digest(cookie)).values(seen_at=now))


def end_session(session: Session, cookie: str) -> None:
    """Sign this browser out."""
    session.execute(delete(SignIn).where(SignIn.token_hash == cookie_digest(cookie)))


def end_sessions(session: Session, account_id: str, *, but: str = "", only: str = "") -> int:
    """Sign out every browser of the account, or `only` the one with this id, or all `but` it; how many."""
    which = SignIn.account_id == account_id
    which = which & (SignIn.id == only) if only else which & (SignIn.id != but)
    return session.execute(delete(SignIn).where(which)).rowcount  # type: ignore[attr-defined,no-any-return]


def list_browsers(session: Session, account_id: str, now: datetime) -> tuple[Browser, ...]:
    """Where the account is signed in, the last seen first."""
    rows = session.execute(
        select(SignIn.id, SignIn.agent, SignIn.created_at, SignIn.seen_at)
        .where(SignIn.account_id == account_id, SignIn.needs_code.is_(False), SignIn.ends_at > now)
        .order_by(SignIn.seen_at.desc())
        .limit(_MOST_EACH)
    )
    return tuple(Browser(*row) for row in rows)


def language_of(session: Session, account_id: str) -> Language:
    """The language that the person chose last."""
    found = session.scalar(select(Account.language).where(Account.id == account_id))
    return Language.EN if found == Language.EN else Language.ZH
