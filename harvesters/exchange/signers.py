"""The signature schemes of exchange platforms. A signer gives headers for one attempt of one request.

To add a scheme: a class with `headers` and `renew`, a line in `SIGNERS`, its secrets in `config.SECRETS`.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What is about to be sent. `path` starts with a slash; `params` are not yet encoded."""

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes = b""


class Signer(Protocol):
    """One scheme with its secret."""

    def headers(self, request: Unsigned, *, now: datetime, nonce: str) -> dict[str, str]:
        """Headers that prove who asks, for this instant and nonce."""
        ...

    def renew(self) -> bool:
        """Forget a secret that expired; False when the scheme has none, so that trying again is useless."""
        ...


def canonical_query(params: Mapping[str, str]) -> str:
    """`name=value` pairs sorted by name, percent-encoded as in RFC 3986, joined with `&`."""
    pairs = sorted((quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in params.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def string_to_sign(request: Unsigned, timestamp: str, nonce: str) -> str:
    """Six lines: method, path, canonical query, milliseconds since 1970, nonce, SHA-256 of the body in hex."""
    digest = hashlib.sha256(request.body).hexdigest()
    return "\n".join((request.method.upper(), request.path, canonical_query(request.params), timestamp, nonce, digest))


def hmac_signature(secret: str, text: str) -> str:
    """HMAC-SHA256 of UTF-8 text, base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def milliseconds(now: datetime) -> str:
    """An instant as platforms write it."""
    return str(int(now.timestamp() * 1000))


class HmacSigner:
    """HMAC-SHA256 with a secret that expires: the long-lived secret never travels, it signs the call for a short one.

    `obtain` fetches a short-lived secret; it is called at the first request and after `renew`.
    """

    def __init__(self, secret: Mapping[str, str], obtain: Callable[[], str]) -> None:
        self._app_key = secret["app_key"]
        self._obtain = obtain
        self._current: str | None = None

    def headers(self, request: Unsigned, *, now: datetime, nonce: str) -> dict[str, str]:
        if self._current is None:
            self._current = self._obtain()
        timestamp = milliseconds(now)
        return {
            "X-App-Key": self._app_key,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": hmac_signature(self._current, string_to_sign(request, timestamp, nonce)),
        }

    def renew(self) -> bool:
        self._current = None
        return True


class GatewaySigner:
    """SHA-256 over time stamp, token and nonce, as government API gateways ask."""

    def __init__(self, secret: Mapping[str, str]) -> None:
        self._pass_id = secret["pass_id"]
        self._token = secret["token"]

    def headers(self, request: Unsigned, *, now: datetime, nonce: str) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        signature = hashlib.sha256(f"{timestamp}{self._token}{nonce}".encode()).hexdigest().upper()
        return {
            "X-Tif-Paasid": self._pass_id,
            "X-Tif-Timestamp": timestamp,
            "X-Tif-Nonce": nonce,
            "X-Tif-Signature": signature,
        }

    def renew(self) -> bool:
        return False


class AppKeySigner:
    """A key in a header and nothing more: fit for inner networks only."""

    def __init__(self, secret: Mapping[str, str]) -> None:
        self._app_key = secret["app_key"]

    def headers(self, request: Unsigned, *, now: datetime, nonce: str) -> dict[str, str]:
        return {"X-App-Key": self._app_key}

    def renew(self) -> bool:
        return False


class BearerSigner:
    """A bearer token (RFC 6750)."""

    def __init__(self, secret: Mapping[str, str]) -> None:
        self._token = secret["token"]

    def headers(self, request: Unsigned, *, now: datetime, nonce: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        return False


def make_signer(scheme: str, secret: Mapping[str, str], obtain: Callable[[], str]) -> Signer:
    """The signer of a scheme. `obtain` fetches a short-lived secret, for the scheme that needs one."""
    if scheme == "hmac":
        return HmacSigner(secret, obtain)
    return SIGNERS[scheme](secret)


SIGNERS: dict[str, Callable[[Mapping[str, str]], Signer]] = {
    "gateway": GatewaySigner,
    "app_key": AppKeySigner,
    "bearer": BearerSigner,
}
