"""What staff does with accounts at a page: find one, set its tier, close it, open it again. Every decision is an act.

Roles are not given here: they are the command line's, so nobody at a page can make another decider. For the same reason
nobody decides about an account of their own, and an account with a role is closed by the command line alone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.directory import (
    LONGEST_ADDRESS,
    AccountView,
    disable_account,
    enable_account,
    get_account,
    set_tier,
    view_of,
)
from portal.accounts.models import Account
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import Tier

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Manager:
    """Who decides: a person with the role, signed in at a page."""

    account_id: str
    name: str

    @property
    def signature(self) -> str:
        """How the act names them; the id stays right when the name changes."""
        return f"{self.name[:150]} ({self.account_id})"


def find_accounts(session: Session, words: str) -> tuple[AccountView, ...]:
    """Accounts whose address or name has these words, or whose id it is; the newest without words. At most MOST_FOUND and
    one more, which tells that there are others."""
    plain = "".join(sign for sign in words if sign.isprintable()).strip()[:LONGEST_ADDRESS].lower()
    query = select(Account).order_by(Account.created_at.desc(), Account.id).limit(MOST_FOUND + 1)
    if plain:
        query = query.where(
            or_(
                Account.id == plain,
                Account.email.contains(plain, autoescape=True),
                func.lower(Account.name).contains(plain, autoescape=True),
            )
        )
    return tuple(view_of(row) for row in session.scalars(query))


def decide_tier(session: Session, account_id: str, manager: Manager, tier: str, *, now: datetime) -> None:
    """Set the tier; all keys of the account have it from this transaction on. Raises NotFound, InvalidInput."""
    if tier not in set(Tier):
        raise InvalidInput("Choose a tier.", parameter="tier")
    _other(session, account_id, manager)
    set_tier(session, account_id, Tier(tier), person=manager.signature, now=now)


def close_account(session: Session, account_id: str, manager: Manager, *, now: datetime) -> None:
    """End its sign-ins and have no key of it open anything. Raises NotFound, InvalidInput."""
    if _other(session, account_id, manager).roles:
        raise InvalidInput("An account with a role of staff is closed by the command line.", parameter="roles")
    disable_account(session, account_id, person=manager.signature, now=now)


def reopen_account(session: Session, account_id: str, manager: Manager, *, now: datetime) -> None:
    """Take a closing back. Raises NotFound, InvalidInput."""
    _other(session, account_id, manager)
    enable_account(session, account_id, person=manager.signature, now=now)


def _other(session: Session, account_id: str, manager: Manager) -> AccountView:
    if account_id == manager.account_id:
        raise InvalidInput("Nobody decides about an account of their own.", parameter="person")
    return get_account(session, account_id)
