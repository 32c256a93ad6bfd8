"""What the answers of this door have in common: the site they speak of, validators, and choosing a form by `Accept`."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

import orjson
from flask import Response, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.exports.metadata.dcat_catalogue import SYNTAXES
from portal.exports.metadata.site import Site
from portal.http.conditional import REVALIDATE, conditional, content_etag
from portal.http.context import language, parts

_PAGE = "text/html"
_EXTENSION = "portal.linked.bodies"
_MOST_KEPT_BYTES = 24 << 20
_MOST_OF_ONE_BYTES = 2 << 20
_OTHERS = {"application/xml": "rdf", "text/xml": "rdf", "application/json": "jsonld", "text/n3": "ttl"}


def this_site() -> Site:
    """The site of the running application."""
    return Site.of(parts().settings)


def described(make: Callable[[], bytes], content_type: str, *told: object) -> Response:
    """A document that is made of nothing but the values `told`: its tag is theirs, so that who has it costs no making.

    The last ones made are kept in memory under their tags, for the next who walks the catalogue.
    """
    etag = content_etag(request.path, content_type, language().value, *map(repr, told))
    response = conditional(Response(content_type=content_type), etag=etag)
    if response.status_code == 200:
        response.set_data(_kept().get(etag, make))
    return response


def json_body(members: Mapping[str, object]) -> bytes:
    """Members as JSON, indented for people."""
    return orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


class _Bodies:
    """The bodies made last, by tag; of a bounded size together."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._size_bytes = 0

    def get(self, etag: str, make: Callable[[], bytes]) -> bytes:
        """The body under that tag, made now where it is not there."""
        with self._lock:
            if etag in self._bodies:
                self._bodies.move_to_end(etag)
                return self._bodies[etag]
        body = make()
        with self._lock:
            if len(body) <= _MOST_OF_ONE_BYTES and etag not in self._bodies:
                self._bodies[etag] = body
                self._size_bytes += len(body)
                while self._size_bytes > _MOST_KEPT_BYTES:
                    self._size_bytes -= len(self._bodies.popitem(last=False)[1])
        return body


def _kept() -> _Bodies:
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, _Bodies):
        found = current_app.extensions[_EXTENSION] = _Bodies()
    return found


def wanted_extension() -> str:
    """The form that the caller prefers, as an extension of SYNTAXES; empty for the page."""
    by_type = {syntax.media_type: extension for extension, syntax in SYNTAXES.items()} | _OTHERS
    best = request.accept_mimetypes.best_match([_PAGE, *by_type], default=_PAGE)
    return "" if best == _PAGE else by_type[best]


def see_other(address: str) -> BaseResponse:
    """Where the thing that was named is described, in the form that `Accept` and `Accept-Language` prefer."""
    response = redirect(address, code=303)
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Cache-Control"] = REVALIDATE
    return response
