"""`app_key`, `app_key_query`, `bearer`: a key that travels with every request. Fit for inner networks or TLS only.

A key in the query ends up in the platform's own logs; ours never show a query's values.
"""

from datetime import datetime

from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned
from harvesters.protocols import Signed


class FixedSigner:
    """The same proof for every request."""

    def __init__(self, signed: Signed) -> None:
        self._signed = signed

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        return self._signed

    def renew(self) -> bool:
        return False


def _app_key(making: Making) -> FixedSigner:
    return FixedSigner(Signed(headers={"X-App-Key": making.secret["app_key"]}))


def _app_key_query(making: Making) -> FixedSigner:
    name = making.options.get("parameter", "") or "appKey"
    return FixedSigner(Signed(params={name: making.secret["app_key"]}))


def _bearer(making: Making) -> FixedSigner:
    return FixedSigner(Signed(headers={"Authorization": f"Bearer {making.secret['token']}"}))


SCHEMES = (
    Scheme("app_key", ("app_key",), _app_key),
    Scheme("app_key_query", ("app_key",), _app_key_query, options=("parameter",)),
    Scheme("bearer", ("token",), _bearer),  # RFC 6750
)
