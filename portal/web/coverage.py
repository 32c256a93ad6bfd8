"""What share of what the departments have catalogued is open: one picture for each department, and no titles."""

from flask import Blueprint, Response

from portal.catalogue.coverage import get_coverage
from portal.http.context import principal, session
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.web.addresses import LANG


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/coverage", view_func=show_coverage)


@policy(permission="read_catalogue", budget="pages")
def show_coverage() -> Response:
    """Numbers for each department, the largest catalogue first."""
    return render_page("coverage.html", {"coverage": get_coverage(session(), principal())})
