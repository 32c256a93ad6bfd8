"""Every page's address. A page's language is the first step of its path; views ask `portal.http.context.language()`."""

from flask import Blueprint

from portal.web import (
    account,
    accounts,
    applications,
    coverage,
    data,
    dataset,
    developers,
    feeds,
    gate,
    home,
    jobs,
    objections,
    outlines,
    publishers,
    robots,
    search,
    sitemap,
    texts,
    themes,
)


def create_blueprint() -> Blueprint:
    """The site's routes."""
    blueprint = Blueprint("web", __name__)
    blueprint.url_value_preprocessor(_forget_language)
    rooms = (
        home,
        search,
        dataset,
        applications,
        data,
        outlines,
        jobs,
        objections,
        publishers,
        coverage,
        themes,
        texts,
        gate,
        account,
        accounts,
    )
    for room in (*rooms, developers, feeds, sitemap, robots):
        room.register(blueprint)
    return blueprint


def _forget_language(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """The path's language is read by `context.language()`; views need no parameter for it."""
    if values:
        values.pop("lang", None)
