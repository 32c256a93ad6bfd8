"""`gateway`: SHA-256 over time stamp, token, nonce and once more the time stamp, as government API gateways ask.

Headers `x-tif-paasid`, `x-tif-timestamp` (seconds), `x-tif-nonce`, `x-tif-signature` (hex).
"""

import hashlib
from datetime import datetime

from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned
from harvesters.protocols import Signed


class GatewaySigner:
    """The token never travels."""

    def __init__(self, making: Making) -> None:
        self._pass_id, self._token = making.secret["pass_id"], making.secret["token"]

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        timestamp = str(int(now.timestamp()))
        text = f"{timestamp}{self._token}{nonce}{timestamp}"
        return Signed(
            headers={
                "x-tif-paasid": self._pass_id,
                "x-tif-timestamp": timestamp,
                "x-tif-nonce": nonce,
                "x-tif-signature": hashlib.sha256(text.encode()).hexdigest(),
            }
        )

    def renew(self) -> bool:
        return False


SCHEME = Scheme("gateway", ("pass_id", "token"), GatewaySigner)
