"""The rows of the log that wait: taken by one worker at a time, marked afterwards, put off with growing waits.

A row is taken before it is sent and marked after; a worker that is killed in between leaves it to be sent again when its
lease is over, under the same id. So a message can come twice and is never lost.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.webhooks.models import ACTIVE, Webhook, WebhookDelivery

LEASE = timedelta(minutes=2)
WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800))
GIVEN_UP_AFTER = timedelta(days=1)
DISABLED_AFTER = timedelta(days=5)
KEPT_FOR = timedelta(days=30)
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """A message in hand. `is_wanted` False: its webhook or its owner's account is closed."""

    id: str
    webhook_id: str
    account_id: str
    url: str
    event: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime
    generation: int
    rotated_at: datetime | None
    is_wanted: bool
    is_failing: bool


@dataclass(frozen=True, slots=True)
class Busy:
    """What is in hand already: webhooks that are being told, accounts that have their share of places. `failing` True: so are
    all places of receivers that took nothing lately."""

    webhooks: Collection[str] = field(default=())
    accounts: Collection[str] = field(default=())
    failing: bool = False


IDLE = Busy()


def is_message_due(session: Session, now: datetime, busy: Busy = IDLE) -> bool:
    """Whether `take_message` would find one; asked first, because it needs no write."""
    return session.scalar(_due(now, busy).with_only_columns(WebhookDelivery.id)) is not None


def take_message(session: Session, now: datetime, busy: Busy = IDLE) -> TakenMessage | None:
    """Take the message that is due longest, so that no other worker sends it; None when none is due that may be sent."""
    row = session.scalars(_due(now, busy).with_for_update(skip_locked=True, of=WebhookDelivery)).first()
    if row is None:
        return None
    row.attempts += 1
    row.due_at = now + LEASE
    session.flush()
    webhook = session.execute(
        select(
            Webhook.account_id,
            Webhook.url,
            Webhook.state,
            Webhook.generation,
            Webhook.rotated_at,
            Webhook.failing_since,
            Account.disabled_at,
            Account.deleted_at,
        )
        .join(Account, Account.id == Webhook.account_id)
        .where(Webhook.id == row.webhook_id)
    ).one()
    is_wanted = webhook.state == ACTIVE and webhook.disabled_at is None and webhook.deleted_at is None
    return TakenMessage(
        row.id,
        row.webhook_id,
        webhook.account_id,
        webhook.url,
        row.event,
        row.payload,
        row.attempts,
        row.created_at,
        webhook.generation,
        webhook.rotated_at,
        is_wanted,
        webhook.failing_since is not None,
    )


def _due(now: datetime, busy: Busy) -> Select[WebhookDelivery]:
    query = (
        select(WebhookDelivery)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.done_at.is_(None), WebhookDelivery.due_at <= now)
        .where(Webhook.id.not_in(busy.webhooks), Webhook.account_id.not_in(busy.accounts))
    )
    if busy.failing:
        query = query.where(Webhook.failing_since.is_(None))
    return query.order_by(WebhookDelivery.due_at, WebhookDelivery.id).limit(1)


def note_taken(session: Session, message: TakenMessage, status: int, took_ms: int, now: datetime) -> None:
    """The receiver took it."""
    _change(session, message.id, done_at=now, last_status=status, last_error="", last_took_ms=took_ms)
    session.execute(update(Webhook).where(Webhook.id == message.webhook_id).values(failing_since=None))


def note_unwanted(session: Session, message: TakenMessage, now: datetime) -> None:
    """Nobody is to be told any more."""
    _change(session, message.id, done_at=now, is_given_up=True, last_error="The webhook or its account is closed.")


def note_not_taken(
    session: Session, message: TakenMessage, error: str, *, status: int | None, took_ms: int, now: datetime
) -> datetime | None:
    """Keep what went wrong and when to try again, for everything that waits for the same receiver; since when nothing was
    taken, where that is so long that the webhook should be disabled."""
    wait = WAITS[min(message.attempts, len(WAITS)) - 1]
    is_given_up = now + wait - message.created_at > GIVEN_UP_AFTER
    _change(
        session,
        message.id,
        last_status=status,
        last_error=error[:300],
        last_took_ms=took_ms,
        due_at=now + wait,
        done_at=now if is_given_up else None,
        is_given_up=is_given_up,
    )
    waiting = (
        WebhookDelivery.webhook_id == message.webhook_id,
        WebhookDelivery.done_at.is_(None),
        WebhookDelivery.due_at < now + wait,
    )
    session.execute(update(WebhookDelivery).where(*waiting).values(due_at=now + wait))
    webhook = Webhook.id == message.webhook_id
    session.execute(update(Webhook).where(webhook, Webhook.failing_since.is_(None)).values(failing_since=now))
    since: datetime | None = session.scalar(select(Webhook.failing_since).where(webhook))
    return since if since is not None and now - since >= DISABLED_AFTER else None


def forget_messages(session: Session, now: datetime) -> int:
    """Delete log lines of messages that were done with 30 days ago; at most 1,000, how many."""
    old = session.scalars(
        select(WebhookDelivery.id).where(WebhookDelivery.done_at < now - KEPT_FOR).limit(_AT_ONCE)
    ).all()
    if old:
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)))
    return len(old)


def _change(session: Session, row_id: str, **values: object) -> None:
    session.execute(
        update(WebhookDelivery).where(WebhookDelivery.id == row_id, WebhookDelivery.done_at.is_(None)).values(**values)
    )
