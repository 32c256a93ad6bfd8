"""What every limiter must do, on memory and on Redis alike."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from portal.kernel.principal import Principal
from portal.kernel.vocab import Tier
from portal.limits import BUDGETS, BudgetClass, Limiter, budget_for, open_limiter
from portal.settings import Settings

CALLER = Principal(caller="a-1")
OTHER = Principal(caller="a-2")


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Limiter]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    yield open_limiter(Settings(var_dir=tmp_path, redis_url=url))


def _spend_all(limiter: Limiter, caller: Principal, budget: BudgetClass) -> None:
    assert limiter.spend(caller, budget, budget_for(budget, caller.tier).amount).is_allowed


def test_the_amount_is_allowed_and_one_more_is_not(limiter: Limiter) -> None:
    amount = budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount
    decisions = [limiter.spend(CALLER, BudgetClass.ROWS) for _ in range(amount)]
    assert all(d.is_allowed for d in decisions)
    assert [d.remaining for d in decisions] == list(range(amount - 1, -1, -1))
    refused = limiter.spend(CALLER, BudgetClass.ROWS)
    assert not refused.is_allowed
    assert refused.remaining == 0


def test_a_refusal_says_when_to_come_back(limiter: Limiter) -> None:
    _spend_all(limiter, CALLER, BudgetClass.ROWS)
    refused = limiter.spend(CALLER, BudgetClass.ROWS)
    assert 1 <= refused.reset_s <= refused.window_s
    assert (refused.policy, refused.limit) == ("rows", budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount)


def test_a_refused_request_costs_nothing(limiter: Limiter) -> None:
    amount = budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount
    limiter.spend(CALLER, BudgetClass.ROWS, amount - 1)
    assert not limiter.spend(CALLER, BudgetClass.ROWS, 2).is_allowed
    assert limiter.spend(CALLER, BudgetClass.ROWS, 1).is_allowed


def test_callers_do_not_share_a_budget(limiter: Limiter) -> None:
    _spend_all(limiter, CALLER, BudgetClass.ROWS)
    assert limiter.spend(OTHER, BudgetClass.ROWS).is_allowed


def test_classes_do_not_share_a_budget(limiter: Limiter) -> None:
    _spend_all(limiter, CALLER, BudgetClass.ROWS)
    assert limiter.spend(CALLER, BudgetClass.CATALOGUE).is_allowed


def test_a_key_has_the_budget_of_its_tier(limiter: Limiter) -> None:
    registered = Principal(tier=Tier.REGISTERED, caller="key:1")
    decision = limiter.spend(registered, BudgetClass.ROWS)
    assert decision.limit == budget_for(BudgetClass.ROWS, Tier.REGISTERED).amount
    assert decision.limit > budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount


def test_peeking_costs_nothing(limiter: Limiter) -> None:
    before = limiter.peek(CALLER, BudgetClass.FILES)
    again = limiter.peek(CALLER, BudgetClass.FILES)
    assert before.remaining == again.remaining == before.limit


def test_many_threads_together_get_no_more_than_the_amount(limiter: Limiter) -> None:
    amount = budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount
    with ThreadPoolExecutor(8) as pool:
        decisions = list(pool.map(lambda _: limiter.spend(CALLER, BudgetClass.ROWS), range(amount + 40)))
    assert sum(d.is_allowed for d in decisions) == amount


def test_an_undeclared_budget_is_a_fault(limiter: Limiter) -> None:
    with pytest.raises(ValueError, match="no-such"):
        limiter.spend(CALLER, "no-such")


@pytest.mark.parametrize("budget", list(BudgetClass))
def test_every_budget_is_declared_for_every_tier_and_grows_with_it(budget: BudgetClass) -> None:
    amounts = [BUDGETS[budget][tier].amount for tier in Tier]
    assert amounts == sorted(amounts)
    assert amounts[0] >= 1


def test_the_factor_multiplies_every_budget(tmp_path: Path) -> None:
    limiter = open_limiter(Settings(var_dir=tmp_path, limit_factor=7))
    assert limiter.peek(CALLER, BudgetClass.ROWS).limit == 7 * budget_for(BudgetClass.ROWS, Tier.ANONYMOUS).amount


class TestWhileRedisIsAway:
    """A closed port stands for a Redis that is gone."""

    @pytest.fixture
    def away(self, tmp_path: Path, unused_port: int) -> Limiter:
        return open_limiter(Settings(var_dir=tmp_path, redis_url=f"redis://127.0.0.1:{unused_port}/0"))

    @pytest.fixture
    def unused_port(self) -> Iterator[int]:
        import socket

        with socket.socket() as bound:  # bound and not listening: connections are refused
            bound.bind(("127.0.0.1", 0))
            yield int(bound.getsockname()[1])

    def test_a_local_budget_holds_and_says_so(self, away: Limiter) -> None:
        _spend_all(away, CALLER, BudgetClass.ROWS)
        refused = away.spend(CALLER, BudgetClass.ROWS)
        assert not refused.is_allowed
        assert refused.is_local

    def test_a_request_does_not_wait_for_it_each_time(self, away: Limiter) -> None:
        started = time.perf_counter()
        away.spend(CALLER, BudgetClass.ROWS)
        first = time.perf_counter() - started
        started = time.perf_counter()
        for _ in range(20):
            away.spend(CALLER, BudgetClass.ROWS)
        assert (time.perf_counter() - started) < 20 * max(first, 0.05)


def test_limits_are_shared_by_processes_through_redis(redis_url: str, tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path, redis_url=redis_url)
    one, two = open_limiter(settings), open_limiter(replace(settings))
    _spend_all(one, CALLER, BudgetClass.ROWS)
    decision = two.spend(CALLER, BudgetClass.ROWS)
    assert not decision.is_allowed
    assert not decision.is_local


def test_names_in_redis_reveal_no_address_and_expire(redis_url: str, tmp_path: Path) -> None:
    import redis

    open_limiter(Settings(var_dir=tmp_path, redis_url=redis_url)).spend(CALLER, BudgetClass.ROWS)
    with redis.Redis.from_url(redis_url) as client:
        keys = list(client.scan_iter("portal-limits*"))
        assert keys
        assert all(0 < client.ttl(key) <= 3 * 60 for key in keys)
