"""How many expensive requests one caller has running at a time: places that are taken, given back, and lapse by themselves.

A place is a token with an end. A process that dies gives nothing back, so its places lapse when the lease is over; no
request runs longer than that (a query ends after ten seconds, a proxy after seventy-five).
"""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

import redis

LEASE_S = 120.0

# Take a place unless all are taken: one step in Redis, by the clock of Redis.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1e6
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[2])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[3]))
return 1
"""


class Places(Protocol):
    """Places by name. Use it for what costs CPU or memory while it runs; amounts in a window are the limiter's."""

    def take(self, name: str, limit: int) -> str | None:
        """A token for a place, or None when `limit` are taken already."""

    def give_back(self, name: str, token: str) -> None:
        """Free the place; nothing happens when it lapsed."""


class MemoryPlaces:
    """Places of this process alone."""

    def __init__(self, *, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease_s = lease_s
        self._clock = clock
        self._taken: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, name: str, limit: int) -> str | None:
        now = self._clock()
        with self._lock:
            open_ones = {token: end for token, end in self._taken.get(name, {}).items() if end > now}
            if len(open_ones) >= limit:
                self._taken[name] = open_ones
                return None
            token = secrets.token_hex(8)
            self._taken[name] = open_ones | {token: now + self._lease_s}
            return token

    def give_back(self, name: str, token: str) -> None:
        with self._lock:
            taken = self._taken.get(name, {})
            taken.pop(token, None)
            if not taken:
                self._taken.pop(name, None)


class RedisPlaces:
    """Places of all web processes together. Raises redis.RedisError while Redis is away."""

    def __init__(self, client: "redis.Redis", *, lease_s: float = LEASE_S) -> None:
        self._client = client
        self._lease_s = lease_s
        self._take = client.register_script(_TAKE)

    def take(self, name: str, limit: int) -> str | None:
        token = secrets.token_hex(8)
        return token if self._take(keys=[_key(name)], args=[limit, token, self._lease_s]) else None

    def give_back(self, name: str, token: str) -> None:
        self._client.zrem(_key(name), token)


def _key(name: str) -> str:
    return f"portal-places:{name}"
