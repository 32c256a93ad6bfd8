"""Security of an account: password, address, name, second factor, browsers, deletion."""

from datetime import UTC, datetime

from flask import Response, request
from sqlalchemy import update

from portal.accounts.acts import Act, record_act
from portal.accounts.directory import get_account, normal_address, normal_name
from portal.accounts.errands import ADDRESS, NOTICE, note_errand, tell_person
from portal.accounts.leaving import delete_account
from portal.accounts.models import Account
from portal.accounts.oidc.identities import is_linked
from portal.accounts.passwords import LONGEST, SHORTEST, check_password, hash_password
from portal.accounts.second_factor import count_codes
from portal.accounts.sessions import end_sessions, list_browsers
from portal.accounts.signing_in import open_session
from portal.db import table_of
from portal.http.context import parts, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import drop_cookie, set_cookie, signed_in
from portal.http.throttle import may_mail
from portal.kernel.errors import InvalidInput
from portal.web.account.frame import go_to, sends_mail, show_account
from portal.web.account.reproving import is_proven

_PAGE = "/security"


@policy(permission="own_account", budget="pages")
def show_security() -> Response:
    """Everything about how this account is protected."""
    return _page()


@policy(permission="own_account", budget="sign_in")
def change_password() -> Response:
    """Take a new password; every other browser is signed out and this one gets a new cookie."""
    check_form()
    person, now, form = signed_in(), datetime.now(UTC), request.form
    if not is_proven(person):
        return _page("wrong-password", status=400)
    try:
        check_password(form.get("password", ""), email=person.email)
    except InvalidInput:
        return _page("password", status=400)
    if form.get("password") != form.get("again"):
        return _page("again", status=400)
    hashed = hash_password(form.get("password", ""))
    with parts().database.transaction() as writing:
        writing.execute(update(table_of(Account)).where(Account.id == person.account_id).values(password_hash=hashed))
        end_sessions(writing, person.account_id)
        record_act(writing, person.account_id, Act.PASSWORD_SET, now=now, detail={"with": "page"})
        tell_person(writing, person.account_id, "password", now)
        opened = open_session(
            writing,
            person.account_id,
            needs_code=False,
            agent=request.user_agent.string,
            now=now,
            by="new password",
            by_provider=person.by_provider,
        )
    parts().jobs.wake("accounts")
    response = go_to(_PAGE, done="password")
    set_cookie(response, opened.cookie)
    return response


@policy(permission="own_account", budget="sign_in")
def change_address() -> Response:
    """Send a link to the new address; the answer tells nothing about whose it is."""
    check_form()
    person = signed_in()
    if not is_proven(person):
        return _page("wrong-password", status=400)
    try:
        address = normal_address(request.form.get("email", ""))
    except InvalidInput:
        return _page("email", status=400)
    if not sends_mail():
        return _page("no-mail", status=409)
    if may_mail(address):
        with parts().database.transaction() as writing:
            note_errand(writing, ADDRESS, address, datetime.now(UTC), account_id=person.account_id)
        parts().jobs.wake("accounts")
    return go_to(_PAGE, done="address-mail")


@policy(permission="own_account", budget="pages")
def change_name() -> Response:
    """Take another name."""
    check_form()
    person = signed_in()
    try:
        name = normal_name(request.form.get("name", ""))
    except InvalidInput:
        return _page("name", status=400)
    with parts().database.transaction() as writing:
        writing.execute(update(table_of(Account)).where(Account.id == person.account_id).values(name=name))
        record_act(writing, person.account_id, Act.NAME_CHANGED, now=datetime.now(UTC))
    return go_to(_PAGE, done="name")


@policy(permission="own_account", budget="pages")
def sign_out_others() -> Response:
    """End every sign-in but this one."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        end_sessions(writing, person.account_id, but=person.id)
        record_act(writing, person.account_id, Act.SIGNED_OUT_ELSEWHERE, now=datetime.now(UTC))
    return go_to(_PAGE, done="signed-out-others")


@policy(permission="own_account", budget="sign_in")
def do_delete() -> Response:
    """Delete the account, with the password and the word that says so."""
    check_form()
    person, now = signed_in(), datetime.now(UTC)
    if not is_proven(person) or request.form.get("sure") != "yes":
        return _page("wrong-password" if request.form.get("sure") == "yes" else "sure", status=400)
    with parts().database.transaction() as writing:
        delete_account(writing, person.account_id, now=now)
        if person.email:
            note_errand(writing, NOTICE, person.email, now, subject="deleted")
    parts().jobs.wake("accounts")
    response = go_to("/sign-in", done="deleted")
    drop_cookie(response)
    return response


def _page(fault: str = "", *, status: int = 200) -> Response:
    person = signed_in()
    account, provider = get_account(session(), person.account_id), parts().provider
    told = request.args.get("done", "")
    values = {
        "account": account,
        "browsers": list_browsers(session(), person.account_id, datetime.now(UTC)),
        "this_browser": person.id,
        "codes_left": count_codes(session(), person.account_id) if account.has_second_factor else 0,
        "is_linked": provider is not None and is_linked(session(), person.account_id, provider.issuer),
        "fault": fault or (told if told in {"wrong-password", "needs-password"} else ""),
        "given": {"email": request.form.get("email", "")[:254], "name": request.form.get("name", account.name)[:200]},
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    return show_account("security.html", values, status=status)
