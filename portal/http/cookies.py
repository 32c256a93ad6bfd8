"""Which cookie names a sign-in, where it counts, and who is behind it.

The API knows keys only. So no page of another site can make a browser write through the API, whatever it sends, and an
answer for programs never depends on who happens to be signed in.
"""

from datetime import UTC, datetime

import structlog
from flask import Request, g
from sqlalchemy.exc import OperationalError

from portal.accounts.sessions import SignedIn, find_session, note_seen
from portal.http.locale import language_of_path
from portal.settings import Settings
from portal.wiring import Parts

_log = structlog.get_logger(__name__)
LONGEST_COOKIE = 100


def cookie_name(settings: Settings, purpose: str = "") -> str:
    """The cookie's name; with the prefix that lets no neighbouring host set it, where the site is HTTPS."""
    plain = f"portal-{purpose}" if purpose else "portal"
    return f"__Host-{plain}" if is_https(settings) else plain


def is_https(settings: Settings) -> bool:
    """Whether cookies must not travel in the clear."""
    return settings.base_url.startswith("https://")


def counts_cookie(asked: Request) -> bool:
    """Whether a cookie means anything for this request: pages, and fetching a file."""
    if language_of_path(asked.path) is not None:
        return True
    return asked.path.startswith("/download/") and asked.method in {"GET", "HEAD"}


def find_signed_in(asked: Request, given: Parts) -> SignedIn | None:
    """Who is signed in at this browser, also while the second factor is due; looked up once per request."""
    if "portal_signed_in" not in g:
        g.portal_signed_in = _look_up(asked, given)
    found = g.portal_signed_in
    return found if isinstance(found, SignedIn) else None


def _look_up(asked: Request, given: Parts) -> SignedIn | None:
    cookie = asked.cookies.get(cookie_name(given.settings), "")
    if not cookie or len(cookie) > LONGEST_COOKIE or not counts_cookie(asked):
        return None
    now = datetime.now(UTC)
    with given.database.reading() as session:
        found = find_session(session, cookie, now)
    if found is not None and found.is_stale:
        try:
            with given.database.transaction() as session:
                note_seen(session, cookie, now)
        except OperationalError:
            _log.warning("sign_in_not_noted", what="The end of an idle sign-in was not moved; the database was busy.")
    return found
