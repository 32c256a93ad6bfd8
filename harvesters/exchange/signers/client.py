"""`client`: HMAC-SHA256 over client id, time stamp and nonce, good for ten minutes, as provincial open platforms ask.

Headers `X-Client-Id`, `X-Timestamp` (milliseconds), `X-Nonce`, `X-Signature` (base64). Every attempt is signed anew, so
that a long back-off never runs out of the ten minutes.
"""

from datetime import datetime

from harvesters.exchange.signers.canonical import hmac_signature
from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned, milliseconds
from harvesters.protocols import Signed


class ClientSigner:
    """The secret never travels."""

    def __init__(self, making: Making) -> None:
        self._client_id, self._secret = making.secret["client_id"], making.secret["client_secret"]

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        timestamp = milliseconds(now)
        return Signed(
            headers={
                "X-Client-Id": self._client_id,
                "X-Timestamp": timestamp,
                "X-Nonce": nonce,
                "X-Signature": hmac_signature(self._secret, f"{self._client_id}{timestamp}{nonce}"),
            }
        )

    def renew(self) -> bool:
        return False


SCHEME = Scheme("client", ("client_id", "client_secret"), ClientSigner)
