"""Fetch the next page while this one is being written: the network and the disk need not wait for each other."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

from harvesters.errors import HarvestError

T = TypeVar("T")


class _Failure:
    """An exception on its way from the fetching thread to the reading one."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _End(Generic[T]):
    """Nothing more will come."""


@contextmanager
def ahead(items: Iterator[T], depth: int = 2) -> Iterator[Iterator[T]]:
    """The same items in the same order, up to `depth` of them fetched in advance by a thread.

    An error of the source is raised where the item would have come. Leaving the block ends the thread and closes the
    source's generator, whatever still refers to it: its connection is over then.
    """
    queue: Queue[T | _Failure | _End[T]] = Queue(maxsize=depth)
    is_over = Event()

    def put(item: T | _Failure | _End[T]) -> None:
        while not is_over.is_set():
            try:
                queue.put(item, timeout=0.1)
            except Full:
                continue
            return

    def fetch() -> None:
        try:
            for item in items:
                put(item)
                if is_over.is_set():
                    return
            put(_End())
        except BaseException as error:  # raised again in the reading thread
            put(_Failure(error))
        finally:
            _close(items)

    thread = Thread(target=fetch, name="ahead", daemon=True)
    thread.start()
    try:
        yield _drain(queue, thread)
    finally:
        is_over.set()
        thread.join()


def _close(items: Iterator[T]) -> None:
    """Close a generator. That its source complains at parting tells nothing that was not told before."""
    if isinstance(items, Generator):
        with suppress(HarvestError):
            items.close()


def _drain(queue: "Queue[T | _Failure | _End[T]]", thread: Thread) -> Iterator[T]:
    while True:
        try:
            item = queue.get(timeout=1)
        except Empty:
            if not thread.is_alive() and queue.empty():
                raise RuntimeError("The fetching thread ended without saying why.") from None
            continue
        if isinstance(item, _Failure):
            raise item.error
        if isinstance(item, _End):
            return
        yield item
