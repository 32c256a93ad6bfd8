"""Which form of a thing a caller prefers, by `Accept` (RFC 9110, section 12.5.1).

Parameters of a range are passed over: `text/turtle;charset=utf-8` and `application/ld+json;profile="…"` ask for forms that are
offered. The most specific range decides on a form, `q=0` rules it out, and among forms that are liked as much the one that was
named stands before one that a `*` covers.
"""

from collections.abc import Iterable

from flask import request
from werkzeug.exceptions import NotAcceptable

from portal.exports.metadata.dcat_catalogue import SYNTAXES

_PAGE = ""
_FORMS = (  # media type, extension; the first is taken where a caller likes several as much
    ("text/html", _PAGE),
    *((syntax.media_type, extension) for extension, syntax in SYNTAXES.items()),
    ("application/json", "jsonld"),
    ("application/xml", "rdf"),
    ("text/xml", "rdf"),
    ("text/n3", "ttl"),
    ("application/xhtml+xml", _PAGE),
)


def wanted_extension() -> str:
    """The form that the caller prefers, as an extension of SYNTAXES; empty for the page. Raises NotAcceptable."""
    ranges = [(name.partition(";")[0].strip().lower(), quality) for name, quality in request.accept_mimetypes]
    ranges = [(name, quality) for name, quality in ranges if name.count("/") == 1]
    if not ranges:
        return _PAGE
    liked = [(*_liking(media_type, ranges), extension) for media_type, extension in _FORMS]
    quality, _, extension = max(liked, key=lambda found: found[:2])  # the first of the best
    if quality <= 0:
        offered = ", ".join(media_type for media_type, _ in _FORMS)
        raise NotAcceptable(f"Nothing that Accept names is offered here. The forms are {offered}.")
    return extension


def _liking(media_type: str, ranges: Iterable[tuple[str, float]]) -> tuple[float, int]:
    """How much a form is liked, and how exactly it was named: 2 itself, 1 its kind, 0 anything."""
    by_exactness = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    for exactness, name in zip((2, 1, 0), by_exactness, strict=True):
        qualities = [quality for asked, quality in ranges if asked == name]
        if qualities:
            return max(qualities), exactness
    return 0.0, 0
