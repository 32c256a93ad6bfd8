"""The page that people get instead of an error: what happened, what to do, in their language. Programs get a problem."""

from collections.abc import Mapping
from datetime import datetime

from flask import Response

from portal.http.context import language, request_id
from portal.http.problems import Problem
from portal.http.rendering import render_page
from portal.i18n import REASONS, explain

_KNOWN = {400, 401, 403, 404, 405, 410, 429, 500, 503}


def render_error_page(problem: Problem) -> Response:
    """The page of a problem, with its status and headers (`Allow`, `Retry-After` …)."""
    kind = problem.status if problem.status in _KNOWN else (500 if problem.status >= 500 else 400)
    detail = problem.detail if problem.status < 500 else ""
    response = render_page(
        "error.html",
        {
            "kind": kind,
            "detail": detail or "",
            "request_id": request_id(),
            "reason": _reason(problem),
            "apply": _where_to_apply(problem),
            **_grave(problem),
            "retry_after": problem.headers.get("Retry-After", ""),
        },
        status=problem.status,
        alternates=False,
    )
    response.headers.extend(problem.headers)
    return response


def _where_to_apply(problem: Problem) -> str:
    """The page that takes applications for what was asked for; empty for any other problem."""
    apply = problem.extensions.get("apply")
    return str(apply.get(language().value, "")) if isinstance(apply, Mapping) else ""


def _reason(problem: Problem) -> str:
    """Why something was withdrawn, in the page's language where the reason is one of our codes."""
    reason = problem.extensions.get("reason")
    if not isinstance(reason, str):
        return ""
    return explain(language(), reason) if reason in REASONS else reason


def _grave(problem: Problem) -> dict[str, object]:
    """What a tombstone tells: the version that is gone (None: the whole dataset), since when, and its checksums."""
    told = problem.extensions
    checksums, buried = told.get("checksums"), told.get("withdrawn_at")
    return {
        "version": told.get("version"),
        "checksums": checksums if isinstance(checksums, Mapping) else {},
        "buried_at": datetime.fromisoformat(buried) if isinstance(buried, str) else None,
    }
