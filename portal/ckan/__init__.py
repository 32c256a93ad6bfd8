"""The read side of the CKAN Action API v3, so that the clients people already have keep working."""

from portal.ckan.blueprint import create_blueprint

__all__ = ["create_blueprint"]
