"""Who the caller is to us, and what is left of each budget."""

from portal.api.answers import QuotaAnswer
from portal.api.operations import Answer, operation
from portal.api.projections import words
from portal.http.context import parts, principal
from portal.limits import DESCRIPTIONS, UNITS, BudgetClass


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
                    "reset_s": decision.reset_s,
                }
                for budget, decision in decisions
            ],
        }
    )
