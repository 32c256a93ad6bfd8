"""The second factor on pages: asked for after the password, set up with a picture, removed with the password."""

from datetime import UTC, datetime

import segno
from flask import Response, request
from markupsafe import Markup

from portal.accounts.acts import Act, record_act
from portal.accounts.directory import get_account
from portal.accounts.errands import tell_person
from portal.accounts.errors import SignInRefused
from portal.accounts.second_factor import (
    address_of_secret,
    check_code,
    new_secret,
    remove_second_factor,
    set_second_factor,
)
from portal.accounts.sessions import SignedIn, end_session
from portal.accounts.signing_in import open_session
from portal.accounts.tokens import sealed, unsealed
from portal.http.context import parts, session
from portal.http.cookies import find_signed_in
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import own_cookie, signed_in
from portal.http.throttle import count_attempt
from portal.kernel.errors import InvalidInput
from portal.settings import site_secret
from portal.web.account.frame import go_to, own_path, show_account
from portal.web.account.reproving import is_proven
from portal.web.account.signing import let_in


@policy(permission="none", budget="pages")
def show_code() -> Response:
    """The form for the code, for who has shown the password."""
    if _waiting() is None:
        return go_to("/sign-in")
    return show_account("code.html", {"next": own_path(request.args.get("next", ""))})


@policy(permission="none", budget="sign_in")
def do_code() -> Response:
    """Take the code; the browser gets a new cookie with it."""
    check_form()
    person, now = _waiting(), datetime.now(UTC)
    if person is None:
        return go_to("/sign-in")
    next_path = own_path(request.form.get("next", ""))
    count_attempt(person.email or person.account_id)
    secret = site_secret(parts().settings)
    try:
        with parts().database.transaction() as writing:
            check_code(writing, person.account_id, request.form.get("code", "")[:40], secret=secret, now=now)
            end_session(writing, own_cookie())
            opened = open_session(
                writing,
                person.account_id,
                needs_code=False,
                agent=request.user_agent.string,
                now=now,
                by="provider and code" if person.by_provider else "password and code",
                by_provider=person.by_provider,
            )
    except SignInRefused:
        with parts().database.transaction() as writing:
            record_act(writing, person.account_id, Act.CODE_FAILED, actor="unknown", now=now)
        return show_account("code.html", {"next": next_path, "fault": "code"}, status=400)
    return let_in(opened, email=person.email or person.account_id, next_path=next_path)


@policy(permission="own_account", budget="pages")
def show_setting_up() -> Response:
    """A new secret as a picture and as text; nothing is kept until its first code was right."""
    return _setting_up(new_secret())


@policy(permission="own_account", budget="sign_in")
def do_setting_up() -> Response:
    """Turn it on, and show the recovery codes."""
    check_form()
    person, secret = signed_in(), site_secret(parts().settings)
    shown = unsealed_or_blank(request.form.get("sealed", ""), secret, owner=person.account_id)
    if not shown or not is_proven(person):
        return _setting_up(shown or new_secret(), fault="password" if shown else "code", status=400)
    try:
        with parts().database.transaction() as writing:
            codes = set_second_factor(
                writing,
                person.account_id,
                shown,
                request.form.get("code", "").strip().replace(" ", "")[:10],
                secret=secret,
                now=datetime.now(UTC),
            )
            tell_person(writing, person.account_id, "code-on", datetime.now(UTC))
    except InvalidInput:
        return _setting_up(shown, fault="code", status=400)
    parts().jobs.wake("accounts")
    return show_account("recovery_codes.html", {"codes": codes})


@policy(permission="own_account", budget="sign_in")
def do_removing() -> Response:
    """Turn it off, with the password."""
    check_form()
    person, now = signed_in(), datetime.now(UTC)
    if not is_proven(person):
        return go_to("/security", done="wrong-password")
    with parts().database.transaction() as writing:
        remove_second_factor(writing, person.account_id, now=now)
        tell_person(writing, person.account_id, "code-off", now)
    parts().jobs.wake("accounts")
    return go_to("/security", done="code-off")


def unsealed_or_blank(text: str, secret: bytes, *, owner: str) -> str:
    """The secret that the form carries, sealed, from one page to the next; blank when it is not ours."""
    try:
        return unsealed(text[:300], secret, owner=f"form {owner}") or ""
    except ValueError:
        return ""


def _setting_up(totp_secret: str, *, fault: str = "", status: int = 200) -> Response:
    person = signed_in()
    settings = parts().settings
    account = get_account(session(), person.account_id)
    if account.has_second_factor:
        return go_to("/security")
    address = address_of_secret(totp_secret, account=account.email, site=settings.site_name_en)
    values = {
        "picture": _picture(address),
        "secret": " ".join(totp_secret[start : start + 4] for start in range(0, len(totp_secret), 4)),
        "sealed": sealed(totp_secret, site_secret(settings), owner=f"form {person.account_id}"),
        "fault": fault,
        "asks_password": account.has_password,
    }
    return show_account("second_factor.html", values, status=status)


def _picture(address: str) -> Markup:
    """The QR code as an inline SVG without styles; dark on light in every theme, or no program reads it."""
    svg = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704 - drawn by the library out of squares


def _waiting() -> SignedIn | None:
    """Who has shown the password at this browser and not yet the code."""
    person = find_signed_in(request, parts())
    return person if person is not None and person.needs_code else None
