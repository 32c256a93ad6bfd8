"""`hmac`: HMAC-SHA256 over the whole request, with a secret that expires.

The long-lived secret never travels: it signs the call for a short-lived one, and that signs six lines: method, path,
canonical query, milliseconds since 1970, nonce, SHA-256 of the body in hex.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from harvesters.errors import StopRun
from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned, milliseconds
from harvesters.protocols import Signed

_SECRET_PATH = "/auth/secret"  # noqa: S105 - a path, not a password


def canonical_query(params: Mapping[str, str]) -> str:
    """`name=value` pairs sorted by name, percent-encoded as in RFC 3986, joined with `&`."""
    pairs = sorted((quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in params.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def string_to_sign(request: Unsigned, timestamp: str, nonce: str) -> str:
    """The six lines."""
    digest = hashlib.sha256(request.body).hexdigest()
    return "\n".join((request.method.upper(), request.path, canonical_query(request.params), timestamp, nonce, digest))


def hmac_signature(secret: str, text: str) -> str:
    """HMAC-SHA256 of UTF-8 text, base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


class HmacSigner:
    """Signs with the secret that the platform handed out last; fetches one at the first request and after `renew`."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self._app_key = making.secret["app_key"]
        self._current: str | None = None

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        if self._current is None:
            self._current = self._obtain()
        timestamp = milliseconds(now)
        signature = hmac_signature(self._current, string_to_sign(request, timestamp, nonce))
        return Signed(
            headers={
                "X-App-Key": self._app_key,
                "X-Timestamp": timestamp,
                "X-Nonce": nonce,
                "X-Signature": signature,
            }
        )

    def renew(self) -> bool:
        self._current = None
        return True

    def _obtain(self) -> str:
        timestamp = milliseconds(self._making.clock())
        signature = hmac_signature(self._making.secret["app_secret"], f"{self._app_key}\n{timestamp}")
        params = {"appKey": self._app_key, "timestamp": timestamp, "sign": signature}
        found = self._making.ask("GET", _SECRET_PATH, params=params).get("requestSecret")
        if not isinstance(found, str) or not found:
            raise StopRun(f"{_SECRET_PATH} gave no signing secret; check the application key of this source.")
        return found


SCHEME = Scheme("hmac", ("app_key", "app_secret"), HmacSigner)
