"""Answers that depend on who asks are kept by nobody on the way.

Who was granted conditional data gets other bytes at the same address. Nothing a granted caller receives is stored by a cache,
and every answer says that it varies with the credentials.
"""

from flask import Flask, Response

from portal.http.context import find_principal

CREDENTIALS = ("Authorization", "X-API-Key", "Cookie")


def install_private(app: Flask) -> None:
    """Mark what granted callers get, from now on."""

    @app.after_request
    def _mark(response: Response) -> Response:
        caller = find_principal()
        if caller is None:
            return response
        if caller.grants:
            response.headers["Cache-Control"] = "private, no-store"
        if caller.account_id or caller.key_id:
            response.vary.update(CREDENTIALS)
        return response
