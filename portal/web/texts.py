"""Pages of prose: about and terms. Their words are templates, one for each language."""

from flask import Blueprint, Response

from portal.http.context import language
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.web.addresses import LANG


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/about", view_func=show_about)
    blueprint.add_url_rule(f"{LANG}/terms", view_func=show_terms)


@policy(permission="read_catalogue", budget="pages")
def show_about() -> Response:
    """What this site is, where its data comes from, how it is checked."""
    return render_page("about.html", {"body": f"texts/about.{language().value}.html"})


@policy(permission="read_catalogue", budget="pages")
def show_terms() -> Response:
    """On what terms the data may be used."""
    return render_page("terms.html", {"body": f"texts/terms.{language().value}.html"})
