"""`POST /mcp`: one JSON-RPC message in, one JSON answer out (Streamable HTTP without streams and without sessions).

Each message costs one unit of the catalogue budget, and each query of rows one of the rows budget besides. A key goes into
the `Authorization` header as everywhere. A browser page of another site is refused by its `Origin`.
"""

from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden

from portal.http.context import parts
from portal.http.data_door import open_data_door
from portal.http.policy import policy
from portal.mcp.messages import (
    HANDSHAKE_VERSIONS,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MODERN_VERSIONS,
    Members,
    Message,
    Refused,
    error_of,
    read_message,
    result_of,
)
from portal.mcp.questions import call_tool, list_tools

_VERSION = "1.0"  # of the tools: as the version of the API
_INSTRUCTIONS = (
    "Public data of a Chinese district: search_datasets finds datasets, describe_dataset tells their tables and columns, "
    "query_rows asks rows and groups. Column names and values are mostly Chinese; use them as describe_dataset gives them. "
    "Name the dataset's page and its publisher as the source of what you tell."
)


def create_blueprint() -> Blueprint:
    """The one route."""
    blueprint = Blueprint("mcp", __name__)
    blueprint.add_url_rule("/mcp", view_func=answer_message, methods=["POST"])
    return open_data_door(blueprint)


@policy(permission="read_catalogue", budget="catalogue")
def answer_message() -> Response:
    """Answer one message. Notifications are acknowledged and forgotten."""
    _check_origin()
    message: Message | None = None
    try:
        message = read_message(request.get_data(), request.headers.get("MCP-Protocol-Version", ""))
        if message.id is None:
            return _respond(b"", 202)
        return _respond(orjson.dumps(_answered(message)))
    except Refused as refused:
        body = orjson.dumps(error_of(message.id if message else None, refused))
        is_told_by_status = message is None or message.is_modern
        return _respond(body, refused.status if is_told_by_status else 200)


def _answered(message: Message) -> Members:
    match message.method:
        case "initialize":
            return result_of(message, _introduction(message))
        case "server/discover" if message.is_modern:
            told = {"supportedVersions": [*MODERN_VERSIONS, *HANDSHAKE_VERSIONS], **_about()}
            return result_of(message, told, is_cacheable=True)
        case "ping":
            return result_of(message, {})
        case "tools/list":
            return result_of(message, {"tools": list(list_tools())}, is_cacheable=True)
        case "tools/call":
            return result_of(message, _called(message))
        case _:
            raise Refused(METHOD_NOT_FOUND, f"There is no method {message.method[:60]!r} here; there are tools.")


def _called(message: Message) -> Members:
    name = message.params.get("name")
    result = call_tool(name, message.params.get("arguments")) if isinstance(name, str) else None
    if result is None:
        raise Refused(INVALID_PARAMS, f"There is no tool {str(name)[:60]!r}; tools/list names them.")
    return result


def _introduction(message: Message) -> Members:
    asked = message.params.get("protocolVersion")
    return {"protocolVersion": asked if asked in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1], **_about()}


def _about() -> Members:
    settings = parts().settings
    info = {"name": "district-open-data", "title": settings.site_name_en, "version": _VERSION}
    return {
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": info,
        "instructions": _INSTRUCTIONS,
        "_meta": {"io.modelcontextprotocol/serverInfo": info},
    }


def _check_origin() -> None:
    """A page of another site has no business here, whatever name its address resolves to."""
    origin = request.headers.get("Origin")
    own = urlsplit(parts().settings.base_url)
    if origin is not None and origin != f"{own.scheme}://{own.netloc}":
        raise Forbidden("Pages of other sites may not use this address; the API at /api/v1 is open to them.")


def _respond(body: bytes, status: int = 200) -> Response:
    response = Response(body, status=status, content_type="application/json" if body else None)
    response.headers["Cache-Control"] = "no-store"
    return response
