"""Sending messages through the guarded client: signed anew for each attempt, answers read only for their status."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import structlog

from portal.accounts.errands import tell_person
from portal.db import Database
from portal.kernel.masking import masked
from portal.outbound import GuardedClient, OutboundError, OutboundLimits, RetryRule
from portal.settings import Settings, site_secret
from portal.webhooks.addresses import registered_hosts
from portal.webhooks.commands import disable_webhook, forget_webhooks_of_deleted
from portal.webhooks.deliveries import (
    TakenMessage,
    forget_messages,
    is_message_due,
    note_not_taken,
    note_taken,
    note_unwanted,
    take_message,
)
from portal.webhooks.errors import NotTaken
from portal.webhooks.signing import sign, valid_secrets

_AT_ONCE = 50
_MOST_ANSWER_BYTES = 64 * 1024
_LIMITS = OutboundLimits(connect_s=5.0, read_s=10.0, total_s=15.0, redirects=0)
_GONE = 410
_NOTICE = "webhook"
_log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def webhook_client(settings: Settings) -> GuardedClient:
    """A client that reaches public hosts, and those that the site has registered for webhooks."""
    return GuardedClient(registered_hosts(settings.webhook_hosts), limits=_LIMITS, retry=RetryRule(attempts=1))


def send_due_messages(
    database: Database,
    client: GuardedClient,
    settings: Settings,
    *,
    clock: Clock = lambda: datetime.now(UTC),
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send what is due, at most 50 messages; how many were tried."""
    tried = 0
    with database.reading() as session:
        is_due = is_message_due(session, clock())
    while is_due and tried < _AT_ONCE and not is_stopping():
        with database.transaction() as session:
            message = take_message(session, clock())
        if message is None:
            break
        _send(database, client, settings, message, clock)
        tried += 1
    return tried


def forget_old_messages(database: Database, now: datetime) -> int:
    """Delete old lines of the logs, and the webhooks of accounts that are deleted."""
    with database.transaction() as session:
        return forget_messages(session, now) + forget_webhooks_of_deleted(session)


def _send(database: Database, client: GuardedClient, settings: Settings, message: TakenMessage, clock: Clock) -> None:
    log = _log.bind(webhook=message.webhook_id, message=message.id, attempt=message.attempts)
    if not message.is_wanted:
        with database.transaction() as session:
            note_unwanted(session, message, clock())
        return
    started = time.monotonic()
    try:
        status = _post(client, settings, message, clock())
    except NotTaken as error:
        took_ms = round((time.monotonic() - started) * 1_000)
        with database.transaction() as session:
            since = note_not_taken(session, message, str(error), status=error.status, took_ms=took_ms, now=clock())
            if since is not None or error.status == _GONE:
                reason = (
                    "The receiver answered 410." if error.status == _GONE else f"Nothing was taken since {since:%F}."
                )
                disable_webhook(session, message.webhook_id, reason)
                tell_person(session, message.account_id, _NOTICE, clock())
        log.warning("webhook_not_taken", status=error.status, error=str(error))
        return
    took_ms = round((time.monotonic() - started) * 1_000)
    with database.transaction() as session:
        note_taken(session, message, status, took_ms, clock())
    log.info("webhook_taken", status=status, took_ms=took_ms)


def _post(client: GuardedClient, settings: Settings, message: TakenMessage, now: datetime) -> int:
    """One attempt; the status that it was taken with. Raises NotTaken."""
    body = orjson.dumps(
        {
            "type": message.event,
            "timestamp": message.created_at.isoformat().replace("+00:00", "Z"),
            "data": dict(message.payload),
        }
    )
    secrets = valid_secrets(message.webhook_id, message.generation, message.rotated_at, site_secret(settings), now)
    headers = sign(message.id, now, body, secrets) | {
        "content-type": "application/json",
        "user-agent": f"open-data-portal-webhooks (+{settings.base_url})",
    }
    try:
        answer = client.request("POST", message.url, headers=headers, content=body, max_bytes=_MOST_ANSWER_BYTES)
    except OutboundError as error:
        raise NotTaken(masked(str(error), longest=200)) from error
    if not 200 <= answer.status < 300:
        raise NotTaken(f"The receiver answered {answer.status}.", status=answer.status)
    return answer.status
