"""The site: server-rendered pages in two languages that work without JavaScript and get better with it."""

from portal.web.blueprint import create_blueprint

__all__ = ["create_blueprint"]
