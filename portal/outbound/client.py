"""The guarded HTTP client: every request that leaves this machine goes through it."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpcore

from portal.outbound.addresses import Resolver, system_resolver
from portal.outbound.answers import Answer, StreamedAnswer, translated
from portal.outbound.errors import Blocked, OutboundError, TooSlow, Truncated, Unreachable
from portal.outbound.network import DEADLINE, GuardedBackend
from portal.outbound.redaction import redact_url
from portal.outbound.retries import IDEMPOTENT, RETRIED_STATUSES, RetryRule, asked_wait_s
from portal.outbound.trust import trusted_context
from portal.outbound.wire import (
    Headers,
    body_and_headers,
    check_url,
    encoded_headers,
    lower_headers,
    origin,
    redirect_target,
    request_target,
    with_params,
)


class Proof(Protocol):
    """What signs one attempt: further headers, and parameters that are added to the query."""

    @property
    def headers(self) -> Headers: ...
    @property
    def params(self) -> Mapping[str, str]: ...


Signer = Callable[[], Proof]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin; everything else can be a credential.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent", "range", "if-none-match", "if-modified-since"})


@dataclass(frozen=True, slots=True)
class OutboundLimits:
    """Seconds and bytes. `total_s` and `max_bytes` are for whole answers, `stream_*` for those read in chunks."""

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 120.0
    max_bytes: int = 64 * 1024 * 1024
    stream_total_s: float = 3600.0
    stream_max_bytes: int = 8 * 1024**3
    redirects: int = 5


_AnswerT = TypeVar("_AnswerT", Answer, StreamedAnswer)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A request before it is signed."""

    method: str
    url: str
    headers: dict[str, str]
    sign: Signer | None
    body: bytes

    def signed(self) -> tuple[str, dict[str, str]]:
        """Address and headers of one attempt."""
        if self.sign is None:
            return self.url, dict(self.headers)
        proof = self.sign()
        headers = self.headers | {name.lower(): value for name, value in proof.headers.items()}
        return with_params(self.url, proof.params), headers


class GuardedClient:
    """HTTP to other machines without reaching into our own network.

    Use it for everything that leaves: sources, link checks, webhooks. Names are resolved here, private and reserved
    addresses refused, the checked address is the one connected to, redirects are followed by hand under the same rules.
    `allowed_hosts` ("host" or "host:port") may be private: the registration of a source says so. Safe for threads.
    Proxies of the environment are not used. Retries cover idempotent methods only.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str] = frozenset(),
        *,
        limits: OutboundLimits | None = None,
        retry: RetryRule | None = None,
        resolve: Resolver = system_resolver,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._limits = limits or OutboundLimits()
        self._retry = retry or RetryRule()
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._backend = backend = GuardedBackend(allowed_hosts, resolve=resolve, clock=clock)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted_context(), max_connections=20, keepalive_expiry=15.0, network_backend=backend
        )

    def __enter__(self) -> "GuardedClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back all connections."""
        self._pool.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Headers | None = None,
        sign: Signer | None = None,
        json: object | None = None,
        content: bytes | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """A whole answer, whatever its status. `sign` gives further headers and parameters and is asked anew for every
        attempt.

        Raises Blocked, Unreachable, TooSlow, TooLarge or Truncated.
        """
        body, sent = body_and_headers(headers, json, content)
        sent.setdefault("accept-encoding", "gzip")
        outgoing = _Outgoing(method.upper(), with_params(url, params), sent, sign, body)
        cap = self._limits.max_bytes if max_bytes is None else max_bytes

        def read_whole() -> tuple[Answer, None]:
            answer = self._open(outgoing, cap, self._limits.total_s)
            try:
                return Answer(answer.status, answer.headers, b"".join(answer.chunks()), answer.url), None
            finally:
                answer.close()

        return self._retried(outgoing.method, read_whole)

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Headers | None = None,
        sign: Signer | None = None,
        max_bytes: int | None = None,
    ) -> Iterator[StreamedAnswer]:
        """An answer whose content is read in chunks. Retried until its headers are here, not afterwards."""
        _, sent = body_and_headers(headers, None, None)
        sent.setdefault("accept-encoding", "identity")
        outgoing = _Outgoing(method.upper(), with_params(url, params), sent, sign, b"")
        cap = self._limits.stream_max_bytes if max_bytes is None else max_bytes

        def open_only() -> tuple[StreamedAnswer, StreamedAnswer]:
            answer = self._open(outgoing, cap, self._limits.stream_total_s)
            return answer, answer

        answer = self._retried(outgoing.method, open_only)
        try:
            yield answer
        finally:
            answer.close()

    def _retried(self, method: str, attempt_once: Callable[[], tuple[_AnswerT, StreamedAnswer | None]]) -> _AnswerT:
        """Try as the rule allows. The second of the pair is what must be closed before trying again."""
        rule = self._retry if method in IDEMPOTENT else RetryRule(attempts=1)
        attempt = 0
        while True:
            attempt += 1
            try:
                answer, still_open = attempt_once()
            except (Unreachable, TooSlow, Truncated):
                wait_s = rule.wait_s(attempt, None, self._jitter)
                if wait_s is None:
                    raise
                self._sleep(wait_s)
                continue
            if answer.status not in RETRIED_STATUSES:
                return answer
            asked_s = asked_wait_s(answer.headers.get("retry-after"), datetime.now(UTC))
            wait_s = rule.wait_s(attempt, asked_s, self._jitter)
            if wait_s is None:
                return answer
            if still_open:
                still_open.close()
            self._sleep(wait_s)

    def _open(self, outgoing: _Outgoing, cap: int, total_s: float) -> StreamedAnswer:
        deadline = self._clock() + total_s
        response, url = self._follow(outgoing, deadline)
        try:
            return StreamedAnswer(response, url, cap=cap, deadline=deadline)
        except OutboundError:
            response.close()
            raise

    def _follow(self, outgoing: _Outgoing, deadline: float) -> tuple[httpcore.Response, str]:
        """Send, and follow redirects by hand. Gives the open response and the address it came from."""
        method, (url, headers) = outgoing.method, outgoing.signed()
        for _ in range(self._limits.redirects + 1):
            check_url(url)
            response = self._send(method, url, headers, outgoing.body, deadline)
            location = lower_headers(response).get("location", "")
            if response.status not in _REDIRECTS or not location:
                return response, url
            response.close()
            if method not in IDEMPOTENT:
                raise Blocked(f"{redact_url(url)} redirects a {method}; give the final address in the configuration.")
            following = redirect_target(url, location)
            if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
                raise Blocked(f"{redact_url(url)} redirects to an unencrypted address; that is not followed.")
            if origin(following) != origin(url):
                self._backend.check_redirect(origin(url)[1:], origin(following)[1:])
                headers = {name: value for name, value in headers.items() if name in _HARMLESS}
            url = following
        raise Blocked(f"{redact_url(url)} redirects more than {self._limits.redirects} times.")

    def _send(self, method: str, url: str, headers: dict[str, str], body: bytes, deadline: float) -> httpcore.Response:
        split = urlsplit(url)
        timeouts = {
            "connect": self._limits.connect_s,
            "read": self._limits.read_s,
            "write": self._limits.read_s,
            "pool": self._limits.connect_s,
        }
        scheme, host, port = origin(url)
        bracketed = f"[{host}]" if ":" in host else host
        sent = {"host": bracketed if split.port is None else f"{bracketed}:{port}"} | headers
        if body:
            sent["content-length"] = str(len(body))
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=scheme.encode(), host=host.encode(), port=port, target=request_target(url)),
            headers=encoded_headers(sent),
            content=body or None,
            extensions={"timeout": timeouts},
        )
        token = DEADLINE.set(deadline)
        try:
            with translated(url):
                return self._pool.handle_request(request)
        finally:
            DEADLINE.reset(token)
