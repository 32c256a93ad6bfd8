"""Who may ask: short-lived secrets and the signature schemes, as the platform sees them."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from urllib.parse import quote

from .schemes import QUERY_KEY, ServiceDesk, client_is_right, md5_is_right

APP_KEY = "sample-portal"
APP_SECRET = "sample-long-lived-secret-0001"
BEARER_TOKEN = "sample-bearer-token-0001"
GATEWAY_PASS = "sample-pass"
GATEWAY_TOKEN = "sample-gateway-token-0001"

_CLOCK_TOLERANCE_S = 600


class Refusal(Exception):
    """The caller is not believed; `code` goes into the envelope."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def sign(secret: str, text: str) -> str:
    """base64(HMAC-SHA256(secret, text))."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode("ascii")


def text_to_sign(method: str, path: str, query: dict[str, str], timestamp: str, nonce: str) -> str:
    """method, path, sorted query, time stamp, nonce, SHA-256 of the (empty) body; a line each."""
    pairs = sorted(f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in query.items())
    return "\n".join((method, path, "&".join(pairs), timestamp, nonce, hashlib.sha256(b"").hexdigest()))


class Office:
    """Hands out short-lived secrets and checks signatures; nonces are good for one use."""

    def __init__(self, lifetime_s: float = 900.0) -> None:
        self.lifetime_s = lifetime_s
        self.allows_plain_key = False
        self._lock = threading.Lock()
        self._issued: dict[str, float] = {}
        self._nonces: set[str] = set()
        self.desk = ServiceDesk()

    def issue(self, app_key: str, timestamp: str, signature: str) -> str:
        """A new secret for whoever can sign with the long-lived one."""
        if app_key != APP_KEY:
            raise Refusal("40102", "appKey 不存在")
        _check_time(timestamp, unit=1000)
        if not hmac.compare_digest(sign(APP_SECRET, f"{app_key}\n{timestamp}"), signature):
            raise Refusal("40101", "签名错误")
        secret = secrets.token_hex(24)
        with self._lock:
            self._issued[secret] = time.monotonic() + self.lifetime_s
        return secret

    def expire_all(self) -> None:
        """Every secret handed out so far is no longer good."""
        with self._lock:
            self._issued = dict.fromkeys(self._issued, 0.0)
        self.desk.expire_all()

    def check(self, method: str, path: str, query: dict[str, str], headers: dict[str, str]) -> None:
        """Raise Refusal unless one of the schemes proves the caller."""
        if headers.get("authorization") == f"Bearer {BEARER_TOKEN}" or query.get("appKey") == QUERY_KEY:
            return
        if "x-tif-signature" in headers:
            self._check_gateway(headers)
        elif "gjgxjhpt_sign" in headers:
            self._check_service(headers)
        elif "x-client-id" in headers:
            self._check_once(client_is_right(headers), headers.get("x-timestamp", ""), headers.get("x-nonce", ""))
        elif "sign" in query:
            self._check_once(md5_is_right(query), query.get("timestamp", ""), query.get("nonce", ""))
        else:
            self._check_app_key(method, path, query, headers)

    def _check_app_key(self, method: str, path: str, query: dict[str, str], headers: dict[str, str]) -> None:
        if headers.get("x-app-key") != APP_KEY:
            raise Refusal("40102", "appKey 不存在")
        if "x-signature" not in headers:
            if self.allows_plain_key:
                return
            raise Refusal("40101", "缺少签名")
        timestamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
        _check_time(timestamp, unit=1000)
        text = text_to_sign(method, path, query, timestamp, nonce)
        given = headers.get("x-signature", "")
        with self._lock:
            now = time.monotonic()
            for secret, until in reversed(self._issued.items()):
                if hmac.compare_digest(sign(secret, text), given):
                    if until < now:
                        raise Refusal("40103", "签名密钥已过期，请重新获取")
                    self._use_nonce(nonce)
                    return
        raise Refusal("40101", "签名错误")

    def _check_gateway(self, headers: dict[str, str]) -> None:
        timestamp, nonce = headers.get("x-tif-timestamp", ""), headers.get("x-tif-nonce", "")
        _check_time(timestamp, unit=1)
        expected = hashlib.sha256(f"{timestamp}{GATEWAY_TOKEN}{nonce}{timestamp}".encode()).hexdigest()
        if headers.get("x-tif-paasid") != GATEWAY_PASS or headers["x-tif-signature"].lower() != expected:
            raise Refusal("40101", "签名错误")
        with self._lock:
            self._use_nonce(nonce)

    def _check_service(self, headers: dict[str, str]) -> None:
        _check_time(headers.get("gjgxjhpt_rtime", ""), unit=1000)
        fault = self.desk.believes(headers)
        if fault == "expired":
            raise Refusal("40103", "签名密钥已过期，请重新获取")
        if fault:
            raise Refusal("40101", "签名错误")

    def _check_once(self, is_right: bool, timestamp: str, nonce: str) -> None:
        _check_time(timestamp, unit=1000)
        if not is_right:
            raise Refusal("40101", "签名错误")
        with self._lock:
            self._use_nonce(nonce)

    def _use_nonce(self, nonce: str) -> None:
        if not nonce or nonce in self._nonces:
            raise Refusal("40104", "nonce 重复")
        self._nonces.add(nonce)
        if len(self._nonces) > 1_000_000:
            self._nonces.clear()


def _check_time(timestamp: str, *, unit: int) -> None:
    if not timestamp.isdigit() or abs(int(timestamp) / unit - time.time()) > _CLOCK_TOLERANCE_S:
        raise Refusal("40105", "时间戳超出允许范围")
