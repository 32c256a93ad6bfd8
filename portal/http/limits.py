"""Charging a request to its caller's budget, and the headers that tell what is left.

`RateLimit-Policy` and `RateLimit` follow draft-ietf-httpapi-ratelimit-headers-10 (structured fields: name of the policy, `q`
quota, `w` window in seconds; `r` remaining, `t` seconds until more).
"""

from flask import Flask, Response, g
from werkzeug.exceptions import TooManyRequests

from portal.http.context import parts, principal
from portal.limits import BudgetClass, Decision


class OverBudget(TooManyRequests):
    """The caller has used up a budget; the description says which, and when to come back."""

    def __init__(self, decision: Decision, tier: str) -> None:
        super().__init__(
            f"The budget '{decision.policy}' of {decision.limit} in {decision.window_s} s for {tier} callers is used up. "
            f"Come back in {decision.reset_s} s.",
            retry_after=decision.reset_s,
        )
        self.extensions = {
            "policy": decision.policy,
            "limit": decision.limit,
            "window_s": decision.window_s,
            "retry_after_s": decision.reset_s,
            "tier": tier,
        }


def charge(budget: BudgetClass, cost: int = 1) -> None:
    """Take `cost` units from the caller's budget. Raises OverBudget; the answer carries the headers either way."""
    caller = principal()
    decision = parts().limiter.spend(caller, budget, cost)
    g.setdefault("portal_decisions", {})[decision.policy] = decision
    if not decision.is_allowed:
        raise OverBudget(decision, caller.tier)


def policy_field(decision: Decision) -> str:
    """One member of `RateLimit-Policy`."""
    return f'"{decision.policy}";q={decision.limit};w={decision.window_s}'


def left_field(decision: Decision) -> str:
    """One member of `RateLimit`."""
    return f'"{decision.policy}";r={decision.remaining};t={decision.reset_s}'


def install_limit_headers(app: Flask) -> None:
    """Tell the budgets that a request was charged to, on its answer."""

    @app.after_request
    def _tell(response: Response) -> Response:
        decisions = g.get("portal_decisions")
        if decisions:
            response.headers["RateLimit-Policy"] = ", ".join(policy_field(d) for d in decisions.values())
            response.headers["RateLimit"] = ", ".join(left_field(d) for d in decisions.values())
        return response
