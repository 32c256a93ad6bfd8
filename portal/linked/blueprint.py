"""The routes of this door, beside the pages: addresses as other portals have them."""

from flask import Blueprint

from portal.http.data_door import open_data_door
from portal.linked import catalogue, datasets, oai, searching, whole


def create_blueprint() -> Blueprint:
    """All descriptions."""
    blueprint = Blueprint("linked", __name__)
    for room in (catalogue, datasets, oai, searching, whole):
        room.register(blueprint)
    return open_data_door(blueprint)
