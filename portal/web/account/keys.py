"""The keys of an account on pages: made, shown once, rotated, revoked, and how much each was used."""

from datetime import UTC, datetime, timedelta

from flask import Response, request

from portal.accounts.key_uses import DayOfUse, list_key_days
from portal.accounts.keys import (
    LONGEST_HOLDER,
    LONGEST_OVERLAP,
    MOST_KEYS,
    OVERLAP,
    create_own_key,
    get_own_key,
    list_own_keys,
    revoke_own_key,
    rotate_own_key,
)
from portal.http.context import parts, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import Scope
from portal.settings import site_secret
from portal.web.account.charts import Chart, chart_of
from portal.web.account.frame import go_to, show_account

_LIFE_DAYS = (30, 90, 365, 0)  # 0: until it is revoked
_PAGE = "/keys"


@policy(permission="own_account", budget="pages")
def show_keys() -> Response:
    """All keys, and the form for a new one."""
    return _page()


@policy(permission="own_account", budget="pages")
def make_key() -> Response:
    """Make a key and show it, this once."""
    check_form()
    person, now, form = signed_in(), datetime.now(UTC), request.form
    given = {"name": form.get("name", "")[:LONGEST_HOLDER], "days": form.get("days", "")}
    days = int(given["days"]) if given["days"] in {str(days) for days in _LIFE_DAYS} else _LIFE_DAYS[0]
    scopes = frozenset(scope for scope in Scope if scope.value in form.getlist("scope"))
    try:
        with parts().database.transaction() as writing:
            made = create_own_key(
                writing,
                person.account_id,
                holder=form.get("name", ""),
                scopes=scopes,
                secret=site_secret(parts().settings),
                now=now,
                expires_at=now + timedelta(days=days) if days else None,
            )
    except InvalidInput as error:
        is_full = "at most" in str(error) and error.parameter == "holder" and bool(given["name"].strip())
        return _page(fault="full" if is_full else error.parameter, given=given, chosen=scopes, status=400)
    return show_account("key_made.html", {"key": made.secret, "key_id": made.id, "is_rotated": False})


@policy(permission="own_account", budget="pages")
def show_key(key_id: str) -> Response:
    """One key: what it is, how much it was used, and what can be done with it."""
    person, now = signed_in(), datetime.now(UTC)
    key = get_own_key(session(), person.account_id, key_id)
    days = list_key_days(session(), [key.id], now.date())[key.id]
    values = {
        "key": key,
        "is_open": key.is_open(now),
        "chart": _chart(days),
        "days": days,
        "overlap": OVERLAP.days,
        "longest_overlap": LONGEST_OVERLAP.days,
    }
    return show_account("key.html", values)


@policy(permission="own_account", budget="pages")
def rotate_key(key_id: str) -> Response:
    """Make its successor and show that, this once."""
    check_form()
    person = signed_in()
    asked = request.form.get("overlap", "")
    overlap = timedelta(days=min(int(asked), 10_000)) if asked.isascii() and asked.isdigit() else OVERLAP
    with parts().database.transaction() as writing:
        made = rotate_own_key(
            writing,
            person.account_id,
            key_id,
            secret=site_secret(parts().settings),
            now=datetime.now(UTC),
            overlap=overlap,
        )
    return show_account("key_made.html", {"key": made.secret, "key_id": made.id, "is_rotated": True})


@policy(permission="own_account", budget="pages")
def revoke_key(key_id: str) -> Response:
    """Take it back at once."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        revoke_own_key(writing, person.account_id, key_id, datetime.now(UTC))
    return go_to(_PAGE, done="key-revoked")


def _page(
    *,
    fault: str = "",
    given: dict[str, str] | None = None,
    chosen: frozenset[Scope] = frozenset({Scope.CATALOGUE, Scope.ROWS, Scope.EXPORTS, Scope.FILES}),
    status: int = 200,
) -> Response:
    person, now = signed_in(), datetime.now(UTC)
    keys = list_own_keys(session(), person.account_id)
    days = list_key_days(session(), [key.id for key in keys], now.date())
    values = {
        "keys": [(key, key.is_open(now), sum(day.total for day in days[key.id])) for key in keys],
        "scopes": list(Scope),
        "chosen": chosen,
        "lives": _LIFE_DAYS,
        "most": MOST_KEYS,
        "fault": fault,
        "given": {"name": "", "days": str(_LIFE_DAYS[2])} | (given or {}),
        "longest": LONGEST_HOLDER,
    }
    return show_account("keys.html", values, status=status)


def _chart(days: tuple[DayOfUse, ...]) -> Chart:
    return chart_of([day.total for day in days], [day.refused for day in days])
