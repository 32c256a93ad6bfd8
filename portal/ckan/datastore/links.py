"""Where the pages beside this one are, as CKAN up to 2.11 tells it with every answer (`_links`)."""

from urllib.parse import urlencode

from flask import request


def page_links(limit: int, offset: int) -> dict[str, str]:
    """`start`, `next` and, after the first page, `prev`: this request's address with another offset."""
    arguments = {name: value for name, value in request.args.items() if name != "offset"}
    places = {"start": None, "next": offset + limit, "prev": offset - limit if offset - limit > 0 else None}
    return {
        name: f"{request.path}?{urlencode(arguments if place is None else arguments | {'offset': str(place)})}"
        for name, place in places.items()
        if name == "start" or place is not None
    }
