"""The other signature schemes as platforms check them, each written from its description alone."""

import base64
import hashlib
import hmac
import secrets
import threading
import time

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

REQUESTER_ID = "sample-requester"
SERVICE_CODE = "sample-authorisation-code"
CLIENT_ID = "sample-client"
CLIENT_SECRET = "sample-client-secret-0001"
QUERY_KEY = "sample-query-key-0001"
MD5_KEY = "sample-md5-app"
MD5_SECRET = "sample-md5-secret-0001"


def proof(key: str, *parts: str) -> str:
    """base64(HMAC-SHA256(key, the parts in a row))."""
    return base64.b64encode(hmac.new(key.encode(), "".join(parts).encode(), hashlib.sha256).digest()).decode("ascii")


def encrypted(code: str, text: str) -> str:
    """AES-128-ECB with the key that Java's SHA1PRNG gives for a seed, base64."""
    key = hashlib.sha1(hashlib.sha1(code.encode()).digest()).digest()[:16]
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    padded = padder.update(text.encode()) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")


class ServiceDesk:
    """Short-lived secrets for each service, and what is signed with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._issued: dict[str, dict[str, float]] = {}

    def issue(self, body: dict[str, str], lifetime_s: float) -> dict[str, object] | None:
        """A new secret, encrypted, with its end; None when the call is not signed by the authorisation code."""
        service, time_ms = body.get("gjgxjhpt_sid", ""), body.get("gjgxjhpt_rtime", "")
        expected = proof(SERVICE_CODE, service, REQUESTER_ID, time_ms)
        if body.get("gjgxjhpt_rid") != REQUESTER_ID or not hmac.compare_digest(expected, body.get("gjgxjhpt_sign", "")):
            return None
        secret = secrets.token_hex(16)
        with self._lock:
            self._issued.setdefault(service, {})[secret] = time.monotonic() + lifetime_s
        end_ms = int((time.time() + lifetime_s) * 1000)
        return {"secret": encrypted(SERVICE_CODE, secret), "secretEndTime": str(end_ms)}

    def expire_all(self) -> None:
        """Every secret handed out so far is no longer good."""
        with self._lock:
            for issued in self._issued.values():
                issued.update(dict.fromkeys(issued, 0.0))

    def believes(self, headers: dict[str, str]) -> str:
        """ "" for a good signature, else `wrong` or `expired`."""
        service, time_ms = headers.get("gjgxjhpt_sid", ""), headers.get("gjgxjhpt_rtime", "")
        with self._lock:
            for secret, until in reversed(self._issued.get(service, {}).items()):
                expected = proof(secret, service, headers.get("gjgxjhpt_rid", ""), time_ms)
                if hmac.compare_digest(expected, headers.get("gjgxjhpt_sign", "")):
                    return "" if time.monotonic() < until else "expired"
        return "wrong"


def client_is_right(headers: dict[str, str]) -> bool:
    """X-Client-Id + X-Timestamp + X-Nonce under the client's secret."""
    given = (headers.get("x-client-id", ""), headers.get("x-timestamp", ""), headers.get("x-nonce", ""))
    expected = proof(CLIENT_SECRET, *given)
    return given[0] == CLIENT_ID and hmac.compare_digest(expected, headers.get("x-signature", ""))


def md5_is_right(query: dict[str, str]) -> bool:
    """Sorted parameters that are not blank, `&key=` and the key, MD5 in upper case."""
    pairs = sorted((name, value) for name, value in query.items() if value and name != "sign")
    text = "&".join(f"{name}={value}" for name, value in pairs) + f"&key={MD5_SECRET}"
    return query.get("appKey") == MD5_KEY and hashlib.md5(text.encode()).hexdigest().upper() == query.get("sign")
