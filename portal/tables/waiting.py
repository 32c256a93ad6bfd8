"""Room for a few callers at a time, and for as many more to wait as will soon be served; others are told at once when to
come again."""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from portal.kernel.errors import Unavailable

RETRY_AFTER_S = 2
MOST_CALLERS = 32
"""Callers that a room of rows holds at most, inside and waiting."""

WEB_THREADS = 2 * MOST_CALLERS
"""Threads of a web process, so that pages, files and refusals find one however many ask for rows (docker/bin/web, too)."""

_PATIENCE_S = 2.0
_LATEST_S = 10
_FIRST_GUESS_S = 0.5  # of tables of many millions of rows; small ones are soon known better


class WaitingRoom:
    """`places` callers are inside at a time; who came first goes in first.

    As many may wait as would be inside within two seconds, going by how long callers took lately, at least `chairs` and at
    most `most_chairs`: a burst of small questions is answered, a row of large ones is not lengthened. `wait_s` is the longest
    wait. Who is refused is told a time that nobody before was told: when one more would have been served.
    """

    def __init__(self, places: int, chairs: int, wait_s: float, refusal: str, most_chairs: int | None = None) -> None:
        self._places, self._chairs, self._wait_s, self._refusal = places, chairs, wait_s, refusal
        self._most_chairs = chairs if most_chairs is None else most_chairs
        self._typical_s = _FIRST_GUESS_S
        self._lock = threading.Lock()
        self._inside = 0
        self._waiting: deque[threading.Event] = deque()
        self._promised_until = 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for as long as it takes. Raises Unavailable when all chairs are taken, or after waiting too long."""
        self._enter()
        started = time.monotonic()
        try:
            yield
        finally:
            self._leave(time.monotonic() - started)

    def check(self) -> None:
        """Raise Unavailable when all chairs are taken: for callers who would do much before they ask for a place."""
        with self._lock:
            if self._is_full():
                raise self._refused()

    def _enter(self) -> None:
        with self._lock:
            if self._inside < self._places:
                self._inside += 1
                return
            if self._is_full():
                raise self._refused()
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(self._wait_s):
            return
        with self._lock:
            if called.is_set():
                return
            self._waiting.remove(called)
            raise self._refused()

    def _is_full(self) -> bool:
        soon = int(_PATIENCE_S / self._pace_s())
        chairs = max(self._chairs, min(soon, self._most_chairs))
        return self._inside >= self._places and len(self._waiting) >= chairs

    def _pace_s(self) -> float:
        """From one caller who leaves to the next."""
        return max(self._typical_s, 0.001) / self._places

    def _leave(self, took_s: float) -> None:
        """The place goes to who waits longest, or becomes free."""
        with self._lock:
            self._typical_s += (took_s - self._typical_s) / 10
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._inside -= 1

    def _refused(self) -> Unavailable:
        """A turn after the last that was promised; callers who come as they were told do not come all together."""
        now, pace_s = time.monotonic(), self._pace_s()
        turn_at = max(self._promised_until, now) + pace_s
        self._promised_until = min(turn_at, now + _LATEST_S)
        return Unavailable(self._refusal, retry_after_s=max(1, math.ceil(self._promised_until - now)))
