"""What a route asks of its caller: a permission and a budget, declared on the view and enforced in one place.

    @blueprint.get("/datasets")
    @policy(permission="read_catalogue", budget="catalogue")
    def search() -> Response: ...

`enforce(app)` refuses to start with a route that has no policy, and checks before any view runs: the permission through
`portal.access`, the budget through the limiter. A forgotten decorator can never open a door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from flask import Flask, request
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge, RequestURITooLarge, Unauthorized

from portal.access import Permission, can
from portal.http.context import principal
from portal.http.limits import charge, install_limit_headers
from portal.kernel.errors import PortalError
from portal.kernel.vocab import Tier
from portal.limits import BudgetClass

P = ParamSpec("P")
R = TypeVar("R")

MAX_ADDRESS_BYTES = 16_384  # path and query; nginx's large_client_header_buffers allow half of it by default
_ATTRIBUTE = "portal_policy"


class PolicyMissing(PortalError):
    """A route carries no policy; a fault of the program, found at start-up."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`permission` is asked of `portal.access`; `budget` None: free of charge (health check, static texts)."""

    permission: Permission
    budget: BudgetClass | None


_UNKNOWN_ADDRESS = Policy(Permission.NONE, BudgetClass.PAGES)


def policy(*, permission: str, budget: str | None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Record on the view what it asks. Raises ValueError at import when permission or budget are not declared."""
    recorded = Policy(Permission(permission), None if budget is None else BudgetClass(budget))

    def record(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _ATTRIBUTE, recorded)
        return view

    return record


def find_policy(view: Callable[..., object]) -> Policy | None:
    """The policy recorded on a view function, if any."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Policy) else None


def list_policies(app: Flask) -> dict[str, Policy]:
    """Endpoint → policy, for every route. Raises PolicyMissing that names the routes without one."""
    found = {endpoint: find_policy(view) for endpoint, view in app.view_functions.items()}
    missing = sorted(endpoint for endpoint, recorded in found.items() if recorded is None)
    if missing:
        raise PolicyMissing(f"These routes carry no @policy (portal/http/policy.py): {', '.join(missing)}.")
    return {endpoint: recorded for endpoint, recorded in found.items() if recorded is not None}


def enforce(app: Flask) -> None:
    """Check every request from now on. Call after all blueprints are registered. Raises PolicyMissing."""
    policies = list_policies(app)
    install_limit_headers(app)

    @app.before_request
    def _check() -> None:
        if len(request.query_string) + len(request.path) > MAX_ADDRESS_BYTES:
            raise RequestURITooLarge(f"An address may have {MAX_ADDRESS_BYTES} bytes.")
        if (request.content_length or 0) > (app.config["MAX_CONTENT_LENGTH"] or 0):
            raise RequestEntityTooLarge(f"A body may have {app.config['MAX_CONTENT_LENGTH']} bytes.")
        if request.method == "OPTIONS":
            return  # tells what a route offers, nothing else
        asked = policies.get(request.endpoint or "", _UNKNOWN_ADDRESS)
        if asked.budget is None and asked.permission is Permission.NONE:
            return
        caller = principal()
        if asked.budget is not None:
            charge(asked.budget)
        if not can(caller, asked.permission):
            if caller.tier is Tier.ANONYMOUS:
                raise Unauthorized("This needs an API key: `Authorization: Bearer <key>`.")
            raise Forbidden("Your key does not allow this.")
