"""The routes of declared operations: what comes in is read by the declaration, what goes out is JSON with validators."""

from collections.abc import Callable

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from portal.api.bodies import read_body
from portal.api.operations import OPERATIONS, Answer, Operation
from portal.api.parameters import read_parameters
from portal.http.conditional import conditional
from portal.http.context import parts
from portal.http.policy import policy
from portal.http.principal import presented_key

_JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def register_operations(blueprint: Blueprint) -> None:
    """Make a route of every declared operation."""
    for declared in OPERATIONS.values():
        is_strict = declared.path != "/"  # the entrance is found without the last slash as well
        blueprint.add_url_rule(
            declared.path, declared.name, _endpoint(declared), methods=[declared.method], strict_slashes=is_strict
        )


def _endpoint(declared: Operation) -> Callable[..., BaseResponse]:
    takes, body = declared.takes(), declared.body() if declared.body else None

    @policy(permission=declared.permission, budget=declared.budget)
    def endpoint(**path: str) -> BaseResponse:
        if declared.method != "GET":
            _refuse_other_sites()
        given = [read_parameters(takes)] if body is None else [read_parameters(takes), read_body(body)]
        answer = declared.view(*given, **path)
        return respond(answer, is_private=declared.is_private) if isinstance(answer, Answer) else answer

    endpoint.__name__ = declared.name
    return endpoint


def respond(answer: Answer, *, is_private: bool) -> BaseResponse:
    """The answer as JSON with validators, or 304 where the caller has it already."""
    content = b"" if answer.body is None else orjson.dumps(answer.body, option=_JSON_OPTIONS)
    response = Response(content, status=answer.status, content_type="application/json")
    if answer.body is None:
        del response.headers["Content-Type"]
    response.headers.update(dict(answer.headers))
    related = dict(answer.links) | ({"next": answer.next_url} if answer.next_url else {})
    if related:
        response.headers["Link"] = ", ".join(f'<{address}>; rel="{name}"' for name, address in related.items())
    if is_private or request.method not in {"GET", "HEAD"}:
        response.headers["Cache-Control"] = "no-store"
        return response
    return conditional(response, modified_at=answer.modified_at)


def _refuse_other_sites() -> None:
    """A change asked for by another site's page counts only with a key in its headers: a cookie goes along unasked."""
    origin = request.headers.get("Origin")
    ours = parts().settings.base_url.rstrip("/")
    if origin is not None and origin.rstrip("/") != ours and presented_key(request) is None:
        raise Forbidden("A page of another site can ask for changes with a key alone.")
