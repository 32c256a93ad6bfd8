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


@dataclass(frozen=True, slots=True)
class Place:
    """A place among the expensive requests of a caller; `token` None: all of them are taken."""

    policy: str
    limit: int
    name: str
    token: str | None
    is_local: bool = False


class Limiter(Protocol):
    """Counts use. `budget` is a name from `portal.limits.budgets`."""

    def enter(self, principal: Principal, budget: str) -> Place:
        """Take a place for work of this class; ask with classes of `CONCURRENCY` only. Raises KeyError for others."""

    def leave(self, place: Place) -> None:
        """Give it back. A place whose process died lapses by itself."""

    def spend(self, principal: Principal, budget: str, cost: int = 1) -> Decision: ...

    def peek(self, principal: Principal, budget: str) -> Decision: ...
