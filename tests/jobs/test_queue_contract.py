"""One contract for the queue on SQLite and on Redis."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from portal.jobs import JobQueue, open_queue
from portal.jobs.queue import MAX_WAITING
from portal.settings import Settings

Opening = Callable[[], JobQueue]


@pytest.fixture(params=["sqlite", "redis"])
def opening(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Opening]:
    """Opens the same queue again and again, as several processes would."""
    chosen = settings
    if request.param == "redis":
        chosen = replace(settings, redis_url=request.getfixturevalue("redis_url"))
    opened: list[JobQueue] = []

    def open_one() -> JobQueue:
        opened.append(open_queue(chosen))
        return opened[-1]

    yield open_one
    for queue in opened:
        queue.close()


def test_a_wake_reaches_a_worker_with_a_connection_of_its_own(opening: Opening) -> None:
    opening().wake("outbox")
    assert opening().wait(2) == {"outbox"}


def test_nothing_is_heard_when_nothing_was_asked(opening: Opening) -> None:
    assert opening().wait(0) == frozenset()


def test_a_wake_is_heard_once_and_repeated_wakes_become_one(opening: Opening) -> None:
    door, worker = opening(), opening()
    for kind in ("outbox", "exports", "outbox", "outbox"):
        door.wake(kind)
    assert worker.wait(2) == {"outbox", "exports"}
    assert worker.wait(0) == frozenset()


def test_a_waiting_worker_is_woken_before_its_time_is_over(opening: Opening) -> None:
    door, worker = opening(), opening()
    heard: list[frozenset[str]] = []
    started = time.monotonic()
    thread = Thread(target=lambda: heard.append(worker.wait(30)))
    thread.start()
    door.wake("index")
    thread.join(25)
    assert heard == [{"index"}]
    assert time.monotonic() - started < 25


def test_the_queue_stays_bounded_when_nobody_listens(opening: Opening) -> None:
    door = opening()
    for _ in range(MAX_WAITING + 20):
        door.wake("outbox")
    assert opening().wait(1) == {"outbox"}
    door.wake("exports")
    assert opening().wait(1) == {"exports"}


def test_a_closed_queue_opens_again_when_it_is_used(opening: Opening) -> None:
    queue = opening()
    queue.wake("outbox")
    queue.close()
    queue.wake("index")
    assert queue.wait(1) == {"outbox", "index"}


def test_an_address_in_place_of_a_kind_is_refused(opening: Opening) -> None:
    with pytest.raises(ValueError, match="kind of work"):
        opening().wake("outbox 17")


def test_a_lost_redis_is_no_error_for_the_door_and_silence_for_the_worker(settings: Settings) -> None:
    queue = open_queue(replace(settings, redis_url="redis://127.0.0.1:9/0"))
    queue.wake("outbox")
    assert queue.wait(0.1) == frozenset()
    queue.close()


def test_a_lost_queue_file_is_no_error_for_the_door(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the directory should be")
    queue = open_queue(settings)
    queue.wake("outbox")
    assert queue.wait(0.1) == frozenset()
