"""What the answers of this door have in common: the site they speak of, validators, and links to other forms."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

import orjson
from flask import Response, current_app, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.exports.metadata.site import Site
from portal.http.conditional import REVALIDATE, conditional, content_etag
from portal.http.context import language, parts

_EXTENSION = "portal.linked.bodies"
_MOST_KEPT_BYTES = 24 << 20
_MOST_OF_ONE_BYTES = 2 << 20


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


def add_links(response: Response, links: Iterable[tuple[str, str, str]]) -> None:
    """Say where else something is: relation, address, and media type where it is another form of the same."""
    for relation, address, media_type in links:
        kind = f'; type="{media_type}"' if media_type else ""
        response.headers.add("Link", f'<{address}>; rel="{relation}"{kind}')


def see_other(address: str) -> BaseResponse:
    """Where the thing that was named is described, in the form that `Accept` and `Accept-Language` prefer."""
    response = redirect(address, code=303)
    response.vary.update(("Accept", "Accept-Language"))
    response.headers["Cache-Control"] = REVALIDATE
    return response
