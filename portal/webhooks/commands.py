"""What owners do with their webhooks. Session first, then whose they are; another account's do not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.catalogue.change_log import KINDS
from portal.catalogue.changes import find_newest_change
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.webhooks.models import ACTIVE, Webhook, WebhookDelivery

MOST_WEBHOOKS = 20
MOST_SHOWN = 100
_MOST_WAITING_PINGS = 5
_AT_ONCE = 500
PING = "ping"


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook as its owner sees it; the secret is not among it."""

    id: str
    url: str
    dataset_id: str | None
    search: Mapping[str, Any] | None
    events: tuple[str, ...]
    state: str
    disabled_reason: str
    generation: int
    rotated_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A line of the log. `due_at` None: done with."""

    id: str
    event: str
    dataset_id: str | None
    attempts: int
    status: int | None
    error: str
    took_ms: int | None
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    is_given_up: bool


def create_webhook(
    session: Session,
    account_id: str,
    *,
    url: str,
    dataset_id: str | None,
    search: Mapping[str, Any] | None,
    events: Sequence[str],
    now: datetime,
) -> WebhookView:
    """Begin to tell an address; `url` was checked. Raises InvalidInput."""
    if (dataset_id is None) == (search is None):
        raise InvalidInput("Name either a dataset or a search.", parameter="dataset")
    chosen = [kind for kind in KINDS if kind in events]
    if not chosen or len(chosen) != len(set(events)):
        raise InvalidInput(f"events are some of: {', '.join(KINDS)}.", parameter="events")
    if (session.scalar(select(func.count()).where(Webhook.account_id == account_id)) or 0) >= MOST_WEBHOOKS:
        raise InvalidInput(f"An account has at most {MOST_WEBHOOKS} webhooks; delete one first.", parameter="url")
    row = Webhook(
        id=new_id(),
        account_id=account_id,
        url=url,
        dataset_id=dataset_id,
        search=dict(search) if search is not None else None,
        events=chosen,
        state=ACTIVE,
        generation=1,
        since_number=find_newest_change(session),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _view(row)


def list_webhooks(session: Session, account_id: str) -> tuple[WebhookView, ...]:
    """The account's webhooks, the newest first."""
    query = select(Webhook).where(Webhook.account_id == account_id).order_by(Webhook.created_at.desc(), Webhook.id)
    return tuple(_view(row) for row in session.scalars(query.limit(MOST_SHOWN)))


def get_webhook(session: Session, account_id: str, webhook_id: str) -> WebhookView:
    """One of the account's webhooks. Raises NotFound."""
    return _view(_own(session, account_id, webhook_id))


def delete_webhook(session: Session, account_id: str, webhook_id: str) -> None:
    """Stop telling, and forget the log. Raises NotFound."""
    row = _own(session, account_id, webhook_id)
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == row.id))
    session.execute(delete(Webhook).where(Webhook.id == row.id))


def rotate_secret(session: Session, account_id: str, webhook_id: str, now: datetime) -> WebhookView:
    """Give it a new secret; the old one signs for a day besides. Raises NotFound."""
    row = _own(session, account_id, webhook_id)
    row.generation, row.rotated_at = row.generation + 1, now
    session.flush()
    return _view(row)


def enable_webhook(session: Session, account_id: str, webhook_id: str) -> WebhookView:
    """Go on with one that was disabled, from now on. Raises NotFound."""
    row = _own(session, account_id, webhook_id)
    if row.state != ACTIVE:
        row.state, row.disabled_reason, row.failing_since = ACTIVE, "", None
        row.since_number = find_newest_change(session)
        session.flush()
    return _view(row)


def ping_webhook(session: Session, account_id: str, webhook_id: str, now: datetime) -> str:
    """Have a test message sent; its id. Raises NotFound, InvalidInput."""
    row = _own(session, account_id, webhook_id)
    waiting = (WebhookDelivery.webhook_id == row.id, WebhookDelivery.event == PING, WebhookDelivery.done_at.is_(None))
    if row.state != ACTIVE:
        raise InvalidInput("The webhook is disabled; enable it first.", parameter="webhook")
    if (session.scalar(select(func.count()).where(*waiting)) or 0) >= _MOST_WAITING_PINGS:
        raise InvalidInput("Test messages are waiting already; see the log.", parameter="webhook")
    delivery = WebhookDelivery(
        id=new_id(), webhook_id=row.id, event=PING, payload={"webhook": row.id}, created_at=now, due_at=now
    )
    session.add(delivery)
    session.flush()
    return delivery.id


def list_deliveries(session: Session, account_id: str, webhook_id: str, limit: int) -> tuple[DeliveryView, ...]:
    """The log of one webhook, the newest first. Raises NotFound."""
    row = _own(session, account_id, webhook_id)
    query = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == row.id)
        .order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id)
        .limit(min(limit, MOST_SHOWN))
    )
    return tuple(
        DeliveryView(
            id=one.id,
            event=one.event,
            dataset_id=one.dataset_id,
            attempts=one.attempts,
            status=one.last_status,
            error=one.last_error,
            took_ms=one.last_took_ms,
            created_at=one.created_at,
            due_at=None if one.done_at else one.due_at,
            done_at=one.done_at,
            is_given_up=one.is_given_up,
        )
        for one in session.scalars(query)
    )


def forget_webhooks_of_deleted(session: Session) -> int:
    """Delete the webhooks of accounts that were deleted, with their logs; how many."""
    gone = select(Webhook.id).join(Account, Account.id == Webhook.account_id).where(Account.deleted_at.is_not(None))
    ids = session.scalars(gone.limit(_AT_ONCE)).all()
    if ids:
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id.in_(ids)))
        session.execute(delete(Webhook).where(Webhook.id.in_(ids)))
    return len(ids)


def disable_webhook(session: Session, webhook_id: str, reason: str) -> None:
    """Stop telling: nothing was taken for long, or the receiver said never again. What waits is given up."""
    session.execute(
        update(Webhook).where(Webhook.id == webhook_id).values(state="disabled", disabled_reason=reason[:300])
    )


def _own(session: Session, account_id: str, webhook_id: str) -> Webhook:
    is_storable = webhook_id.isascii() and webhook_id.isalnum()
    row = session.get(Webhook, webhook_id) if is_storable else None
    if row is None or row.account_id != account_id:
        raise NotFound("You have no webhook of that id; the list has those you have.")
    return row


def _view(row: Webhook) -> WebhookView:
    return WebhookView(
        id=row.id,
        url=row.url,
        dataset_id=row.dataset_id,
        search=row.search,
        events=tuple(row.events),
        state=row.state,
        disabled_reason=row.disabled_reason,
        generation=row.generation,
        rotated_at=row.rotated_at,
        failing_since=row.failing_since,
        created_at=row.created_at,
    )
