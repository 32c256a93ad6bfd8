"""Headers that every answer carries: nothing is loaded from elsewhere, nothing inline is executed, nobody frames us."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_DATA_PATHS = ("/api/", "/download/")
# A department's file never becomes a page of ours, even where a browser shows it instead of saving it.
_DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_YEAR_S = 365 * 24 * 3600


def install_security(app: Flask, *, is_https: bool) -> None:
    """Set the headers on every answer of the application; HSTS only where the public address is HTTPS."""

    @app.after_request
    def _secure(response: Response) -> Response:
        headers = response.headers
        is_data = request.path.startswith(_DATA_PATHS)
        headers.setdefault("Content-Security-Policy", _DATA_POLICY if is_data else CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        # Data may be fetched by anybody's page; our pages, scripts and pictures may not.
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_data else "same-origin")
        if is_https:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
        if "Location" in headers:
            _keep_here(response)
        return response


def _keep_here(response: Response) -> None:
    """A redirect within the site without scheme and host: those are the caller's own words (`Host`), and a shared cache
    would send everybody where one caller pointed."""
    location, here = response.headers["Location"], request.host_url
    if response.status_code in {301, 302, 303, 307, 308} and location.startswith(here):
        response.headers["Location"] = "/" + location.removeprefix(here).lstrip("/\\")
        response.headers.setdefault("Cache-Control", "no-store")
