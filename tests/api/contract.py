"""Checks an answer against what the served description says about its operation, with `jsonschema` alone."""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from portal.api import describe_api

_BASE = "urn:description"


@cache
def _registry() -> tuple[dict[str, Any], Registry[Any]]:
    description = describe_api()
    return description, Registry().with_resource(_BASE, DRAFT202012.create_resource(description))


_OF_HTTP = frozenset({"Content-Type", "Content-Length", "Date", "Server", "Connection"})
_OF_THE_SITE = frozenset(
    {
        *("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"),
        *("Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
        "Access-Control-Expose-Headers",
    }
)
"""Headers that speak to browsers, not to programs: the same on every answer."""
_SENT_AT_TIMES = frozenset({"Link", "Vary", "Retry-After", "Content-Encoding", "RateLimit", "RateLimit-Policy"})


def operation_of(path: str, method: str = "get") -> dict[str, Any]:
    """The operation whose path template and method fit."""
    description, _ = _registry()
    fitting = [
        template
        for template in description["paths"]
        if method in description["paths"][template]
        and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path)
    ]
    plainest = max(fitting, key=lambda template: len(re.sub(r"{\w+}", "", template)))
    return dict(description["paths"][plainest][method])


def check(answer: TestResponse) -> Any:
    """The JSON of the answer, once status, headers and body are found as described. Raises AssertionError."""
    operation = operation_of(answer.request.path, answer.request.method.lower())
    responses = operation["responses"]
    assert str(answer.status_code) in responses, f"{answer.status_code} is not described for {answer.request.path}"
    described = resolved(responses[str(answer.status_code)])
    for name in described.get("headers", {}):
        if name not in _SENT_AT_TIMES:
            assert name in answer.headers, f"{name} is described and not sent"
    undescribed = set(answer.headers.keys()) - set(described.get("headers", {})) - _OF_HTTP - _OF_THE_SITE
    assert not undescribed, f"sent and not described for {answer.status_code} of {answer.request.path}: {undescribed}"
    if "content" not in described:
        return answer.data
    media_type = answer.content_type.split(";")[0]
    if "schema" not in described["content"][media_type]:  # a file
        return answer.data
    schema = described["content"][media_type]["schema"]
    body = answer.get_json(force=True)
    _validate(schema, body)
    return body


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the description leads to."""
    if "$ref" not in node:
        return node
    found: Any = _registry()[0]
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _validate(schema: dict[str, Any], body: object) -> None:
    validator = Draft202012Validator(
        {"$ref": f"{_BASE}{schema['$ref']}"},
        registry=_registry()[1],
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    faults = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(body)
    ]
    assert not faults, faults[:5]
