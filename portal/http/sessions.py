"""The person at a page, and the cookies that a browser is given."""

from flask import Flask, Response, g, request
from werkzeug.exceptions import Unauthorized

from portal.accounts.sessions import SignedIn
from portal.http.context import parts, principal
from portal.http.cookies import LONGEST_COOKIE, cookie_name, find_signed_in, is_https


def signed_in() -> SignedIn:
    """The person at this page. Raises Unauthorized without one, with a key alone, and while the second factor is due."""
    person = find_signed_in(request, parts())
    if person is None or person.needs_code or principal().account_id != person.account_id:
        raise Unauthorized("This page is for a person who is signed in.")
    return person


def own_cookie() -> str:
    """The cookie of this browser's sign-in, or blank."""
    return request.cookies.get(cookie_name(parts().settings), "")[:LONGEST_COOKIE]


def set_cookie(response: Response, value: str, purpose: str = "", *, max_age_s: int | None = None) -> None:
    """Give the browser a cookie that no script reads and no other site's form sends along."""
    settings = parts().settings
    response.set_cookie(
        cookie_name(settings, purpose),
        value,
        max_age=max_age_s,
        secure=is_https(settings),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: Response, purpose: str = "") -> None:
    """Take a cookie back."""
    settings = parts().settings
    response.delete_cookie(
        cookie_name(settings, purpose), secure=is_https(settings), httponly=True, samesite="Lax", path="/"
    )


def install_privacy(app: Flask) -> None:
    """Answers to known callers are theirs: nobody on the way keeps them."""

    @app.after_request
    def _keep_private(response: Response) -> Response:
        known = g.get("portal_principal")
        if known is not None and (known.account_id or known.key_id):
            told = response.headers.get("Cache-Control", "")
            response.headers["Cache-Control"] = told.replace("public", "private")
        if g.get("portal_signed_in") is not None:
            response.vary.add("Cookie")
        return response
