"""Who the caller is to us, and what is left of each budget."""

from datetime import UTC, datetime

from portal.api.addresses import links
from portal.api.answers import QuotaAnswer
from portal.api.answers.keys import GrantsAnswer, MeAnswer
from portal.api.operations import Answer, operation
from portal.api.projections import words
from portal.grants import GrantView, list_grants
from portal.http.context import parts, principal, session
from portal.kernel.text import Language
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


@operation("/me/grants", summary="List your grants", tag="me", gives=GrantsAnswer, permission="none", is_private=True)
def list_my_grants(_nothing: None) -> Answer:
    """The conditional datasets that were granted to the account behind your key: since when, until when, and whether a
    report is due. Without an account the list is empty."""
    found = list_grants(session(), datetime.now(UTC), principal=principal()) if principal().account_id else ()
    return Answer({"items": [_grant_json(one) for one in found]})


def _grant_json(one: GrantView) -> dict[str, object]:
    return {
        "id": one.id,
        "dataset": one.dataset_id,
        "state": one.state,
        "from_at": one.from_at,
        "until_at": one.until_at,
        "revoked_at": one.revoked_at,
        "revoked_reason": one.revoked_reason or None,
        "report_due_at": one.report_due_at,
        "reports": one.reports,
        "application": links().application(Language.ZH, one.application_id),
        "data": links().dataset(one.dataset_id),
    }


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
