"""The guarded HTTP client: every request that leaves this machine goes through it."""

import json as json_module
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from portal.outbound.addresses import Resolver, system_resolver
from portal.outbound.decoding import decoded
from portal.outbound.errors import Blocked, OutboundError, TooLarge, TooSlow, Truncated, Unreachable
from portal.outbound.network import DEADLINE, GuardedBackend
from portal.outbound.redaction import redact_url
from portal.outbound.retries import IDEMPOTENT, RETRIED_STATUSES, RetryRule, asked_wait_s
from portal.outbound.trust import trusted_context

Headers = Mapping[str, str]
Signer = Callable[[], Headers]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin; everything else can be a credential.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent", "range", "if-none-match", "if-modified-since"})
USER_AGENT = "district-data-portal/1"


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


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole, size-capped answer. Header names are lower case; `url` is where it came from after redirects."""

    status: int
    headers: Headers
    body: bytes
    url: str


class StreamedAnswer:
    """An answer read in chunks; caps and times are enforced while it is read."""

    def __init__(self, response: httpcore.Response, url: str, *, cap: int, deadline: float) -> None:
        self.status: int = response.status
        self.headers = _lower(response)
        self.url = url
        self._response = response
        self._deadline = deadline
        where = redact_url(url)
        announced = self.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:18]) > cap:
            raise TooLarge(f"{where} announces {int(announced[:18]):,} bytes; {cap:,} are allowed.")
        raw = _counted(response.iter_stream(), cap, where)
        self._pieces = decoded(raw, self.headers.get("content-encoding", ""), max_bytes=cap, where=where)

    def chunks(self) -> Iterator[bytes]:
        """The content, decompressed. Raises Truncated, TooSlow or TooLarge rather than end early."""
        while True:
            token = DEADLINE.set(self._deadline)
            try:
                with _translated(self.url):
                    piece = next(self._pieces, None)
            finally:
                DEADLINE.reset(token)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        """Give the connection back; one that was not read to its end is dropped."""
        self._response.close()


_AnswerT = TypeVar("_AnswerT", Answer, StreamedAnswer)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A request before it is signed."""

    method: str
    url: str
    headers: dict[str, str]
    sign: Signer | None
    body: bytes

    def signed_headers(self) -> dict[str, str]:
        signed = self.sign() if self.sign else {}
        return self.headers | {name.lower(): value for name, value in signed.items()}


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
        backend = GuardedBackend(allowed_hosts, resolve=resolve, clock=clock)
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
        """A whole answer, whatever its status. `sign` gives further headers and is asked anew for every attempt.

        Raises Blocked, Unreachable, TooSlow, TooLarge or Truncated.
        """
        body, sent = _body_and_headers(headers, json, content)
        sent.setdefault("accept-encoding", "gzip")
        outgoing = _Outgoing(method.upper(), _with_params(url, params), sent, sign, body)
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
        _, sent = _body_and_headers(headers, None, None)
        sent.setdefault("accept-encoding", "identity")
        outgoing = _Outgoing(method.upper(), _with_params(url, params), sent, sign, b"")
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
        method, url, headers = outgoing.method, outgoing.url, outgoing.signed_headers()
        for _ in range(self._limits.redirects + 1):
            _check_url(url)
            response = self._send(method, url, headers, outgoing.body, deadline)
            location = _lower(response).get("location", "")
            if response.status not in _REDIRECTS or not location:
                return response, url
            response.close()
            if method not in IDEMPOTENT:
                raise Blocked(f"{redact_url(url)} redirects a {method}; give the final address in the configuration.")
            following = urljoin(url, location)
            if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
                raise Blocked(f"{redact_url(url)} redirects to an unencrypted address; that is not followed.")
            if _origin(following) != _origin(url):
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
        target = split.path or "/"
        if split.query:
            target = f"{target}?{split.query}"
        scheme, host, port = _origin(url)
        bracketed = f"[{host}]" if ":" in host else host
        sent = {"host": bracketed if split.port is None else f"{bracketed}:{port}"} | headers
        if body:
            sent["content-length"] = str(len(body))
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=scheme.encode(), host=host.encode(), port=port, target=target.encode("ascii")),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()],
            content=body or None,
            extensions={"timeout": timeouts},
        )
        token = DEADLINE.set(deadline)
        try:
            with _translated(url):
                return self._pool.handle_request(request)
        finally:
            DEADLINE.reset(token)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Errors of the library below become ours."""
    try:
        yield
    except OutboundError:
        raise
    except httpcore.TimeoutException as error:
        raise TooSlow(f"{redact_url(url)} did not answer in time.") from error
    except httpcore.ConnectError as error:
        raise Unreachable(f"No connection to {redact_url(url)}: {_first_line(error)}") from error
    except (httpcore.ProtocolError, httpcore.NetworkError) as error:
        raise Truncated(f"The answer of {redact_url(url)} broke off or is not HTTP: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _counted(chunks: Iterator[bytes], cap: int, where: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > cap:
            raise TooLarge(f"{where} sent more than the {cap:,} bytes allowed; the rest was not read.")
        yield chunk


def _check_url(url: str) -> None:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise Blocked(f"The address {redact_url(url)} cannot be read.") from error
    if split.scheme not in {"http", "https"} or not split.hostname or port == 0:
        raise Blocked(f"The address {redact_url(url)} is not an http or https address with a host.")
    if split.username is not None or split.password is not None:
        raise Blocked(f"The address {redact_url(url)} carries a user or password; secrets belong in the secret file.")


def _origin(url: str) -> tuple[str, str, int]:
    split = urlsplit(url)
    host = (split.hostname or "").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return split.scheme, host, split.port or (443 if split.scheme == "https" else 80)


def _with_params(url: str, params: Mapping[str, str] | None) -> str:
    if not params:
        return url
    joiner = "&" if urlsplit(url).query else "?"
    return f"{url}{joiner}{urlencode(params)}"


def _body_and_headers(
    headers: Headers | None, json: object | None, content: bytes | None
) -> tuple[bytes, dict[str, str]]:
    sent = {"user-agent": USER_AGENT, "accept": "*/*"} | {n.lower(): v for n, v in (headers or {}).items()}
    if json is not None:
        sent["content-type"] = "application/json"
        return json_module.dumps(json, ensure_ascii=False).encode(), sent
    return content or b"", sent


def _lower(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
