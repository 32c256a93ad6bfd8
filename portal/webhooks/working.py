"""The worker's threads for webhooks: one makes messages of what changed, one sends what is due and keeps house."""

from datetime import UTC, datetime
from threading import Event
from time import monotonic

import structlog

from portal.db import Database
from portal.index import SearchService
from portal.settings import Settings
from portal.webhooks.fanning import fan_out
from portal.webhooks.sending import Senders, forget_old_messages, webhook_client

_EVERY_S = 2.0
_WHILE_SENDING_S = 0.5
_AWAY_S = 5.0
_HOUSE_EVERY_S = 3_600.0
_log = structlog.get_logger(__name__)


def make_messages(database: Database, search: SearchService, settings: Settings, stop: Event) -> None:
    """Make messages until `stop` is set. A step that fails is logged and tried again: nothing is lost, it is all in rows."""
    while not stop.is_set():
        try:
            made = fan_out(database, search, settings.base_url, datetime.now(UTC))
        except Exception:  # isolated: a database that is away comes back
            _log.exception("webhooks_failed")
            stop.wait(_AWAY_S)
            continue
        stop.wait(0.0 if made else _EVERY_S)


def send_messages(database: Database, settings: Settings, stop: Event) -> None:
    """Send messages until `stop` is set, and wait for those in hand; a step that fails is tried again likewise."""
    kept_house_at = monotonic()
    with webhook_client(settings) as client, Senders(database, client, settings) as senders:
        while not stop.is_set():
            try:
                senders.start_due()
                if monotonic() - kept_house_at > _HOUSE_EVERY_S:
                    kept_house_at = monotonic()
                    forget_old_messages(database, datetime.now(UTC))
            except Exception:  # isolated, as above
                _log.exception("webhooks_failed")
                stop.wait(_AWAY_S)
                continue
            if not senders.wait(_WHILE_SENDING_S):
                stop.wait(_EVERY_S)
