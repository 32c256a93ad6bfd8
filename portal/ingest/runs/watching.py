"""The end of a run from outside: a signal, its time limit, or the death of the worker that started it.

A run's own process sees to all three, so that they hold whatever became of the worker. The worker that started it holds the
other end of its standard input, the lifeline: however the worker dies, the kernel closes it, and the run ends. What does not
end within the grace, because it hangs in a library, is killed with its whole process group; whoever looks next closes the run.
"""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from portal.ingest.errors import RunEnded

GRACE_S = 15.0
_LOOK_S = 1.0


class _Watch:
    """What ends the run, and the first reason for it: later ones do not disturb the way down."""

    def __init__(self, limit_s: float | None, lifeline: int | None) -> None:
        self.until = None if limit_s is None else time.monotonic() + limit_s
        self.lifeline = lifeline
        self.stop = Event()
        self.code = ""
        self._is_told = False

    def on_signal(self, _number: int, _frame: object) -> None:
        if not self._is_told:
            self._is_told = True
            raise RunEnded(self._why())

    def look(self) -> None:
        """Until the run is over: end it when its time is up or its worker is gone."""
        while not self.stop.is_set():
            if self._is_over():
                os.kill(os.getpid(), signal.SIGTERM)
                if not self.stop.wait(GRACE_S):
                    _kill_group()
                return

    def _is_over(self) -> bool:
        left_s = _LOOK_S if self.until is None else min(_LOOK_S, max(0.0, self.until - time.monotonic()))
        if self.lifeline is None:
            self.stop.wait(left_s)
        elif self._is_cut(left_s):
            self.code = "worker_ended"
        if self.until is not None and time.monotonic() >= self.until:
            self.code = "time_limit"
        return bool(self.code)

    def _why(self) -> str:
        if self.code:
            return self.code
        if self.until is not None and time.monotonic() >= self.until - _LOOK_S:
            return "time_limit"
        return "worker_ended" if self._is_cut() else "interrupted"

    def _is_cut(self, within_s: float = 0.0) -> bool:
        """Whether the worker let go of its end."""
        if self.lifeline is None:
            return False
        return bool(select.select([self.lifeline], [], [], within_s)[0]) and not os.read(self.lifeline, 1)


@contextmanager
def ended_from_outside(limit_s: float | None, lifeline: int | None = None) -> Iterator[None]:
    """Let SIGTERM, the time limit and the end of `lifeline` raise RunEnded in the block. For the main thread of a process.

    `lifeline`: a descriptor whose other end the worker holds. The process is its group's leader when it has one.
    """
    watch = _Watch(limit_s, lifeline)
    before = signal.signal(signal.SIGTERM, watch.on_signal)
    thread = Thread(target=watch.look, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.stop.set()
        thread.join()
        signal.signal(signal.SIGTERM, before)


def _kill_group() -> None:
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
