"""Room for a few callers at a time, and for as many more to wait as will soon be served; others are told at once."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from portal.kernel.errors import Unavailable

RETRY_AFTER_S = 2
_PATIENCE_S = 2.0
_MOST_CHAIRS = 25  # for each place
_FIRST_GUESS_S = 0.1


class WaitingRoom:
    """`places` callers are inside at a time; who came first goes in first.

    At least `chairs` more may wait, and more while callers are served so quickly that the last one would be inside in two
    seconds: a burst of small questions is answered, a row of large ones is not lengthened. `wait_s` is the longest wait.
    """

    def __init__(self, places: int, chairs: int, wait_s: float, refusal: str) -> None:
        self._places, self._chairs, self._wait_s, self._refusal = places, chairs, wait_s, refusal
        self._typical_s = _FIRST_GUESS_S
        self._lock = threading.Lock()
        self._inside = 0
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for as long as it takes. Raises Unavailable when all chairs are taken, or after waiting too long."""
        self._enter()
        started = time.monotonic()
        try:
            yield
        finally:
            self._leave(time.monotonic() - started)

    def _enter(self) -> None:
        with self._lock:
            if self._inside < self._places:
                self._inside += 1
                return
            if len(self._waiting) >= self._chairs_now():
                raise self._full()
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(self._wait_s):
            return
        with self._lock:
            if called.is_set():
                return
            self._waiting.remove(called)
        raise self._full()

    def _chairs_now(self) -> int:
        served = int(_PATIENCE_S * self._places / max(self._typical_s, 0.001))
        return max(self._chairs, min(served, _MOST_CHAIRS * self._places) if self._chairs else 0)

    def _leave(self, took_s: float) -> None:
        """The place goes to who waits longest, or becomes free."""
        with self._lock:
            self._typical_s += (took_s - self._typical_s) / 10
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._inside -= 1

    def _full(self) -> Unavailable:
        return Unavailable(self._refusal, retry_after_s=RETRY_AFTER_S)
