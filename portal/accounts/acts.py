"""The record of what was done with accounts: append-only, without a secret, an address or a person's name of an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountAct
from portal.db import table_of

FAILURES_KEPT = timedelta(days=90)
_FORGOTTEN_AT_ONCE = 1_000


class Act(StrEnum):
    """What can be done with an account."""

    CREATED = "created"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    CODE_FAILED = "code_failed"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an act
    ADDRESS_CHANGED = "address_changed"
    NAME_CHANGED = "name_changed"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_UNLINKED = "provider_unlinked"
    VERIFIED_BY_PROVIDER = "verified_by_provider"
    VERIFICATION_ENDED = "verification_ended"
    LINK_MADE = "link_made"
    TIER_SET = "tier_set"
    ROLES_SET = "roles_set"
    DISABLED = "disabled"
    ENABLED = "enabled"
    DELETED = "deleted"
    KEY_MADE = "key_made"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"


@dataclass(frozen=True, slots=True)
class ActView:
    """One act, for the page of the account and for staff."""

    act: str
    actor: str
    detail: Mapping[str, object]
    done_at: datetime


def record_act(
    session: Session,
    account_id: str,
    act: Act,
    *,
    actor: str = "",
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Keep that it was done. `actor` blank: the account itself. `detail`: codes, ids and dates only."""
    values = {
        "account_id": account_id,
        "act": act.value,
        "actor": actor or f"account:{account_id}",
        "detail": dict(detail or {}),
        "done_at": now,
    }
    session.execute(insert(table_of(AccountAct)), values)


def record_failure(session: Session, address: str, now: datetime) -> None:
    """Keep that somebody failed to sign in with the account of this address, if there is one: one statement either way,
    so the work does not tell."""
    act = table_of(AccountAct)
    values = {
        "act": Act.SIGN_IN_FAILED.value,
        "actor": "unknown",
        "detail": {"with": "password"},
        "done_at": now,
    }
    told = [literal(value, act.c[name].type) for name, value in values.items()]
    session.execute(
        insert(act).from_select(["account_id", *values], select(Account.id, *told).where(Account.email == address))
    )


def forget_failures(session: Session, now: datetime) -> int:
    """Remove failures to sign in that are older than FAILURES_KEPT; at most 1,000, how many."""
    is_failure = AccountAct.act.in_([Act.SIGN_IN_FAILED.value, Act.CODE_FAILED.value])
    old = session.scalars(
        select(AccountAct.id).where(is_failure, AccountAct.done_at < now - FAILURES_KEPT).limit(_FORGOTTEN_AT_ONCE)
    ).all()
    if old:
        session.execute(delete(AccountAct).where(AccountAct.id.in_(old)))
    return len(old)


def list_acts(session: Session, account_id: str, limit: int = 50) -> tuple[ActView, ...]:
    """The newest acts on an account."""
    rows = session.execute(
        select(AccountAct.act, AccountAct.actor, AccountAct.detail, AccountAct.done_at)
        .where(AccountAct.account_id == account_id)
        .order_by(AccountAct.id.desc())
        .limit(limit)
    )
    return tuple(ActView(*row) for row in rows)
