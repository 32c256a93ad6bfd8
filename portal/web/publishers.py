"""Departments: all of them, and one with its datasets."""

from flask import Blueprint, Response

from portal.catalogue import queries
from portal.http.context import language, principal, session
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.web.addresses import LANG, with_query
from portal.web.numbers import page_number
from portal.web.paging import make_pager

_PER_PAGE = 20


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/publishers", view_func=show_publishers)
    blueprint.add_url_rule(f"{LANG}/publisher/<slug>", view_func=show_publisher)


@policy(permission="read_catalogue", budget="pages")
def show_publishers() -> Response:
    """All departments that have something public."""
    publishers = [p for p in queries.list_publishers(session(), principal()) if p.dataset_count]
    publishers.sort(key=lambda p: -p.dataset_count)
    return render_page(
        "publishers.html", {"publishers": publishers, "most": max((p.dataset_count for p in publishers), default=0)}
    )


@policy(permission="read_catalogue", budget="pages")
def show_publisher(slug: str) -> Response:
    """One department and its datasets, newest first. Raises NotFound."""
    publisher = queries.get_publisher(session(), principal(), slug)
    number = page_number()
    cards = queries.list_publisher_cards(session(), principal(), slug, (number - 1) * _PER_PAGE, _PER_PAGE)
    path = f"/{language().value}/publisher/{slug}"
    pager = make_pager(
        number, publisher.dataset_count, _PER_PAGE, lambda n: with_query(path, [("page", str(n) if n > 1 else "")])
    )
    return render_page(
        "collection.html",
        {
            "kind": "publisher",
            "group": publisher,
            "cards": cards.items,
            "pager": pager,
            "total": publisher.dataset_count,
        },
    )
