"""The routes of `/api/v1`."""

from flask import Blueprint


def create_blueprint() -> Blueprint:
    """All routes of the API, version 1."""
    return Blueprint("api", __name__, url_prefix="/api/v1")
