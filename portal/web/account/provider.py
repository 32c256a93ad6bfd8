"""Signing in through the sign-in provider, linking it to an account, and taking the link away.

A form begins; the browser then goes on by a page of ours and not by a redirect, because a page's policy (`form-action 'self'`)
also holds for where its forms are redirected to. What came back is taken at one address without a language, which is the
one that is registered at the provider.
"""

from datetime import UTC, datetime
from urllib.parse import urlencode

import structlog
from flask import Response, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound as NotFoundPage
from werkzeug.utils import redirect

from portal.accounts.acts import Act, record_act
from portal.accounts.oidc import Fault, Journey, OidcProvider, ProviderRefused, Vouched
from portal.accounts.oidc.identities import Entered, enter, link, unlink
from portal.accounts.oidc.journeys import LASTS, LONGEST, new_journey, opened_journey, sealed_journey
from portal.accounts.sessions import end_session
from portal.accounts.signing_in import open_session
from portal.accounts.tokens import is_same
from portal.http.context import language, parts
from portal.http.cookies import cookie_name, find_signed_in
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import drop_cookie, own_cookie, set_cookie, signed_in
from portal.kernel.errors import InvalidInput
from portal.kernel.text import Language
from portal.settings import site_secret
from portal.web.account.frame import go_to, own_path, show_account
from portal.web.account.leaving import leave_for
from portal.web.account.reproving import is_proven
from portal.web.account.signing import let_in

_log = structlog.get_logger(__name__)

_COOKIE = "provider"
_KEPT = {"code": 2_000, "state": 100, "iss": 300, "error": 100}
_STATUS = {Fault.AWAY: 503, Fault.SETTINGS: 503, Fault.ADDRESS: 409, Fault.LINKED: 409, Fault.HAS_ONE: 409}
_DECLINED = frozenset({"access_denied", "consent_required", "interaction_required", "login_required"})


@policy(permission="none", budget="pages")
def begin_sign_in() -> Response:
    """Set out for the provider to sign in."""
    check_form()
    return _set_out(next_path=own_path(request.form.get("next", "")))


@policy(permission="own_account", budget="sign_in")
def begin_linking() -> Response:
    """Set out for the provider, so that its person opens this account from now on."""
    check_form()
    person = signed_in()
    if not is_proven(person):
        return go_to("/security", done="wrong-password")
    return _set_out(linking=person.account_id)


@policy(permission="own_account", budget="sign_in")
def do_unlinking() -> Response:
    """Take the link away."""
    check_form()
    person = signed_in()
    if not is_proven(person):
        return go_to("/security", done="wrong-password")
    try:
        with parts().database.transaction() as writing:
            unlink(writing, person.account_id, datetime.now(UTC))
    except InvalidInput:
        return go_to("/security", done="needs-password")
    return go_to("/security", done="provider-off")


@policy(permission="none", budget="pages")
def receive_answer() -> Response:
    """Where the provider sends browsers back to: on to the page in the person's language, which takes the answer."""
    journey = _journey()
    spoken = journey.language if journey else language().value
    return _onward(f"/{Language(spoken).value}/account/provider/answer?{urlencode(_answer())}")


@policy(permission="none", budget="pages")
def receive_sign_out() -> Response:
    """Where the provider sends browsers back to after signing out; `state` is the language."""
    told = request.args.get("state", "")
    spoken = told if told in set(Language) else language().value
    return _onward(f"/{spoken}/account/sign-in?done=signed-out")


@policy(permission="none", budget="sign_in")
def take_answer() -> Response:
    """Take what the provider answered: sign the person in, or link the account that set out."""
    try:
        response = _taken(_journey(), _answer(), datetime.now(UTC))
    except ProviderRefused as refusal:
        _log.info("provider_sign_in_failed", fault=refusal.fault.value)
        if refusal.account_id and refusal.fault is Fault.CLOSED:
            with parts().database.transaction() as writing:
                told = {"with": "provider"}
                record_act(
                    writing,
                    refusal.account_id,
                    Act.SIGN_IN_FAILED,
                    actor="unknown",
                    now=datetime.now(UTC),
                    detail=told,
                )
        response = _trouble(refusal.fault)
    drop_cookie(response, _COOKIE)
    return response


@policy(permission="none", budget="pages")
def show_trouble() -> Response:
    """Why it came to nothing, and what to do."""
    why = request.args.get("why", "")
    if why not in set(Fault):
        raise NotFoundPage
    status = _STATUS.get(Fault(why), 400)
    response = show_account("provider_trouble.html", {"why": why}, status=status)
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response


def _set_out(*, next_path: str = "", linking: str = "") -> Response:
    now = datetime.now(UTC)
    journey = new_journey(language=language().value, next_path=next_path, linking=linking, now=now)
    try:
        address = _provider().address_of(journey)
    except ProviderRefused as refusal:
        return _trouble(refusal.fault)
    response = leave_for(address, is_signing_out=False)
    cookie = sealed_journey(journey, site_secret(parts().settings))
    set_cookie(response, cookie, _COOKIE, max_age_s=int(LASTS.total_seconds()))
    return response


def _taken(journey: Journey | None, answer: dict[str, str], now: datetime) -> Response:
    """Raises ProviderRefused, before anything is asked when the answer is not for this browser."""
    if journey is None or not is_same(answer.get("state", ""), journey.state):
        raise ProviderRefused(Fault.OLD, "no visit to the provider is under way in this browser, or another one")
    person = find_signed_in(request, parts())
    here = person.account_id if person is not None and not person.needs_code else ""
    if journey.linking and journey.linking != here:
        raise ProviderRefused(Fault.OLD, "who set out to link an account is not signed in any more")
    _provider().check_sender(answer.get("iss", ""))
    if "code" not in answer:
        is_declined = answer.get("error") in _DECLINED
        raise ProviderRefused(Fault.CANCELLED if is_declined else Fault.REFUSED, "the provider gave no code")
    vouched = _provider().vouch(journey, answer["code"], now)
    if journey.linking:
        with parts().database.transaction() as writing:
            link(writing, journey.linking, vouched, now)
        parts().jobs.wake("accounts")
        return go_to("/security", done="provider-on")
    try:
        return _signed_in(journey, vouched, now)
    except IntegrityError:  # two first sign-ins of one person at once: the other one made the account
        return _signed_in(journey, vouched, now)


def _signed_in(journey: Journey, vouched: Vouched, now: datetime) -> Response:
    with parts().database.transaction() as writing:
        entered: Entered = enter(writing, vouched, language=journey.language, now=now)
        end_session(writing, own_cookie())
        opened = open_session(
            writing,
            entered.account_id,
            needs_code=entered.needs_code,
            agent=request.user_agent.string,
            now=now,
            by="provider",
            by_provider=True,
        )
    return let_in(opened, email=entered.email or entered.account_id, next_path=own_path(journey.next_path))


def _provider() -> OidcProvider:
    provider = parts().provider
    if provider is None:
        raise NotFoundPage
    return provider


def _journey() -> Journey | None:
    settings = parts().settings
    cookie = request.cookies.get(cookie_name(settings, _COOKIE), "")[: LONGEST + 1]
    return opened_journey(cookie, site_secret(settings), datetime.now(UTC))


def _answer() -> dict[str, str]:
    """The parameters of an answer (RFC 6749, 4.1.2); one that is given twice, or is too long, counts as absent."""
    told = {name: request.args.getlist(name) for name in _KEPT}
    return {name: values[0] for name, values in told.items() if len(values) == 1 and 0 < len(values[0]) <= _KEPT[name]}


def _trouble(fault: Fault) -> Response:
    return _onward(f"/{language().value}/account/provider/trouble?{urlencode({'why': fault.value})}")


def _onward(path: str) -> Response:
    response = redirect(path, 303, Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
