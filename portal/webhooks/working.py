"""The worker's thread for webhooks: makes messages of what changed, sends what is due, keeps house."""

from datetime import UTC, datetime
from threading import Event
from time import monotonic

import structlog

from portal.db import Database
from portal.index import SearchService
from portal.settings import Settings
from portal.webhooks.fanning import fan_out
from portal.webhooks.sending import forget_old_messages, send_due_messages, webhook_client

_EVERY_S = 2.0
_AWAY_S = 5.0
_HOUSE_EVERY_S = 3_600.0
_log = structlog.get_logger(__name__)


def tell_webhooks(database: Database, search: SearchService, settings: Settings, stop: Event) -> None:
    """Work until `stop` is set. A step that fails is logged and tried again: nothing is lost, everything is in rows."""
    kept_house_at = monotonic()
    with webhook_client(settings) as client:
        while not stop.is_set():
            try:
                made = fan_out(database, search, settings.base_url, datetime.now(UTC))
                tried = send_due_messages(database, client, settings, is_stopping=stop.is_set)
                if monotonic() - kept_house_at > _HOUSE_EVERY_S:
                    kept_house_at = monotonic()
                    forget_old_messages(database, datetime.now(UTC))
            except Exception:  # isolated: a database that is away comes back
                _log.exception("webhooks_failed")
                stop.wait(_AWAY_S)
                continue
            stop.wait(0.0 if made or tried else _EVERY_S)
