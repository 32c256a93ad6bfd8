"""A circuit breaker: after a server did not answer, nobody waits for it for a while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from portal.index.errors import EngineResting, ServerSilent

PAUSE_S: Final = 5.0


class Breaker:
    """Open for `pause_s` after a failure; then one caller tries while the others are still turned away at once."""

    def __init__(self, name: str, pause_s: float = PAUSE_S) -> None:
        self._name = name
        self._pause_s = pause_s
        self._asked_again_at = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around a call to the server. Raises EngineResting without calling while open; a ServerSilent inside opens it."""
        with self._lock:
            if time.monotonic() < self._asked_again_at:
                raise EngineResting(f"{self._name} did not answer a moment ago; it is asked again in a few seconds.")
            is_probe = self._asked_again_at > 0
            if is_probe:
                self._asked_again_at = time.monotonic() + self._pause_s
        try:
            yield
        except ServerSilent:
            with self._lock:
                self._asked_again_at = time.monotonic() + self._pause_s
            raise
        except BaseException:
            self._close()
            raise
        self._close()

    def _close(self) -> None:
        """It answered, whatever it said."""
        with self._lock:
            self._asked_again_at = 0.0
