"""The socket level of the guarded client: resolve once, check, connect to what was checked, and keep to the deadline.

It is a backend of `httpcore`, so every connection passes here, those of redirects included, and TLS still verifies the
host's name.
"""

import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore

from portal.outbound.addresses import Resolver, choose_addresses
from portal.outbound.errors import Blocked, TooSlow, Unreachable

# The instant (of the client's clock) at which the current exchange must be over; None outside of one.
DEADLINE: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)

Clock = Callable[[], float]


def remaining_s(timeout: float | None, clock: Clock) -> float | None:
    """The smaller of a single step's time limit and what is left of the whole. Raises TooSlow when nothing is left."""
    deadline = DEADLINE.get()
    if deadline is None:
        return timeout
    left = deadline - clock()
    if left <= 0:
        raise TooSlow("The other side took longer than the time allowed for the whole answer.")
    return left if timeout is None else min(timeout, left)


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose every read and write also keeps to the deadline of the whole exchange."""

    def __init__(self, stream: httpcore.NetworkStream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, remaining_s(timeout, self._clock))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, remaining_s(timeout, self._clock))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, remaining_s(timeout, self._clock))
        return DeadlineStream(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only. `allowed_hosts`: "host" or "host:port" that may be private."""

    def __init__(self, allowed_hosts: frozenset[str], *, resolve: Resolver, clock: Clock = time.monotonic) -> None:
        self._allowed = frozenset(host.lower() for host in allowed_hosts)
        self._resolve = resolve
        self._clock = clock
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = choose_addresses(host, port, is_registered=self.is_registered(host, port), resolve=self._resolve)
        refusal: Exception | None = None
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address, port, remaining_s(timeout, self._clock), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refusal = error
            else:
                return DeadlineStream(stream, self._clock)
        raise Unreachable(f"Nobody answers at {host}:{port}. Is the platform up, and is the port right?") from refusal

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise Unreachable("Local sockets are not reachable through the guarded client.")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def is_registered(self, host: str, port: int) -> bool:
        """Whether the host, or this port of it, was named at construction."""
        bare = host.lower().strip("[]")
        shown = f"[{bare}]" if ":" in bare else bare
        return not self._allowed.isdisjoint({bare, shown, f"{shown}:{port}"})

    def check_redirect(self, here: tuple[str, int], there: tuple[str, int]) -> None:
        """Raise Blocked where a stranger's redirect would use what a registration allows: only a registered host leads
        to a registered one. Each is a host and its port."""
        if self.is_registered(*there) and not self.is_registered(*here):
            raise Blocked(f"{here[0]} redirects to {there[0]}:{there[1]}, a source's own host; that is not followed.")
