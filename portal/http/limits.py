"""Charging a request to its caller's budget, and the headers that tell what is left.

`RateLimit-Policy` and `RateLimit` follow draft-ietf-httpapi-ratelimit-headers-10 (structured fields: name of the policy, `q`
quota, `w` window in seconds, `qu` the unit where it is not requests; `r` remaining, `t` seconds until more). How many expensive
requests may run at a time is a policy of its own, `"rows-at-once";q=6;qu="concurrent-requests"`.
"""

from collections.abc import Iterable

from flask import Flask, Response, g
from werkzeug.exceptions import Forbidden, TooManyRequests

from portal.http.context import parts, principal
from portal.kernel.vocab import Scope, Tier
from portal.limits import UNITS, BudgetClass, Decision, Place, Unit

_BUSY_RETRY_S = 2
_AT_ONCE = "-at-once"
_SCOPES = {
    BudgetClass.CATALOGUE: Scope.CATALOGUE,
    BudgetClass.ROWS: Scope.ROWS,
    BudgetClass.EXPORTS: Scope.EXPORTS,
    BudgetClass.FILES: Scope.FILES,
}


class OverBudget(TooManyRequests):
    """The caller has used up a budget; the description says which, and when to come back."""

    def __init__(self, decision: Decision, tier: str, cost: int = 1) -> None:
        unit = _unit(decision)
        said = (
            f"The budget '{decision.policy}' of {decision.limit:,} {unit} in {decision.window_s} s for {tier} callers "
        )
        if cost > decision.limit:
            said += f"is smaller than this, which takes {cost:,}. Ask for it in ranges over several windows."
        elif cost > 1:
            said += f"has {decision.remaining:,} left, and this takes {cost:,}. Come back in {decision.reset_s} s."
        else:
            said += f"is used up. Come back in {decision.reset_s} s."
        super().__init__(said, retry_after=decision.reset_s)
        self.extensions = {
            "policy": decision.policy,
            "limit": decision.limit,
            "unit": unit,
            "needed": cost,
            "remaining": decision.remaining,
            "window_s": decision.window_s,
            "retry_after_s": decision.reset_s,
            "is_local": decision.is_local,
        } | _higher(tier)


class TooBusy(TooManyRequests):
    """The caller has as many expensive requests running as the tier may."""

    def __init__(self, place: Place, tier: str) -> None:
        super().__init__(
            f"You have {place.limit} requests of the class '{place.policy}' running, as many as {tier} callers may. "
            "Wait until one is answered.",
            retry_after=_BUSY_RETRY_S,
        )
        self.extensions = {
            "policy": place.policy,
            "limit": place.limit,
            "unit": "concurrent-requests",
            "retry_after_s": _BUSY_RETRY_S,
            "is_local": place.is_local,
        } | _higher(tier)


def _higher(tier: str) -> dict[str, object]:
    """The tier, and where a higher one is to be had."""
    higher = {Tier.ANONYMOUS: Tier.REGISTERED, Tier.REGISTERED: Tier.VERIFIED, Tier.VERIFIED: Tier.PARTNER}.get(
        Tier(tier)
    )
    told: dict[str, object] = {"tier": tier, "higher_tier": higher.value if higher else None}
    place = "/en/account/register" if tier == Tier.ANONYMOUS else "/en/account"
    return told | ({"higher_tier_at": f"{parts().settings.base_url.rstrip('/')}{place}"} if higher else {})


def charge(budget: BudgetClass, cost: int = 1, *, is_scoped: bool = True) -> None:
    """Take `cost` units from the caller's budget. Raises OverBudget; the answer carries the headers either way.

    Raises Forbidden when a key is not for this class of work; not `is_scoped`: it is for nothing in particular, as asking
    who one is. A refused request costs as well.
    """
    caller = principal()
    decision = parts().limiter.spend(caller, budget, cost)
    g.setdefault("portal_decisions", {})[decision.policy] = decision
    if not decision.is_allowed:
        raise OverBudget(decision, caller.tier, cost)
    if budget is BudgetClass.ROWS:
        occupy(budget)
    scope = _SCOPES.get(budget)
    if scope is not None and is_scoped and not caller.has_scope(scope):
        raise Forbidden(f"This key lacks the scope `{scope.value}`. Make one that has it, or leave the key out.")


def occupy(budget: BudgetClass) -> None:
    """Take one of the caller's places for work of this class until the request ends; `charge` does it for rows.

    Raises TooBusy at once when all are taken. The second call in a request takes nothing more.
    """
    held: dict[BudgetClass, Place] = g.setdefault("portal_places", {})
    if budget in held:
        return
    place = parts().limiter.enter(principal(), budget)
    g.setdefault("portal_asked_places", {})[place.policy] = place
    if place.token is None:
        raise TooBusy(place, principal().tier)
    held[budget] = place


def leave_places() -> None:
    """Give back the places of this request, before its end where the work is done."""
    for place in g.pop("portal_places", {}).values():
        parts().limiter.leave(place)


def policy_field(decision: Decision) -> str:
    """One member of `RateLimit-Policy`."""
    unit = _unit(decision)
    counted = "" if unit == "requests" else f';qu="{unit}"'
    return f'"{decision.policy}";q={decision.limit}{counted};w={decision.window_s}'


def _unit(decision: Decision) -> Unit:
    return UNITS[BudgetClass(decision.policy)]


def left_field(decision: Decision) -> str:
    """One member of `RateLimit`."""
    return f'"{decision.policy}";r={decision.remaining};t={decision.reset_s}'


def concurrency_field(place: Place) -> str:
    """One member of `RateLimit-Policy` for how many requests may run at a time: no window, so no `w`."""
    return f'"{place.policy}{_AT_ONCE}";q={place.limit};qu="concurrent-requests"'


def _members(decisions: Iterable[Decision], places: Iterable[Place]) -> tuple[list[str], list[str]]:
    """Of `RateLimit-Policy` and of `RateLimit`. How many places are left changes while an answer is on its way, so that is
    told where none is."""
    policies, left = [policy_field(d) for d in decisions], [left_field(d) for d in decisions]
    for place in places:
        policies.append(concurrency_field(place))
        if place.token is None:
            left.append(f'"{place.policy}{_AT_ONCE}";r=0;t={_BUSY_RETRY_S}')
    return policies, left


def install_limit_headers(app: Flask) -> None:
    """Tell the budgets that a request was charged to, on its answer."""

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        leave_places()

    @app.after_request
    def _tell(response: Response) -> Response:
        decisions = g.get("portal_decisions")
        if decisions:
            policies, left = _members(decisions.values(), g.get("portal_asked_places", {}).values())
            response.headers["RateLimit-Policy"] = ", ".join(policies)
            response.headers["RateLimit"] = ", ".join(left)
        return response
