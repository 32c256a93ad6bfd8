"""The account at a glance: who you are to us, what you may use, what happened lately."""

from flask import Response

from portal.accounts.acts import list_acts
from portal.accounts.directory import get_account
from portal.http.context import parts, principal, session
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.limits import BudgetClass
from portal.web.account.frame import show_account


@policy(permission="own_account", budget="pages")
def show_account_page() -> Response:
    """Tier, budgets and the newest acts."""
    person = signed_in()
    decisions = [(budget.value, parts().limiter.peek(principal(), budget)) for budget in BudgetClass]
    values = {
        "account": get_account(session(), person.account_id),
        "budgets": decisions,
        "acts": list_acts(session(), person.account_id, 20),
        "section": "",
    }
    return show_account("overview.html", values)
