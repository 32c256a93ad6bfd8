"""The errors of an operation as the description tells them: every kind by name, with an example, headers and status."""

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec

from portal.api.operations import Gives
from portal.http.problems import KINDS, MEDIA_TYPE
from portal.i18n import translate
from portal.kernel.text import Language

ALWAYS = (
    "bad-request",
    "invalid-parameter",
    "key-unknown",
    "key-expired",
    "key-revoked",
    "method-not-allowed",
    "address-too-long",
    "over-budget",
    "internal-error",
    "unavailable",
)
"""Kinds that any operation can give."""

_ANY_ERROR = ("X-Request-Id", "Vary", "Cache-Control", "RateLimit", "RateLimit-Policy")
_MORE: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    416: ("Content-Range",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def describe_kinds(spec: APISpec) -> None:
    """An example of every kind of problem, and a response for each kind by itself."""
    for code in KINDS:
        spec.components.example(code, {"summary": KINDS[code].title, "value": _example(code)})
        spec.components.response(code, _answer((code,)))


def error_answers(codes: tuple[str, ...]) -> dict[str, Any]:
    """Status → response, in order of status. Kinds that share a status share a response that names them all."""
    by_status: dict[str, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(str(KINDS[code].status), []).append(code)
    return {
        status: kinds[0] if len(kinds) == 1 else _answer(tuple(kinds)) for status, kinds in sorted(by_status.items())
    }


def describe_own_errors(spec: APISpec, errors: Iterable[Gives]) -> None:
    """A response for each error that another protocol words itself; `own_error` is its name."""
    for gives in dict.fromkeys(errors):
        names = dict.fromkeys((*_ANY_ERROR, *gives.headers, *_MORE.get(gives.status, ())))
        told: dict[str, Any] = {
            "description": gives.text,
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        }
        translated = translate(Language.ZH, gives.text)
        told |= content_of(gives) | ({"x-description-zh": translated} if translated != gives.text else {})
        spec.components.response(own_error(gives), told)


def own_error(gives: Gives) -> str:
    """The name of such a response among the components."""
    words = "".join(sign if sign.isalnum() else " " for sign in gives.text.lower()).split()
    return "-".join([str(gives.status), *words])


def content_of(gives: Gives) -> dict[str, Any]:
    """The member `content` of a response, where it has any."""
    if gives.schema is not None:
        types = gives.media_types or ("application/json",)
        return {"content": {media_type: {"schema": gives.schema} for media_type in types}}
    return {"content": {media_type: {} for media_type in gives.media_types}} if gives.media_types else {}


def _answer(codes: tuple[str, ...]) -> dict[str, Any]:
    titles = [KINDS[code].title for code in codes]
    names = _header_names(KINDS[codes[0]].status)
    return {
        "description": ". ".join(titles) + ".",
        "x-description-zh": "".join(f"{translate(Language.ZH, title)}。" for title in titles),
        "x-problems": list(codes),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            MEDIA_TYPE: {
                "schema": "Problem",
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def _header_names(status: int) -> tuple[str, ...]:
    return (*_ANY_ERROR, "Access-Control-Allow-Origin", *_MORE.get(status, ()))


def _example(code: str) -> dict[str, object]:
    kind = KINDS[code]
    told: dict[str, object] = {
        "type": f"https://data.example/en/developers#problem-{code}",
        "title": kind.title,
        "title_zh": translate(Language.ZH, kind.title),
        "status": kind.status,
        "detail": kind.remedy,
        "remedy": kind.remedy,
        "remedy_zh": translate(Language.ZH, kind.remedy),
        "instance": "/api/v1/datasets",
        "request_id": "7f3a9c0d1e2b4f58",
    }
    return told | ({"parameter": "limit"} if code == "invalid-parameter" else {})
