"""Attempts to sign in, counted by network address and by the account that is tried.

An attacker who tries one account from many addresses is slowed down by the count of that account. So that nobody can keep
a person out that way, a browser in which that person once signed in has a count of its own: it holds a cookie that
only we can make, bound to the address of the account (the "device cookie" of OWASP's advice on brute force).
"""

import secrets

from flask import Response, request

from portal.accounts.tokens import derived, is_same, mark_of_address
from portal.http.context import parts
from portal.http.cookies import cookie_name
from portal.http.limits import OverBudget
from portal.http.sessions import set_cookie
from portal.kernel.principal import Principal
from portal.limits import BudgetClass
from portal.settings import site_secret

_DEVICE = "device"
_YEAR_S = 365 * 24 * 3600
_COST_OF_MAIL = 4  # so an address gets five mails in the window


def count_attempt(address: str) -> None:
    """Count a try on the account of this address, whether there is one or not. Raises OverBudget."""
    mark = mark_of_address(address, site_secret(parts().settings))
    caller = Principal(caller=_known_device(mark) or f"name:{mark}")
    decision = parts().limiter.spend(caller, BudgetClass.SIGN_IN)
    if not decision.is_allowed:
        raise OverBudget(decision, caller.tier)


def may_mail(address: str) -> bool:
    """Whether this address may be sent one more mail now; the page says the same either way."""
    mark = mark_of_address(address, site_secret(parts().settings))
    return parts().limiter.spend(Principal(caller=f"mail:{mark}"), BudgetClass.SIGN_IN, _COST_OF_MAIL).is_allowed


def remember_device(response: Response, address: str) -> None:
    """The person of this address signed in with this browser."""
    secret = site_secret(parts().settings)
    mark = mark_of_address(address, secret)
    if _known_device(mark) is None:
        text = f"{mark}.{secrets.token_urlsafe(12)}"
        set_cookie(response, f"{text}.{derived(secret, _DEVICE, text)[:32]}", _DEVICE, max_age_s=_YEAR_S)


def _known_device(mark: str) -> str | None:
    cookie = request.cookies.get(cookie_name(parts().settings, _DEVICE), "")[:200]
    text, _, proof = cookie.rpartition(".")
    proven = is_same(proof, derived(site_secret(parts().settings), _DEVICE, text)[:32])
    return f"device:{text}" if proven and text.startswith(f"{mark}.") else None
