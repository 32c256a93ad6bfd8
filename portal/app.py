"""The Flask application: doors registered, nothing decided."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.api
import portal.ckan
import portal.downloads
import portal.linked
import portal.mcp
import portal.web
from portal.http.compression import install_compression
from portal.http.context import install_context
from portal.http.errors import render_error_page
from portal.http.forms import install_forms
from portal.http.key_uses import install_key_counts
from portal.http.policy import enforce
from portal.http.private import install_private
from portal.http.problems import register_errors
from portal.http.rendering import install_rendering
from portal.http.security import install_security
from portal.http.sessions import install_privacy
from portal.http.static import install_static
from portal.wiring import Parts

_MAX_BODY_BYTES = 1 << 20


def create_app(parts: Parts) -> Flask:
    """Build the application around the parts of this process. Writes the hashed static files; connects to nothing."""
    app = Flask("portal", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY_BYTES, MAX_FORM_PARTS=100)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    install_compression(app)
    install_context(app, parts)
    install_private(app)
    install_rendering(app, parts.settings, install_static(app, parts.settings.var_dir))
    install_privacy(app)
    install_forms(app)
    install_key_counts(app)
    install_security(app, is_https=parts.settings.base_url.startswith("https://"))
    for door in (portal.web, portal.api, portal.ckan, portal.linked, portal.mcp, portal.downloads):
        app.register_blueprint(door.create_blueprint())
    app.extensions["portal.openapi"] = portal.api.describe_api
    register_errors(app, render_error_page)
    enforce(app)
    proxies = parts.settings.trusted_proxies
    if proxies:  # not x_host: addresses are made from `base_url`, never from what a caller says
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    return app
