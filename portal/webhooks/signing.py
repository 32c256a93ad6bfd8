"""Signatures in the convention of Standard Webhooks: HMAC-SHA256 over id, time and body.

The secret of a webhook is a keyed digest of its id and generation under the site's secret: it is shown once, stored nowhere,
and the worker makes it again when it signs. For a day after a rotation both secrets sign.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

PREFIX = "whsec_"
OVERLAP = timedelta(days=1)


def secret_of(webhook_id: str, generation: int, site_secret: bytes) -> str:
    """The secret that is shown to the owner."""
    raw = hmac.new(site_secret, f"webhook\n{webhook_id}\n{generation}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(raw).decode()


def sign(message_id: str, sent_at: datetime, body: bytes, secrets: tuple[str, ...]) -> dict[str, str]:
    """The headers of one attempt; a signature for each secret."""
    stamp = str(int(sent_at.timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    signatures = []
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        signatures.append("v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode())
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}


def valid_secrets(
    webhook_id: str, generation: int, rotated_at: datetime | None, site_secret: bytes, now: datetime
) -> tuple[str, ...]:
    """The newest secret, and the one before it for a day."""
    generations = [generation]
    if rotated_at is not None and now - rotated_at < OVERLAP and generation > 1:
        generations.append(generation - 1)
    return tuple(secret_of(webhook_id, one, site_secret) for one in generations)
