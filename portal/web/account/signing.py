"""Signing in with a password, and signing out."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, request

from portal.accounts.acts import Act, record_act
from portal.accounts.errors import SignInRefused
from portal.accounts.sessions import end_session
from portal.accounts.signing_in import Opened, sign_in
from portal.http.context import language, parts
from portal.http.cookies import find_signed_in
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import drop_cookie, own_cookie, set_cookie
from portal.http.throttle import count_attempt, remember_device
from portal.web.account.frame import go_to, own_path, show_account
from portal.web.account.leaving import leave_for


@policy(permission="none", budget="pages")
def show_sign_in() -> Response:
    """The form; who is signed in already goes on."""
    person = find_signed_in(request, parts())
    if person is not None and not person.needs_code:
        return go_to(next_path=own_path(request.args.get("next", "")))
    return _form()


@policy(permission="none", budget="sign_in")
def do_sign_in() -> Response:
    """Take address and password; the second factor is asked on a page of its own."""
    check_form()
    form = request.form
    email, next_path = form.get("email", "")[:300], own_path(form.get("next", ""))
    count_attempt(email.strip().lower())
    try:
        opened = sign_in(
            parts().database,
            email=email,
            password=form.get("password", ""),
            agent=request.user_agent.string,
            now=datetime.now(UTC),
        )
    except SignInRefused:
        return _form(fault="refused", given={"email": email, "next": next_path}, status=400)
    return let_in(opened, email=email.strip().lower(), next_path=next_path)


def let_in(opened: Opened, *, email: str, next_path: str) -> Response:
    """Give the browser its cookie and send it on."""
    if opened.needs_code:
        response = go_to("/code") if not next_path else go_to(next_path=_code_path(next_path))
    else:
        response = go_to(next_path=next_path)
        remember_device(response, email)
    set_cookie(response, opened.cookie)
    drop_cookie(response, "form")
    return response


@policy(permission="none", budget="pages")
def do_sign_out() -> Response:
    """End this browser's sign-in; its row is gone with the answer. Who came through the provider goes on to it."""
    check_form()
    person = find_signed_in(request, parts())
    with parts().database.transaction() as session:
        end_session(session, own_cookie())
        if person is not None and not person.needs_code:
            record_act(session, person.account_id, Act.SIGNED_OUT, now=datetime.now(UTC))
    response = go_to("/sign-in", done="signed-out")
    provider = parts().provider
    if person is not None and person.by_provider and provider is not None:
        address = provider.find_sign_out(language().value)
        response = leave_for(address, is_signing_out=True) if address else response
    drop_cookie(response)
    return response


def _form(*, fault: str = "", given: dict[str, str] | None = None, status: int = 200) -> Response:
    kept = {"email": "", "next": own_path(request.args.get("next", ""))} | (given or {})
    return show_account("sign_in.html", {"fault": fault, "given": kept}, status=status)


def _code_path(next_path: str) -> str:
    return f"/{language().value}/account/code?{urlencode({'next': next_path})}"
