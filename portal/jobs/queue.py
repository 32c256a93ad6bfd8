"""The bell on Huey's storages: SQLite in the local directory, or Redis.

Only the name of a kind travels, as plain text. Huey's task messages are pickles, and whoever can write to a shared Redis
could run code in the worker through them; a word cannot do that.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

import structlog
from huey.storage import RedisStorage, SqliteStorage
from redis.exceptions import RedisError

from portal.jobs.protocol import JobQueue
from portal.settings import Settings

QUEUE_NAME = "portal"
MAX_WAITING = 1_000
_POLL_S = 0.2
_log = structlog.get_logger(__name__)


class _Storage(Protocol):
    """What is used of Huey's storage."""

    def enqueue(self, data: bytes, priority: float | None = None) -> None: ...

    def dequeue(self) -> bytes | None: ...

    def queue_size(self) -> int: ...

    def close(self) -> None: ...


class HueyQueue:
    """A JobQueue on one of Huey's storages; the first use opens it."""

    def __init__(self, opening: Callable[[], _Storage]) -> None:
        self._opening = opening
        self._storage: _Storage | None = None
        self._lock = Lock()

    def wake(self, kind: str) -> None:
        if not kind.isidentifier():
            raise ValueError(f"A kind of work is a name such as 'exports', not {kind!r}.")
        try:
            storage = self._opened()
            if storage.queue_size() < MAX_WAITING:  # nobody listens: the scan will do it, and the list must not grow
                storage.enqueue(kind.encode())
        except (OSError, sqlite3.Error, RedisError) as error:
            _log.warning("job_queue_away", kind=kind, error=str(error))

    def wait(self, timeout_s: float) -> frozenset[str]:
        until = time.monotonic() + timeout_s
        kinds: set[str] = set()
        while True:
            try:
                while (message := self._opened().dequeue()) is not None:
                    kinds.add(bytes(message).decode("utf-8", "replace"))
            except (OSError, sqlite3.Error, RedisError) as error:
                _log.warning("job_queue_away", error=str(error))
                time.sleep(max(0.0, until - time.monotonic()))
                return frozenset(kinds)
            left = until - time.monotonic()
            if kinds or left <= 0:
                return frozenset(kinds)
            time.sleep(min(_POLL_S, left))

    def close(self) -> None:
        with self._lock:
            if self._storage is not None:
                self._storage.close()
                self._storage = None

    def _opened(self) -> _Storage:
        with self._lock:
            if self._storage is None:
                self._storage = self._opening()
            return self._storage


class _ClosingRedis(RedisStorage):  # type: ignore[misc]
    """Huey's Redis storage, whose own close leaves the pool's connections open."""

    def close(self) -> None:
        self.pool.disconnect()


def open_queue(settings: Settings) -> JobQueue:
    """The queue that the settings choose: Redis when `redis_url` is set, else SQLite in `var_dir`."""
    if settings.redis_url:
        return HueyQueue(lambda: _open_redis(settings.redis_url))
    return HueyQueue(lambda: _open_sqlite(settings.var_dir / "jobs.sqlite3"))


def _open_redis(url: str) -> _Storage:
    storage: _Storage = _ClosingRedis(name=QUEUE_NAME, url=url, blocking=False)
    return storage


def _open_sqlite(path: Path) -> _Storage:
    path.parent.mkdir(parents=True, exist_ok=True)
    storage: _Storage = SqliteStorage(name=QUEUE_NAME, filename=str(path))
    return storage
