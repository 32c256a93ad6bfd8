"""What a route asks of its caller: a permission and a budget, declared on the view and enforced in one place.

    @blueprint.get("/datasets")
    @policy(permission="read_catalogue", budget="catalogue")
    def search() -> Response: ...

`enforce(app)` checks before any view runs: the permission through `portal.access`, the budget through the limiter. A view
without a policy does not answer at all (500, and a test names it), so a forgotten decorator can never open a door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar

from flask import Flask, request

from portal.kernel.errors import PortalError
from portal.limits.budgets import BudgetClass

P = ParamSpec("P")
R = TypeVar("R")

Permission = Literal["read_catalogue", "read_data", "read_own_account", "none"]
_ATTRIBUTE = "portal_policy"


class PolicyMissing(PortalError):
    """A route carries no policy; a fault of the program, found by a test."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`permission` is asked of `portal.access`; `budget` None: free of charge (health check, static texts)."""

    permission: Permission
    budget: BudgetClass | None


def policy(*, permission: Permission, budget: str | None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Record on the view what it asks. Raises ValueError at import when the budget is not declared."""
    recorded = Policy(permission, None if budget is None else BudgetClass(budget))

    def record(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _ATTRIBUTE, recorded)
        return view

    return record


def find_policy(view: Callable[..., object]) -> Policy | None:
    """The policy recorded on a view function, if any."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Policy) else None


def policy_of(app: Flask, endpoint: str) -> Policy:
    """The policy of an endpoint. Raises PolicyMissing."""
    found = find_policy(app.view_functions[endpoint])
    if found is None:
        raise PolicyMissing(f"The route {endpoint} ({request.path if request else ''}) carries no @policy.")
    return found
