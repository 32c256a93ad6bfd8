"""JSON-RPC 2.0 messages of the Model Context Protocol, in both of its ways to begin.

Versions up to 2025-11-25 begin with `initialize`; from 2026-07-28 on every request says in `_meta` which version it speaks,
and `server/discover` tells what there is. Nothing is remembered between two requests in either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSIONS = ("2026-07-28",)
VERSION_IN_META = "io.modelcontextprotocol/protocolVersion"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022
_STATUS = {
    PARSE_ERROR: 400,
    INVALID_REQUEST: 400,
    INVALID_PARAMS: 400,
    HEADER_MISMATCH: 400,
    UNSUPPORTED_VERSION: 400,
    METHOD_NOT_FOUND: 404,
}

Members = dict[str, Any]


class Refused(Exception):
    """A message that cannot be answered. `status` is that of HTTP where the version gives it a meaning."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data

    @property
    def status(self) -> int:
        """The status that the newer protocol gives to this error."""
        return _STATUS.get(self.code, 200)


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or a notification where `id` is None. `version` is what the caller said that it speaks, or empty."""

    id: str | int | None
    method: str
    params: Mapping[str, Any]
    version: str

    @property
    def is_modern(self) -> bool:
        """Whether it is of the protocol that begins without a handshake."""
        return self.version not in {"", *HANDSHAKE_VERSIONS}


def read_message(body: bytes, version: str) -> Message:
    """The message in a body, under the version that the header states.

    Raises Refused for what is none, and for versions that are not spoken here.
    """
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(PARSE_ERROR, "The body is not JSON.") from error
    if not isinstance(raw, dict):
        raise Refused(INVALID_REQUEST, "Send one JSON-RPC message in a request; batches are not taken.")
    method, params, identity = raw.get("method"), raw.get("params", {}), raw.get("id")
    if raw.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise Refused(INVALID_REQUEST, "A message has `jsonrpc` 2.0 and a `method`.")
    if not isinstance(params, dict) or not isinstance(identity, str | int | None) or isinstance(identity, bool):
        raise Refused(INVALID_REQUEST, "`params` is an object, `id` a text or a whole number.")
    if identity is None and "id" in raw:
        raise Refused(INVALID_REQUEST, "`id` is null; leave it out of what wants no answer.")
    return Message(identity, method, params, _version(params, version))


def _version(params: Mapping[str, Any], header: str) -> str:
    meta = params.get("_meta")
    stated = meta.get(VERSION_IN_META) if isinstance(meta, dict) else None
    if stated is not None and stated != header:
        raise Refused(HEADER_MISMATCH, "MCP-Protocol-Version is not the version that the message states.")
    if header in MODERN_VERSIONS and stated is None:
        raise Refused(INVALID_PARAMS, f"A request of version {header} states it in params._meta.")
    if header and header not in {*HANDSHAKE_VERSIONS, *MODERN_VERSIONS}:
        spoken = [*MODERN_VERSIONS, *HANDSHAKE_VERSIONS]
        raise Refused(UNSUPPORTED_VERSION, "Unsupported protocol version", {"supported": spoken, "requested": header})
    return header


def result_of(message: Message, result: Members, *, is_cacheable: bool = False) -> Members:
    """The answer to a request, with what its version wants to know besides."""
    if message.is_modern:
        result = {"resultType": "complete", **result}
        if is_cacheable:
            result |= {"ttlMs": 0, "cacheScope": "public"}
    return {"jsonrpc": "2.0", "id": message.id, "result": result}


def error_of(identity: str | int | None, refused: Refused) -> Members:
    """The answer to what cannot be answered."""
    error: Members = {"code": refused.code, "message": str(refused)}
    if refused.data is not None:
        error["data"] = refused.data
    return {"jsonrpc": "2.0", "id": identity, "error": error}
