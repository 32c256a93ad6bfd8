"""`sorted_md5`: MD5 over the sorted parameters and a key, everything in the query.

As platforms describe it: all parameters that are not blank, `sign` left out, sorted by name in ASCII order, joined as
`name=value` with `&`, then `&key=` and the key; MD5 in upper-case hex. Some leave out `&key=` or write lower case: the
options `joint` and `case` say so. MD5 is the platform's choice, not ours.
"""

import hashlib
from datetime import datetime

from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned, milliseconds
from harvesters.protocols import Signed


class SortedMd5Signer:
    """Adds `appKey`, `timestamp` (milliseconds), `nonce` and `sign` to the query. The key never travels."""

    def __init__(self, making: Making) -> None:
        self._app_key, self._key = making.secret["app_key"], making.secret["app_secret"]
        self._joint = making.options.get("joint", "&key=")
        self._is_lower = making.options.get("case", "upper") == "lower"

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        ours = {"appKey": self._app_key, "timestamp": milliseconds(now), "nonce": nonce}
        filled = {name: value for name, value in {**request.params, **ours}.items() if value and name != "sign"}
        text = "&".join(f"{name}={filled[name]}" for name in sorted(filled)) + self._joint + self._key
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return Signed(params=ours | {"sign": digest if self._is_lower else digest.upper()})

    def renew(self) -> bool:
        return False


SCHEME = Scheme("sorted_md5", ("app_key", "app_secret"), SortedMd5Signer, options=("joint", "case"))
