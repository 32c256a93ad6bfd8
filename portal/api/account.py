"""Who the caller is to us, and what is left of each budget."""

from portal.api.answers import QuotaAnswer
from portal.api.answers.keys import MeAnswer
from portal.api.operations import Answer, operation
from portal.api.projections import words
from portal.http.context import parts, principal
from portal.kernel.vocab import Scope
from portal.limits import CONCURRENCY, DESCRIPTIONS, UNITS, BudgetClass


@operation("/me", summary="See who you are to us", tag="me", gives=MeAnswer, permission="none", is_private=True)
def get_me(_nothing: None) -> Answer:
    """Your tier, the account behind your key, what the key may be used for, and the conditional datasets granted to you."""
    caller = principal()
    scopes = frozenset(Scope) if caller.scopes is None else caller.scopes
    return Answer(
        {
            "tier": caller.tier.value,
            "account_id": caller.account_id,
            "key_id": caller.key_id,
            "scopes": sorted(scope.value for scope in scopes),
            "roles": sorted(role.value for role in caller.roles),
            "grants": sorted(caller.grants),
        }
    )


@operation("/me/quota", summary="See your budgets", tag="me", gives=QuotaAnswer, permission="none", is_private=True)
def get_quota(_nothing: None) -> Answer:
    """Your tier and what is left of each budget now. Asking costs one unit of `catalogue`."""
    caller = principal()
    decisions = [(budget, parts().limiter.peek(caller, budget)) for budget in BudgetClass]
    return Answer(
        {
            "tier": caller.tier.value,
            "key_id": caller.key_id,
            "budgets": [
                {
                    "policy": budget.value,
                    "description": words(DESCRIPTIONS[budget]),
                    "unit": UNITS[budget],
                    "limit": decision.limit,
                    "window_s": decision.window_s,
                    "remaining": decision.remaining,
                    "concurrent": CONCURRENCY[budget][caller.tier] if budget in CONCURRENCY else None,
                    "is_local": decision.is_local,
                    "reset_s": decision.reset_s,
                }
                for budget, decision in decisions
            ],
        }
    )
