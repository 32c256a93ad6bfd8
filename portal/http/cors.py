"""Cross-origin use of public data: any page may fetch the API, files and feeds, none may send credentials along.

A key in a header is no credential in the sense of the standard (the page has it already), so it is allowed, and with it
what a key may change; cookies never go along.
"""

from flask import Flask, Response, current_app, request

DATA_PATHS = (
    "/api/",
    "/download/",
    "/feeds/",
    "/dataset/",
    "/catalog",
    "/data.json",
    "/datacatalog.json",
    "/oai",
    "/datastore/",
)
_ALLOWED_HEADERS = (
    "Authorization, X-API-Key, X-CKAN-API-Key, Content-Type, "
    "If-Match, If-None-Match, If-Modified-Since, If-Range, Range"
)
_EXPOSED_HEADERS = (
    "ETag, Link, Location, Allow, Content-Disposition, Content-Language, Content-Range, Accept-Ranges, Repr-Digest, "
    "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PREFLIGHT_AGE_S = 86_400
_EXTENSION = "portal.cors"


def install_cors(app: Flask) -> None:
    """Add the headers to every answer under the data paths, errors included; once, however many doors ask."""
    if _EXTENSION in app.extensions:
        return
    app.extensions[_EXTENSION] = True

    @app.after_request
    def _share(response: Response) -> Response:
        if not request.path.startswith(DATA_PATHS):
            return response
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
        if request.method == "OPTIONS":
            headers["Access-Control-Allow-Methods"] = ", ".join(_methods_here())
            headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            headers["Access-Control-Max-Age"] = str(_PREFLIGHT_AGE_S)
        return response


def _methods_here() -> list[str]:
    """What any route at this address offers."""
    offered = {"GET", "HEAD", "OPTIONS"}
    if request.url_rule is not None:
        adapter = current_app.create_url_adapter(request)
        offered |= set(adapter.allowed_methods()) if adapter else set()
    return [method for method in _METHODS if method in offered]
