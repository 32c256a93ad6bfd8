"""Looking after accounts: staff finds one, sees what was done with it, sets its tier, closes it or opens it again."""

from datetime import UTC, datetime

from flask import Blueprint, Response, request
from werkzeug.utils import redirect

from portal.accounts.acts import list_acts
from portal.accounts.directory import get_account
from portal.accounts.keys import list_own_keys
from portal.accounts.managing import (
    MOST_FOUND,
    Manager,
    close_account,
    decide_tier,
    find_accounts,
    reopen_account,
)
from portal.http.context import language, parts, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import Tier
from portal.web.account.frame import show_account
from portal.web.addresses import LANG

_ACTS_SHOWN = 100
_LONGEST_WORDS = 254


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/accounts", view_func=show_accounts)
    blueprint.add_url_rule(f"{LANG}/accounts/<account_id>", view_func=show_one_account)
    blueprint.add_url_rule(f"{LANG}/accounts/<account_id>", view_func=decide_about_account, methods=["POST"])


@policy(permission="manage_accounts", budget="pages")
def show_accounts() -> Response:
    """Accounts by address, name or id; the newest without words."""
    signed_in()
    words = request.args.get("q", "").strip()[:_LONGEST_WORDS]
    found = find_accounts(session(), words)
    values = {"found": found[:MOST_FOUND], "words": words, "most": MOST_FOUND, "has_more": len(found) > MOST_FOUND}
    return show_account("accounts/all.html", values)


@policy(permission="manage_accounts", budget="pages")
def show_one_account(account_id: str) -> Response:
    """One account: who, tier, state, keys, and everything that was done with it. Raises NotFound."""
    signed_in()
    return _page(account_id)


@policy(permission="manage_accounts", budget="pages")
def decide_about_account(account_id: str) -> Response:
    """`act` is tier, close or reopen. Raises NotFound."""
    check_form()
    person, now = signed_in(), datetime.now(UTC)
    manager = Manager(person.account_id, person.name)
    try:
        with parts().database.transaction() as writing:
            match request.form.get("act"):
                case "tier":
                    decide_tier(writing, account_id, manager, request.form.get("tier", ""), now=now)
                case "close":
                    close_account(writing, account_id, manager, now=now)
                case "reopen":
                    reopen_account(writing, account_id, manager, now=now)
                case _:
                    raise InvalidInput("Choose what to do.", parameter="act")
    except InvalidInput as error:
        return _page(account_id, fault=error.parameter, status=400)
    response = redirect(f"/{language().value}/accounts/{account_id}?done=decided", 303, Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(account_id: str, *, fault: str = "", status: int = 200) -> Response:
    now = datetime.now(UTC)
    account = get_account(session(), account_id)
    values = {
        "account": account,
        "is_own": account_id == signed_in().account_id,
        "keys": [(key, key.is_open(now)) for key in list_own_keys(session(), account_id)],
        "acts": list_acts(session(), account_id, _ACTS_SHOWN),
        "is_for_staff": True,
        "tiers": [tier for tier in Tier if tier is not Tier.ANONYMOUS],
        "fault": fault,
    }
    return show_account("accounts/one.html", values, status=status)
