"""Forms that only our own pages can send.

Every form of a page carries a token: a keyed digest of the browser's own cookie, which no other site can read or guess. Before
somebody is signed in, a cookie without meaning stands in for it. Browsers also say where a form came from; one that
says "another site" is refused at once.
"""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import Forbidden

from portal.accounts.tokens import derived, is_same
from portal.http.context import parts
from portal.http.cookies import cookie_name, find_signed_in
from portal.http.sessions import own_cookie, set_cookie
from portal.settings import site_secret

FIELD = "form_token"
_VISIT = "form"
_TOKEN_CHARS = 43
_DEFAULT_PORTS = {"http": 80, "https": 443}


def form_token() -> str:
    """The token for the forms of this page. A browser without a cookie is given one with the answer."""
    bound = _bound_to()
    if not bound:
        bound = g.portal_new_visit = secrets.token_urlsafe(24)
    return _token(bound)


def check_form() -> None:
    """Raise Forbidden unless the form was made by a page of ours for this very browser. First in every view of a POST."""
    refuse_other_sites()
    bound = _bound_to()
    if not bound or not is_same(request.form.get(FIELD, ""), _token(bound)):
        raise Forbidden("The form is too old, or cookies are off. Open its page again and send it from there.")


def refuse_other_sites() -> None:
    """Raise Forbidden when the browser says that another site's page sent this."""
    told = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    if told not in {"same-origin", "none"} or (origin and not _is_ours(origin)):
        raise Forbidden("This form was sent from another site; open the page here and send it from there.")


def install_forms(app: Flask) -> None:
    """Hand out the cookies that tokens are bound to."""

    @app.after_request
    def _give(response: Response) -> Response:
        visit = g.get("portal_new_visit")
        if visit:
            set_cookie(response, visit, _VISIT)
        return response


def _bound_to() -> str:
    if find_signed_in(request, parts()) is not None:
        return own_cookie()
    return str(g.get("portal_new_visit", "")) or request.cookies.get(cookie_name(parts().settings, _VISIT), "")[:100]


def _token(bound: str) -> str:
    return derived(site_secret(parts().settings), "form", bound)[:_TOKEN_CHARS]


def _is_ours(origin: str) -> bool:
    """Whether an `Origin` names the host that was asked or the site's public address."""
    try:
        named, public = urlsplit(origin), urlsplit(parts().settings.base_url)
        here = (named.hostname, named.port or _DEFAULT_PORTS.get(named.scheme))
        ours = (public.hostname, public.port or _DEFAULT_PORTS.get(public.scheme))
    except ValueError:
        return False
    return here == ours or named.netloc == request.host
