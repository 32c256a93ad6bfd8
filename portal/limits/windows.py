"""Counting in a sliding window with the `limits` library, over whichever storage it is given."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from portal.kernel.principal import Principal
from portal.limits.budgets import budget_for
from portal.limits.protocol import Decision


class SlidingWindow:
    """Spends and peeks in one storage. The counter weighs the window before, so no burst fits at a window's edge.

    Two counters a caller and class, whatever the amount: memory does not grow with the budget.
    """

    def __init__(self, storage: Storage, *, factor: int = 1, is_local: bool = False) -> None:
        self._strategy = SlidingWindowCounterRateLimiter(storage)
        self._factor = factor
        self._is_local = is_local

    def spend(self, principal: Principal, budget: str, cost: int = 1) -> Decision:
        item = self._item(principal, budget)
        is_allowed = self._strategy.hit(item, budget, principal.tier, principal.caller, cost=cost)
        return self._decision(principal, budget, is_allowed, cost)

    def peek(self, principal: Principal, budget: str) -> Decision:
        item = self._item(principal, budget)
        is_allowed = self._strategy.test(item, budget, principal.tier, principal.caller)
        return self._decision(principal, budget, is_allowed, 1)

    def _decision(self, principal: Principal, budget: str, is_allowed: bool, cost: int) -> Decision:
        item = self._item(principal, budget)
        window_s = item.get_expiry()
        stats = self._strategy.get_window_stats(item, budget, principal.tier, principal.caller)
        reset_s = max(1, math.ceil(stats.reset_time - time.time()))
        if not is_allowed:
            # A unit returns each window/amount seconds; a request that costs more waits for as many.
            missing = max(1, cost - int(stats.remaining))
            reset_s = max(reset_s, math.ceil(missing * window_s / item.amount))
        return Decision(
            is_allowed=is_allowed,
            policy=budget,
            limit=item.amount,
            window_s=window_s,
            remaining=max(0, min(int(stats.remaining), item.amount)),
            reset_s=min(reset_s, window_s),
            is_local=self._is_local,
        )

    def _item(self, principal: Principal, budget: str) -> RateLimitItem:
        declared = budget_for(budget, principal.tier)
        return RateLimitItemPerSecond(declared.amount * self._factor, declared.window_s, namespace="portal")
