"""What a request may ask for: the parts, a read session, who asks, in which language. All of it made on first use."""

import secrets
from typing import cast

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy.orm import Session

from portal.http.locale import negotiate_language
from portal.http.principal import identify_caller
from portal.kernel.principal import Principal
from portal.kernel.text import Language
from portal.wiring import Parts

_PARTS = "portal"


def install_context(app: Flask, parts: Parts) -> None:
    """Hand the parts to the application and close each request's session at its end."""
    app.extensions[_PARTS] = parts
    app.teardown_request(_close_session)


def parts() -> Parts:
    """The parts of this process."""
    return cast(Parts, current_app.extensions[_PARTS])


def session() -> Session:
    """One read session for the whole request, so that a page shows one state; opened at the first query."""
    if "portal_session" not in g:
        g.portal_reading = parts().database.reading()
        g.portal_session = g.portal_reading.__enter__()
    return cast(Session, g.portal_session)


def leave_session() -> None:
    """Give the session's connection back before work that takes long; the next query takes another, and sees what is then."""
    if "portal_session" in g:
        g.portal_session.close()


def principal() -> Principal:
    """Who asks; looked up once per request."""
    if "portal_principal" not in g:
        g.portal_principal = identify_caller(request, parts())
    return cast(Principal, g.portal_principal)


def find_principal() -> Principal | None:
    """Who asks, where this request asked that already."""
    return cast(Principal | None, g.get("portal_principal"))


def language() -> Language:
    """The language of the answer: the address decides, else the caller's `Accept-Language`."""
    if "portal_language" not in g:
        g.portal_language = negotiate_language(request.path, request.headers.get("Accept-Language", ""))
    return cast(Language, g.portal_language)


def request_id() -> str:
    """16 hex digits that name this request in the log and on an error page; empty outside a request."""
    if not has_request_context():
        return ""
    if "portal_request_id" not in g:
        g.portal_request_id = secrets.token_hex(8)
    return cast(str, g.portal_request_id)


def _close_session(_error: BaseException | None) -> None:
    reading = g.pop("portal_reading", None)
    g.pop("portal_session", None)
    if reading is not None:
        reading.__exit__(None, None, None)
