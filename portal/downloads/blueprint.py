"""The routes of `/download`."""

from flask import Blueprint


def create_blueprint() -> Blueprint:
    """All routes of the downloads."""
    return Blueprint("downloads", __name__, url_prefix="/download")
