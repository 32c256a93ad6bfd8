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
from urllib.parse import urlencode

from flask import Flask, redirect, request
from werkzeug.exceptions import Forbidden, HTTPException, RequestEntityTooLarge, RequestURITooLarge, Unauthorized

from portal.access import Permission, can, needs_account
from portal.http.context import principal
from portal.http.limits import charge, install_limit_headers
from portal.http.locale import language_of_path
from portal.kernel.errors import PortalError
from portal.kernel.principal import Principal
from portal.limits import BudgetClass

P = ParamSpec("P")
R = TypeVar("R")

MAX_ADDRESS_BYTES = 16_384  # path and query; nginx's large_client_header_buffers allow half of it by default
_ATTRIBUTE = "portal_policy"
_LONGEST_NEXT = 500
_SCOPED = frozenset({Permission.READ_CATALOGUE, Permission.READ_DATA})  # what a key's scopes are about


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


def _refusal(caller: Principal, permission: Permission) -> HTTPException:
    """Why the caller may not: a visitor of a page is sent to sign in, a program is told that it needs a key."""
    if not needs_account(permission) or (caller.account_id is not None and caller.scopes is None):
        return Forbidden("This is not allowed to you.")
    language = language_of_path(request.path)
    if language is not None and request.method in {"GET", "HEAD"} and caller.key_id is None:
        kept = request.full_path if request.query_string else request.path
        address = f"/{language.value}/account/sign-in?{urlencode({'next': kept[:_LONGEST_NEXT]})}"
        return HTTPException(response=redirect(address, 303))
    if caller.account_id is None:
        return Unauthorized(
            "This needs an account: sign in at the page, or send a key of an account: `Authorization: Bearer <key>`."
        )
    return Forbidden("This key lacks the scope `account`.")


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
            charge(asked.budget, is_scoped=asked.permission in _SCOPED)
        if not can(caller, asked.permission):
            raise _refusal(caller, asked.permission)
