"""The WSGI entry point for gunicorn and waitress: `portal.wsgi:app`."""

from portal.app import create_app
from portal.settings import Settings
from portal.wiring import web_parts

app = create_app(web_parts(Settings.from_environment()))
