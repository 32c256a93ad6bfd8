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
_YEAR_S = 365 * 24 * 3600


def install_security(app: Flask, *, is_https: bool) -> None:
    """Set the headers on every answer of the application; HSTS only where the public address is HTTPS."""

    @app.after_request
    def _secure(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        # Data may be fetched by anybody's page; our pages, scripts and pictures may not.
        is_data = request.path.startswith(_DATA_PATHS)
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_data else "same-origin")
        if is_https:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
        return response
