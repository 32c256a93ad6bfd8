"""Applying for a conditional dataset: its terms for everybody."""

from flask import Blueprint, Response

from portal.catalogue import queries
from portal.http.context import principal, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.rendering import render_page
from portal.kernel.errors import NotFound
from portal.kernel.vocab import Openness
from portal.web.addresses import LANG


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/dataset/<ref>/apply", view_func=show_terms_of)


@policy(permission="read_catalogue", budget="pages")
def show_terms_of(ref: str) -> Response:
    """The terms of a conditional dataset and how to apply. Raises NotFound, Gone."""
    dataset = queries.get_dataset(session(), principal(), parse_ref(ref))
    if dataset.openness is not Openness.CONDITIONAL:
        raise NotFound("This dataset is open to everyone; nobody has to apply for it.")
    return render_page("apply.html", {"card": dataset.card, "dataset": dataset, "working_days": 15})
