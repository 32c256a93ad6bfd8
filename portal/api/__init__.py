"""The JSON API under `/api/v1`: read side, problem details, an OpenAPI description made from the routes."""

from portal.api.blueprint import create_blueprint
from portal.api.describe import describe_api

__all__ = ["create_blueprint", "describe_api"]
