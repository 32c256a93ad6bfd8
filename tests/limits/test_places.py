"""Places among the expensive requests of a caller, on memory and on Redis alike."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
import redis

from portal.kernel.principal import Principal
from portal.kernel.vocab import Tier
from portal.limits import CONCURRENCY, BudgetClass, open_limiter
from portal.limits.slots import MemoryPlaces, Places, RedisPlaces
from portal.settings import Settings

Make = Callable[[float], Places]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "memory":
        yield lambda lease_s: MemoryPlaces(lease_s=lease_s)
        return
    with redis.Redis.from_url(request.getfixturevalue("redis_url")) as client:
        yield lambda lease_s: RedisPlaces(client, lease_s=lease_s)


def test_so_many_are_taken_and_no_more_until_one_is_given_back(make: Make) -> None:
    places = make(60.0)
    tokens = [places.take("rows:one", 3) for _ in range(4)]
    assert tokens[3] is None
    assert tokens[0]
    places.give_back("rows:one", tokens[0])
    assert places.take("rows:one", 3)
    assert places.take("rows:one", 3) is None
    assert places.take("rows:two", 3)


def test_a_place_is_given_back_once(make: Make) -> None:
    places = make(60.0)
    first, second = places.take("rows:x", 2), places.take("rows:x", 2)
    assert first
    assert second
    for _ in range(3):
        places.give_back("rows:x", first)
    assert places.take("rows:x", 2)
    assert places.take("rows:x", 2) is None


def test_the_places_of_a_process_that_died_lapse(make: Make) -> None:
    places = make(0.2)
    assert places.take("rows:dead", 1)
    assert places.take("rows:dead", 1) is None
    sleep(0.3)
    assert places.take("rows:dead", 1)


def test_many_threads_together_take_no_more(make: Make) -> None:
    places = make(60.0)
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: places.take("rows:many", 5), range(40)))
    assert sum(token is not None for token in tokens) == 5


def test_memory_keeps_nothing_of_callers_who_left() -> None:
    places = MemoryPlaces()
    token = places.take("rows:x", 1)
    assert token
    places.give_back("rows:x", token)
    assert places._taken == {}


def test_places_are_shared_by_processes_through_redis(redis_url: str, tmp_path: Path) -> None:
    one, two = (open_limiter(Settings(var_dir=tmp_path, redis_url=redis_url)) for _ in range(2))
    caller = Principal(caller="a-shared")
    held = [one.enter(caller, BudgetClass.ROWS) for _ in range(CONCURRENCY[BudgetClass.ROWS][Tier.ANONYMOUS])]
    assert two.enter(caller, BudgetClass.ROWS).token is None
    one.leave(held[0])
    assert two.enter(caller, BudgetClass.ROWS).token


def test_while_redis_is_away_a_local_number_holds_and_says_so(tmp_path: Path) -> None:
    limiter = open_limiter(Settings(var_dir=tmp_path, redis_url="redis://127.0.0.1:1/0"))
    caller = Principal(caller="a-away")
    held = [limiter.enter(caller, BudgetClass.EXPORTS) for _ in range(3)]
    assert [place.token is None for place in held] == [False, False, True]
    assert all(place.is_local for place in held)
    limiter.leave(held[0])
    assert limiter.enter(caller, BudgetClass.EXPORTS).token


@pytest.mark.parametrize("budget", list(CONCURRENCY))
def test_every_tier_has_places_and_a_higher_one_no_fewer(budget: BudgetClass) -> None:
    numbers = [CONCURRENCY[budget][tier] for tier in Tier]
    assert numbers == sorted(numbers)
    assert numbers[0] >= 1
