"""Two lanes for the files that are made in the background: one takes any job, long ones first, the other short ones alone.

So a file of ten seconds does not wait for one of two hours, and neither holds up what else the worker has to do. How long a job
takes is guessed when it is asked for (`formats.is_long`); a guess that is wrong costs waiting, nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from portal.exports.work import FileWork, make_next_file

_LOOK_S = 5.0
_log = structlog.get_logger(__name__)


class Lane:
    """One of the two: makes files one after the other."""

    def __init__(self, work: FileWork, *, with_long: bool) -> None:
        self._work, self._with_long = work, with_long
        self._bell = Event()

    def ring(self) -> None:
        """Somebody has asked for a file, or the worker is to end."""
        self._bell.set()

    def drive(self, stop: Event) -> None:
        """Make files until `stop` is set: when it rings, and looking anyway every few seconds. What fails is logged and tried
        again."""
        while not stop.is_set():
            self._bell.clear()
            try:
                while not stop.is_set() and make_next_file(self._work, with_long=self._with_long):
                    pass
            except Exception:  # isolated: a database that is away comes back
                _log.exception("files_failed")
                stop.wait(_LOOK_S)
            if not stop.is_set():
                self._bell.wait(_LOOK_S)


@contextmanager
def driven(lanes: tuple[Lane, ...], stop: Event) -> Iterator[None]:
    """A thread for each lane; they end with the block, each after the piece at hand."""
    threads = [Thread(target=lane.drive, args=(stop,), name=f"files-{number}") for number, lane in enumerate(lanes)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for lane in lanes:
            lane.ring()
        for thread in threads:
            thread.join()
