"""The production limiter: counters in Redis, and a local one that holds while Redis is away."""

import threading
import time

import redis
import structlog
from limits.storage import MemoryStorage, RedisStorage

from portal.kernel.principal import Principal
from portal.limits.concurrency import enter
from portal.limits.protocol import Decision, Place
from portal.limits.slots import MemoryPlaces, RedisPlaces
from portal.limits.windows import SlidingWindow

_log = structlog.get_logger(__name__)

_CONNECT_TIMEOUT_S = 0.25
_ANSWER_TIMEOUT_S = 0.5
_RETRY_AFTER_S = 2.0


class RedisLimiter:
    """Counts in Redis for all web processes together.

    When Redis does not answer, the same budget holds per process (`Decision.is_local`), and Redis is tried again after
    two seconds by one request, so that an outage costs each request nothing. Never fails open.
    """

    def __init__(self, url: str, *, factor: int = 1) -> None:
        # register_script does not connect: the constructor does no I/O
        storage = RedisStorage(
            url,
            socket_connect_timeout=_CONNECT_TIMEOUT_S,
            socket_timeout=_ANSWER_TIMEOUT_S,
            key_prefix="portal-limits",
        )
        self._factor = factor
        self._local_places = MemoryPlaces()
        self._shared_places = RedisPlaces(
            redis.Redis.from_url(url, socket_connect_timeout=_CONNECT_TIMEOUT_S, socket_timeout=_ANSWER_TIMEOUT_S)
        )
        self._shared = SlidingWindow(storage, factor=factor)
        self._local = SlidingWindow(MemoryStorage(), factor=factor, is_local=True)
        self._away_until = 0.0
        self._lock = threading.Lock()

    def spend(self, principal: Principal, budget: str, cost: int = 1) -> Decision:
        if self._may_try():
            try:
                decision = self._shared.spend(principal, budget, cost)
            except redis.RedisError as error:
                self._note_away(error)
            else:
                self._note_back()
                return decision
        return self._local.spend(principal, budget, cost)

    def peek(self, principal: Principal, budget: str) -> Decision:
        if self._may_try():
            try:
                decision = self._shared.peek(principal, budget)
            except redis.RedisError as error:
                self._note_away(error)
            else:
                self._note_back()
                return decision
        return self._local.peek(principal, budget)

    def enter(self, principal: Principal, budget: str) -> Place:
        if self._may_try():
            try:
                place = enter(self._shared_places, principal, budget, factor=self._factor)
            except redis.RedisError as error:
                self._note_away(error)
            else:
                self._note_back()
                return place
        return enter(self._local_places, principal, budget, factor=self._factor, is_local=True)

    def leave(self, place: Place) -> None:
        if place.token is None:
            return
        if place.is_local:
            self._local_places.give_back(place.name, place.token)
            return
        try:
            self._shared_places.give_back(place.name, place.token)
        except redis.RedisError as error:  # the place lapses by itself
            self._note_away(error)

    def _may_try(self) -> bool:
        """Whether to ask Redis now. While it is away, one request after each pause tries; the others stay local."""
        if not self._away_until:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._away_until:
                return False
            self._away_until = now + _RETRY_AFTER_S
            return True

    def _note_away(self, error: redis.RedisError) -> None:
        with self._lock:
            is_news = not self._away_until
            self._away_until = time.monotonic() + _RETRY_AFTER_S
        if is_news:
            _log.warning("limits_local", why=type(error).__name__, what="Redis is away; limits hold per process.")

    def _note_back(self) -> None:
        if self._away_until:
            with self._lock:
                self._away_until = 0.0
            _log.info("limits_shared", what="Redis is back; limits hold for all processes together.")
