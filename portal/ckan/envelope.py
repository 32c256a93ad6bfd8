"""Requests into parameters, results and errors into CKAN's envelope."""

import json
import re

import orjson
import structlog
from flask import Response, request
from werkzeug.exceptions import BadRequest as BadBody
from werkzeug.exceptions import HTTPException

from portal.ckan.errors import ActionError, ActionNotFound, BadRequest, NotAuthorized, ValidationError
from portal.ckan.values import check_values
from portal.http.context import parts, request_id
from portal.http.problems import describe_error
from portal.kernel.errors import Gone, InvalidInput, NotFound, Unavailable

_log = structlog.get_logger(__name__)
_JSON = "application/json;charset=utf-8"
_SCRIPT = "application/javascript;charset=utf-8"
_NOT_IN_CALLBACKS = re.compile(r"[^\w.$\[\]]", re.ASCII)
_MAX_CALLBACK = 100


def read_parameters(*, may_write: bool = False) -> dict[str, object]:
    """The parameters of a request, merged as CKAN does: a form, else the address, else a JSON body.

    A form with one nameless value is a JSON body that came without a content type (`curl -d '{…}'`). Raises BadRequest;
    `UnsupportedMediaType` (415) for a body of another kind.
    """
    if may_write and request.method == "GET":
        raise BadRequest("JSON Error: Invalid request. Please use POST method for your request")
    if request.method == "POST" and request.form:
        only = list(request.form.items(multi=True))
        found = (
            _decoded(only[0][0])
            if len(only) == 1 and only[0][1] in {"", "1"}
            else _mixed(request.form.to_dict(flat=False))
        )
    elif request.args and not may_write:
        found = _mixed(request.args.to_dict(flat=False))
    elif request.get_data():
        found = _body()
    else:
        found = {}
    if not isinstance(found, dict):
        raise BadRequest(f"JSON Error: Request data JSON decoded to {found!r:.200} but it needs to be a dictionary.")
    check_values(found)
    return found


def _mixed(values: dict[str, list[str]]) -> dict[str, object]:
    return {name: some[0] if len(some) == 1 else some for name, some in values.items()}


def _body() -> object:
    try:
        return request.get_json()
    except (BadBody, RecursionError) as error:
        raise BadRequest("JSON Error: Error decoding JSON data. Send one JSON object.") from error


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("JSON Error: Error decoding JSON data. Send one JSON object.") from error


def succeed(name: str, result: object) -> Response:
    """200 with the result; inside a call of the page's function where a GET asks for one (JSONP)."""
    body = orjson.dumps({"help": help_address(name), "success": True, "result": result})
    callback = _NOT_IN_CALLBACKS.sub("", request.args.get("callback", ""))[:_MAX_CALLBACK]
    if request.method != "POST" and callback:
        return _answer(callback.encode() + b"(" + body + b");", 200, _SCRIPT)
    return _answer(body, 200)


def plain(value: object, status: int = 200) -> Response:
    """A JSON value without envelope, as CKAN answers where no action is concerned."""
    return _answer(orjson.dumps(value), status)


def render_error(error: Exception) -> Response:
    """What any exception looks like on this door.

    Refusals that say nothing about the request's content (too many, too busy, too large) are plain text: clients that
    find JSON there take it for an answer, and a harvest ends early without anybody noticing.
    """
    match error:
        case BadRequest():
            return plain(f"Bad request: {error}", 400)
        case ActionError():
            told = error
        case NotFound() | Gone():
            told = ActionNotFound()
        case InvalidInput():
            told = ValidationError({error.parameter: [str(error)]})
        case _:
            return _refuse(error)
    return _answer(orjson.dumps({"help": help_address(_name()), "error": told.body(), "success": False}), told.status)


def _refuse(error: Exception) -> Response:
    problem = describe_error(error)
    if problem.status in {401, 403}:
        return render_error(NotAuthorized(f"Access denied: {problem.detail}"))
    if problem.status >= 500 and not isinstance(error, HTTPException | Unavailable):
        _log.error("request_failed", request_id=request_id(), path=request.path, exc_info=error)
        if problem.status == 500:
            return render_error(ActionError("Internal Server Error"))
    response = Response(f"{problem.detail}\n", problem.status, content_type="text/plain; charset=utf-8")
    response.headers.update(dict(problem.headers))
    response.headers["Cache-Control"] = "no-store"
    return response


def help_address(name: str) -> str:
    """Where an action is explained."""
    return f"{parts().settings.base_url}/api/3/action/help_show?name={name}"


def _name() -> str:
    return request.path.rsplit("/", 1)[-1]


def _answer(body: bytes, status: int, content_type: str = _JSON) -> Response:
    response = Response(body, status, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache" if status == 200 else "no-store"
    return response
