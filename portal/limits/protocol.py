"""The seam between doors and counters."""

from dataclasses import dataclass
from typing import Protocol

from portal.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class Decision:
    """One check. `policy` is the budget's name; `remaining` units; `reset_s` seconds until units return."""

    is_allowed: bool
    policy: str
    limit: int
    window_s: int
    remaining: int
    reset_s: int
    is_local: bool = False  # the shared counter is away, a local one holds


class Limiter(Protocol):
    """Counts use. `budget` is a name from `portal.limits.budgets`."""

    def spend(self, principal: Principal, budget: str, cost: int = 1) -> Decision: ...

    def peek(self, principal: Principal, budget: str) -> Decision: ...
