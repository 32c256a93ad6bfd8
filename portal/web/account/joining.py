"""Registering, and a new password: both begin with a mail, and the page says the same for every address."""

from datetime import UTC, datetime

from flask import Response, request

from portal.accounts.directory import normal_address, normal_name
from portal.accounts.errands import (
    JOIN,
    RESET,
    Errand,
    find_errand,
    follow_address,
    follow_join,
    follow_reset,
    note_errand,
)
from portal.accounts.errors import LinkRefused
from portal.accounts.passwords import LONGEST, SHORTEST, check_password, hash_password
from portal.accounts.signing_in import open_session
from portal.http.context import language, parts
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.http.throttle import may_mail
from portal.kernel.errors import InvalidInput
from portal.settings import site_secret
from portal.web.account.frame import go_to, sends_mail, show_account
from portal.web.account.signing import let_in

_ASKING = "ask.html"  # for an address, to register or to have a new password


@policy(permission="none", budget="pages")
def show_register() -> Response:
    """The form that asks for an address."""
    return show_account(_ASKING, {"kind": JOIN})


@policy(permission="none", budget="sign_in")
def do_register() -> Response:
    """Ask for the mail with the link."""
    return _ask(JOIN)


@policy(permission="none", budget="pages")
def show_reset() -> Response:
    """The form that asks for the address of the account."""
    return show_account(_ASKING, {"kind": RESET})


@policy(permission="none", budget="sign_in")
def do_reset() -> Response:
    """Ask for the mail with the link."""
    return _ask(RESET)


@policy(permission="none", budget="pages")
def show_link() -> Response:
    """What the link of a mail is for; fetching it changes nothing."""
    link = request.args.get("link", "")
    try:
        with parts().database.reading() as session:
            errand = find_errand(session, link, site_secret(parts().settings), datetime.now(UTC))
    except LinkRefused:
        return show_account("link_over.html", {}, status=404)
    return _link_page(errand, link)


@policy(permission="none", budget="sign_in")
def do_link() -> Response:
    """Follow the link with what was asked for on its page."""
    check_form()
    form, now, secret = request.form, datetime.now(UTC), site_secret(parts().settings)
    link = form.get("link", "")
    try:
        with parts().database.reading() as session:
            errand = find_errand(session, link, secret, now)
        if errand.kind not in {JOIN, RESET}:
            return _change_address(errand, now)
        name = normal_name(form.get("name", "")) if errand.kind == JOIN else ""
        check_password(form.get("password", ""), email=errand.email)
        if form.get("password") != form.get("again"):
            raise InvalidInput("The two passwords are not the same.", parameter="again")
        hashed = hash_password(form.get("password", ""))
        with parts().database.transaction() as session:
            if errand.kind == JOIN:
                account = follow_join(
                    session, errand, name=name, password_hash=hashed, language=language().value, now=now
                )
            else:
                account = follow_reset(session, errand, password_hash=hashed, now=now)
            opened = open_session(
                session,
                account.id,
                needs_code=account.has_second_factor,
                agent=request.user_agent.string,
                now=now,
                by="mail",
            )
    except LinkRefused:
        return show_account("link_over.html", {}, status=404)
    except InvalidInput as error:
        return _link_page(errand, link, fault=error.parameter, given={"name": form.get("name", "")}, status=400)
    return let_in(opened, email=errand.email, next_path="")


def _ask(kind: str) -> Response:
    check_form()
    if not sends_mail():
        return show_account(_ASKING, {"kind": kind}, status=409)
    try:
        address = normal_address(request.form.get("email", ""))
    except InvalidInput:
        given = {"email": request.form.get("email", "")[:300]}
        return show_account(_ASKING, {"kind": kind, "fault": "email", "given": given}, status=400)
    if may_mail(address):
        with parts().database.transaction() as session:
            note_errand(session, kind, address, datetime.now(UTC))
        parts().jobs.wake("accounts")
    return show_account("mail_sent.html", {"email": address, "kind": kind})


def _change_address(errand: Errand, now: datetime) -> Response:
    person = signed_in()
    with parts().database.transaction() as session:
        follow_address(session, errand, account_id=person.account_id, now=now)
    return go_to("/security", done="address")


def _link_page(
    errand: Errand, link: str, *, fault: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Response:
    values = {
        "link": link,
        "kind": errand.kind,
        "email": errand.email,
        "fault": fault,
        "given": {"name": ""} | (given or {}),
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    return show_account("link.html", values, status=status)
