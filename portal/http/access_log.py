"""One structured line for each request: what was asked for, by whom (an opaque name), how it ended.

Names of parameters are logged, their values never: a search is nobody's business, and a key may have strayed into one.
"""

import time

import structlog
from flask import Flask, Response, g, request

from portal.http.context import request_id

_log = structlog.get_logger("portal.access")
_EXTENSION = "portal.access_log"
_MAX_LOGGED = 300
_PING = "/healthz"  # asked every few seconds by whoever watches


def install_access_log(app: Flask) -> None:
    """Number every request, tell the number in `X-Request-Id`, and log the answer; once, however many ask."""
    if _EXTENSION in app.extensions:
        return
    app.extensions[_EXTENSION] = True

    @app.before_request
    def _start() -> None:
        g.portal_started = time.perf_counter()

    @app.after_request
    def _log_answer(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        known = g.get("portal_principal")
        started = g.get("portal_started")
        tell = _log.debug if request.path == _PING else _log.info
        tell(
            "request",
            request_id=request_id(),
            method=request.method,
            path=request.path[:_MAX_LOGGED],
            parameters=sorted(name[:40] for name in request.args)[:20],
            status=response.status_code,
            size_bytes=response.content_length,
            caller=known.caller if known else "",
            tier=known.tier.value if known else "",
            ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
        )
        return response
