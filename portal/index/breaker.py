"""A circuit breaker: after a server did not answer, nobody waits for it for a while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from portal.index.errors import EngineAway, EngineResting

PAUSE_S: Final = 5.0


class Breaker:
    """Open for `pause_s` after a failure; then one caller tries while the others are still turned away at once."""

    def __init__(self, name: str, pause_s: float = PAUSE_S) -> None:
        self._name = name
        self._pause_s = pause_s
        self._closed_at = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around a call to the server. Raises EngineResting without calling while open; an EngineAway inside opens it."""
        with self._lock:
            if time.monotonic() < self._closed_at:
                raise EngineResting(f"{self._name} did not answer a moment ago; it is asked again in a few seconds.")
            is_probe = self._closed_at > 0
            if is_probe:
                self._closed_at = time.monotonic() + self._pause_s
        try:
            yield
        except EngineAway:
            with self._lock:
                self._closed_at = time.monotonic() + self._pause_s
            raise
        with self._lock:
            self._closed_at = 0.0
