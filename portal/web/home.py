"""`/` and the home page: search first, then themes, departments, what is new, and what the whole amounts to."""

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.catalogue import queries
from portal.exports.metadata.schema_org import describe_catalogue
from portal.exports.metadata.site import Site
from portal.http.context import language, parts, principal, session
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.web.addresses import LANG
from portal.web.linked_data import script_of

_NEWEST = 6
_DEPARTMENTS = 12


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/", view_func=choose_language)
    blueprint.add_url_rule(f"{LANG}/", view_func=show_home)


@policy(permission="read_catalogue", budget="pages")
def choose_language() -> AnyResponse:
    """Send a visitor to the language that the browser asks for."""
    response = redirect(f"/{language().value}/", 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@policy(permission="read_catalogue", budget="pages")
def show_home() -> Response:
    """The home page."""
    asking, reading = principal(), session()
    publishers = sorted(queries.list_publishers(reading, asking), key=lambda p: -p.dataset_count)
    return render_page(
        "home.html",
        {
            "counts": queries.count_catalogue(reading, asking),
            "themes": [t for t in queries.list_themes(reading, asking) if t.dataset_count],
            "publishers": [p for p in publishers if p.dataset_count][:_DEPARTMENTS],
            "publisher_total": sum(1 for p in publishers if p.dataset_count),
            "most": max([p.dataset_count for p in publishers], default=0),
            "linked_data": script_of(describe_catalogue(Site.of(parts().settings), language())),
            "newest": queries.list_newest(reading, asking, _NEWEST),
        },
    )
