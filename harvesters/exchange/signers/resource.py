"""`resource_hmac`: HMAC-SHA256 over service, requester and time, with a secret that expires.

As the national exchange platform and those built after it describe it: the headers `gjgxjhpt_rid` (who asks),
`gjgxjhpt_sid` (the service), `gjgxjhpt_rtime` (milliseconds) and `gjgxjhpt_sign` = base64(HMAC-SHA256(secret, sid + rid
+ rtime)). The secret of each service is asked for with a call signed by the authorisation code (appkey), comes
encrypted with that code and states its end. The cipher is what Java's `KeyGenerator` gives for a `SHA1PRNG` seeded with
the code: AES-128 in ECB with the first 16 bytes of SHA-1(SHA-1(code)). ECB and SHA-1 are the platform's choice, not ours.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from harvesters.errors import StopRun
from harvesters.exchange.signers.canonical import hmac_signature
from harvesters.exchange.signers.protocol import Making, Scheme, Unsigned, milliseconds
from harvesters.protocols import Signed

_SECRET_PATH = "/sysapi/auth/refreshappsecret"  # noqa: S105 - a path, not a password
_BEFORE_ITS_END = timedelta(seconds=30)
_LISTING = "catalogue"


@dataclass(frozen=True, slots=True)
class _Secret:
    text: str
    ends: datetime | None


class ResourceSigner:
    """Keeps a secret for each service, and renews one shortly before the end that the platform stated."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self._requester, self._code = making.secret["requester_id"], making.secret["app_key"]
        self._service = making.options.get("service_id", "")
        self._secrets: dict[str, _Secret] = {}

    def sign(self, request: Unsigned, *, now: datetime, nonce: str) -> Signed:
        service = self._service or request.resource or _LISTING
        known = self._secrets.get(service)
        if known is None or (known.ends is not None and now >= known.ends - _BEFORE_ITS_END):
            known = self._secrets[service] = self._obtain(service, now)
        return Signed(headers=self._proof(service, now, known.text))

    def renew(self) -> bool:
        self._secrets.clear()
        return True

    def _proof(self, service: str, now: datetime, key: str) -> dict[str, str]:
        time = milliseconds(now)
        return {
            "gjgxjhpt_rid": self._requester,
            "gjgxjhpt_sid": service,
            "gjgxjhpt_rtime": time,
            "gjgxjhpt_sign": hmac_signature(key, service + self._requester + time),
        }

    def _obtain(self, service: str, now: datetime) -> _Secret:
        path = self._making.options.get("secret_path", "") or _SECRET_PATH
        data = self._making.ask("POST", path, json=self._proof(service, now, self._code))
        encrypted, ends = data.get("secret"), data.get("secretEndTime")
        if not isinstance(encrypted, str) or not encrypted:
            raise StopRun(f"{path} gave no signing secret; check the requester and the authorisation code.")
        return _Secret(decrypted(self._code, encrypted), _instant(ends))


def decrypted(code: str, text: str) -> str:
    """A secret that came encrypted with the authorisation code. Raises StopRun when it cannot be read."""
    seeded = hashlib.sha1(code.encode(), usedforsecurity=False).digest()
    key = hashlib.sha1(seeded, usedforsecurity=False).digest()[:16]
    decryptor = Cipher(AES(key), ECB()).decryptor()  # noqa: S305 - the platform's cipher
    unpadder = padding.PKCS7(128).unpadder()
    try:
        padded = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except (ValueError, binascii.Error) as error:
        raise StopRun("The signing secret cannot be decrypted; check the authorisation code (app_key).") from error


def _instant(value: object) -> datetime | None:
    """Milliseconds since 1970 as number or text; anything else states no end."""
    text = str(value)
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() and len(text) == 13 else None


SCHEME = Scheme("resource_hmac", ("requester_id", "app_key"), ResourceSigner, options=("service_id", "secret_path"))
