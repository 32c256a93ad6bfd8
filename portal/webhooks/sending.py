"""Sending messages through the guarded client: signed anew for each attempt, answers read only for their status.

Several are sent at a time, so that a receiver that takes long, or hangs until its time is over, holds up nobody else: a
webhook has one place, an account two, and those that took nothing lately share half of them.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

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
    Busy,
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

PLACES = 8
_OF_FAILING = PLACES // 2
_OF_ONE_ACCOUNT = 2
_MOST_ANSWER_BYTES = 64 * 1024
_LIMITS = OutboundLimits(connect_s=5.0, read_s=10.0, total_s=15.0, redirects=0)
_GONE = 410
_NOTICE = "webhook"
_log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def webhook_client(settings: Settings) -> GuardedClient:
    """A client that reaches public hosts, and those that the site has registered for webhooks."""
    return GuardedClient(registered_hosts(settings.webhook_hosts), limits=_LIMITS, retry=RetryRule(attempts=1))


class Senders:
    """Sends what is due, at most eight messages at a time. Close it: it waits for those in hand, 15 seconds at most each."""

    def __init__(
        self,
        database: Database,
        client: GuardedClient,
        settings: Settings,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._client, self._settings, self._clock = database, client, settings, clock
        self._pool = ThreadPoolExecutor(PLACES, "webhook")
        self._in_hand: dict[Future[None], TakenMessage] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def start_due(self) -> int:
        """Begin to send what is due and has a place; how many. What went wrong with one before is raised here."""
        started = 0
        while (message := self._take()) is not None:
            told = self._pool.submit(_send, self._database, self._client, self._settings, message, self._clock)
            self._in_hand[told] = message
            started += 1
        return started

    def wait(self, timeout_s: float) -> bool:
        """Wait until one is sent, so long at most; False at once when none is in hand."""
        if self._in_hand:
            wait(self._in_hand, timeout_s, FIRST_COMPLETED)
        return bool(self._in_hand)

    def _take(self) -> TakenMessage | None:
        self._forget_done()
        if len(self._in_hand) >= PLACES:
            return None
        busy = self._busy()
        with self._database.reading() as session:
            if not is_message_due(session, self._clock(), busy):
                return None
        with self._database.transaction() as session:
            return take_message(session, self._clock(), busy)

    def _forget_done(self) -> None:
        for told in [one for one in self._in_hand if one.done()]:
            del self._in_hand[told]
            told.result()

    def _busy(self) -> Busy:
        messages = self._in_hand.values()
        accounts = Counter(message.account_id for message in messages)
        return Busy(
            webhooks=[message.webhook_id for message in messages],
            accounts=[account for account, places in accounts.items() if places >= _OF_ONE_ACCOUNT],
            failing=sum(message.is_failing for message in messages) >= _OF_FAILING,
        )


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
