"""Cross-origin reading of public data: any page may fetch the API and downloads, none may send credentials along."""

from flask import Flask, Response, request

DATA_PATHS = ("/api/", "/download/")
_ALLOWED_HEADERS = "Authorization, X-API-Key, If-None-Match, If-Modified-Since, If-Range, Range"
_EXPOSED_HEADERS = (
    "ETag, Link, Location, Content-Disposition, Content-Range, Accept-Ranges, Repr-Digest, RateLimit, RateLimit-Policy, "
    "Retry-After, X-Request-Id"
)
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
            headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            headers["Access-Control-Max-Age"] = str(_PREFLIGHT_AGE_S)
        return response
