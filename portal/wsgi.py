"""The WSGI entry point for gunicorn and waitress: `portal.wsgi:app`."""

from portal.app import create_app
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.wiring import web_parts

_settings = Settings.from_environment()
set_up_logs(_settings.log_level)
app = create_app(web_parts(_settings))
