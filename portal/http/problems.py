"""The one place that turns errors into answers: problem details (RFC 9457) for programs, a page for people.

`describe_error` maps any exception to a `Problem`; `register_errors` puts that on the whole application, so that unknown
addresses and wrong methods are covered as well. A problem's `type` is an address on the readable API page, where each kind
is explained; it stays the same whatever the caller's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import orjson
import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from portal.accounts.errors import KeyExpired, KeyRefused, KeyRevoked
from portal.catalogue.errors import Buried, Grave
from portal.http.context import parts, request_id
from portal.i18n import translate
from portal.kernel.errors import Gone, GrantNeeded, InvalidInput, NotFound, PortalError, Unavailable
from portal.kernel.text import Language
from portal.storage.errors import StorageError

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_PART_AWAY_RETRY_S = 5
_DOCUMENT_PATHS = ("/download/", "/dataset/", "/catalog", "/data.json", "/datacatalog.json", "/oai")  # read by both
_KEPT_HEADERS = frozenset({"allow", "retry-after", "content-range", "www-authenticate", "accept"})


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem, documented under its code. `title` is a message id, `remedy` what a caller should do."""

    status: int
    title: str
    remedy: str


KINDS: Mapping[str, ProblemKind] = MappingProxyType(
    {
        "bad-request": ProblemKind(400, "The request cannot be understood", "Check the address and the headers."),
        "invalid-parameter": ProblemKind(
            400,
            "A parameter is not acceptable",
            "Correct the parameter that is named; `position`, where there is one, counts from 0.",
        ),
        "key-unknown": ProblemKind(
            401, "The API key is not known", "Check that the key was copied whole, or leave it out."
        ),
        "key-expired": ProblemKind(401, "The API key has expired", "Ask for a new key, or leave it out."),
        "key-revoked": ProblemKind(401, "The API key was revoked", "Ask for a new key, or leave it out."),
        "key-needed": ProblemKind(401, "This needs an API key", "Send `Authorization: Bearer <key>`."),
        "forbidden": ProblemKind(403, "This is not allowed", "Ask us if you think that it should be."),
        "grant-needed": ProblemKind(
            403,
            "This data is open on application",
            "Apply at the address in `apply`, then send a key of the account that was granted it.",
        ),
        "not-found": ProblemKind(404, "There is nothing here", "Check the address; search finds what there is."),
        "method-not-allowed": ProblemKind(
            405, "This method is not offered here", "Use a method of the `Allow` header."
        ),
        "not-acceptable": ProblemKind(406, "This cannot be had in that form", "Use one of the forms that are offered."),
        "gone": ProblemKind(410, "This is no longer public", "Remove it on your side too; the detail says why."),
        "too-large": ProblemKind(413, "The request is too large", "Send a smaller body."),
        "address-too-long": ProblemKind(414, "The address is too long", "Ask for less at once."),
        "unsupported-media-type": ProblemKind(415, "This kind of content is not read here", "Send what is documented."),
        "range-not-satisfiable": ProblemKind(
            416, "The file does not reach that far", "Ask for a range within the size in `Content-Range`."
        ),
        "over-budget": ProblemKind(
            429, "Too many requests", "Wait as long as `Retry-After` says; a registered key has a larger budget."
        ),
        "headers-too-large": ProblemKind(431, "The headers are too large", "Send smaller headers."),
        "internal-error": ProblemKind(500, "Something went wrong here", "Tell us the request id."),
        "not-implemented": ProblemKind(501, "This is not offered", "Use a method of the `Allow` header."),
        "unavailable": ProblemKind(503, "A part is busy or away", "Try again after `Retry-After` seconds."),
    }
)
_CODE_OF_STATUS = {kind.status: code for code, kind in KINDS.items() if kind.status not in {400, 401}} | {
    400: "bad-request",
    401: "key-needed",
    403: "forbidden",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as it is told: `code` names its kind, `title` is a message id, `detail` an English sentence."""

    status: int
    code: str
    title: str
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)


def problem(
    code: str,
    detail: str = "",
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, object] | None = None,
) -> Problem:
    """A problem of a declared kind; the kind's remedy stands where there is no detail."""
    kind = KINDS[code]
    return Problem(status or kind.status, code, kind.title, detail or kind.remedy, headers or {}, extensions or {})


def describe_error(error: BaseException) -> Problem:
    """What to tell about any exception. Whatever is not raised on purpose becomes a 500 that reveals nothing."""
    described = _describe_ours(error)
    if described is not None:
        return described
    if isinstance(error, HTTPException):
        return _describe_http(error)
    return problem("internal-error")


def _describe_ours(error: BaseException) -> Problem | None:
    told: Problem | None = None
    match error:
        case InvalidInput():
            place: dict[str, object] = {"parameter": error.parameter}
            if error.position is not None:
                place["position"] = error.position
            told = problem("invalid-parameter", str(error), extensions=place)
        case KeyRefused():
            code = {KeyExpired: "key-expired", KeyRevoked: "key-revoked"}.get(type(error), "key-unknown")
            told = problem(code, str(error), headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        case Buried():
            told = problem("gone", str(error), extensions=_grave_members(error.grave))
        case Gone():
            told = problem("gone", str(error))
        case GrantNeeded():
            told = problem("grant-needed", str(error), extensions=_application_members(error.dataset_id))
        case NotFound():
            told = problem("not-found", str(error))
        case Unavailable():
            told = problem("unavailable", str(error), headers={"Retry-After": str(error.retry_after_s)})
        case StorageError() | OperationalError():
            detail = "Files or the catalogue do not answer just now."
            told = problem("unavailable", detail, headers={"Retry-After": str(_PART_AWAY_RETRY_S)})
    return told


def _application_members(dataset_id: str) -> dict[str, object]:
    """Where the terms are read, and where to apply."""
    base = parts().settings.base_url.rstrip("/")
    return {
        "dataset": f"{base}/api/v1/datasets/{dataset_id}",
        "apply": {language.value: f"{base}/{language.value}/dataset/{dataset_id}/apply" for language in Language},
    }


def _grave_members(grave: Grave) -> dict[str, object]:
    """What a tombstone tells: the public reason, when, and the checksums of what there was."""
    return {
        "reason": grave.reason,
        "version": grave.version,
        "withdrawn_at": grave.buried_at.isoformat().replace("+00:00", "Z"),
        "checksums": dict(grave.checksums),
    }


def _describe_http(error: HTTPException) -> Problem:
    status = error.code or 500
    code = _CODE_OF_STATUS.get(status, "internal-error" if status >= 500 else "bad-request")
    headers = {name: value for name, value in error.get_headers() if name.lower() in _KEPT_HEADERS}
    if status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    is_own_words = error.description != type(error).description
    detail = (error.description or "") if is_own_words and status < 500 else ""
    extensions = getattr(error, "extensions", None)
    return problem(code, detail, status=status, headers=headers, extensions=extensions)


def _detail_of(status: int) -> str:
    """What and where, for errors that were raised without words of our own."""
    match status:
        case 404:
            return f"There is no address {request.path[:200]} here."
        case 405:
            return f"{request.method} is not offered at {request.path[:200]}."
        case _:
            return ""


def problem_body(told: Problem) -> dict[str, object]:
    """The members of a problem as JSON has them."""
    remedy = KINDS[told.code].remedy
    members: dict[str, object] = {
        "type": f"{parts().settings.base_url}/en/developers#problem-{told.code}",
        "title": told.title,
        "title_zh": translate(Language.ZH, told.title),
        "status": told.status,
        "detail": told.detail if told.detail != remedy else _detail_of(told.status) or remedy,
        "remedy": remedy,
        "remedy_zh": translate(Language.ZH, remedy),
        "instance": request.path,
        "request_id": request_id(),
    }
    return members | dict(told.extensions)


def problem_response(told: Problem) -> Response:
    """The problem as `application/problem+json`, never stored by anyone."""
    response = Response(
        orjson.dumps(problem_body(told), option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE),
        status=told.status,
        content_type=MEDIA_TYPE,
    )
    response.headers.update(dict(told.headers))
    response.headers["Cache-Control"] = "no-store"
    return response


def wants_page() -> bool:
    """Whether the caller is a person with a browser: never under /api or /feeds, for a file or description if it says so."""
    if request.path in {"/api", "/mcp"} or request.path.startswith(("/api/", "/feeds/")):
        return False
    if request.path.startswith(_DOCUMENT_PATHS):
        return request.accept_mimetypes.best_match([MEDIA_TYPE, "text/html"]) == "text/html"
    return True


def register_errors(app: Flask, render_page: Callable[[Problem], Response]) -> None:
    """Answer every error of the application, in one shape for programs and by `render_page` for people."""

    def answer(error: Exception) -> Response:
        told = describe_error(error)
        if told.status >= 500 and not isinstance(error, HTTPException | Unavailable):
            _log.error("request_failed", request_id=request_id(), path=request.path, exc_info=error)
        if not wants_page():
            return problem_response(told)
        try:
            response = render_page(told)
        except Exception as second:
            _log.error("error_page_failed", request_id=request_id(), path=request.path, exc_info=second)
            return problem_response(told)
        response.headers.update(dict(told.headers))
        response.headers["Cache-Control"] = "no-store"
        if told.status == 503 and request.method == "GET" and "Retry-After" in told.headers:
            response.headers["Refresh"] = told.headers["Retry-After"]  # a browser tries again by itself
        return response

    for kind in (HTTPException, PortalError, Exception):
        app.register_error_handler(kind, answer)
