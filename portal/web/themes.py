"""Themes: all of them, and one with its datasets."""

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
    blueprint.add_url_rule(f"{LANG}/themes", view_func=show_themes)
    blueprint.add_url_rule(f"{LANG}/theme/<slug>", view_func=show_theme)


@policy(permission="read_catalogue", budget="pages")
def show_themes() -> Response:
    """All themes that have something public."""
    themes = [t for t in queries.list_themes(session(), principal()) if t.dataset_count]
    return render_page("themes.html", {"themes": themes})


@policy(permission="read_catalogue", budget="pages")
def show_theme(slug: str) -> Response:
    """One theme and its datasets, newest first. Raises NotFound."""
    theme = queries.get_theme(session(), principal(), slug)
    number = page_number()
    cards = queries.list_theme_cards(session(), principal(), slug, (number - 1) * _PER_PAGE, _PER_PAGE)
    path = f"/{language().value}/theme/{slug}"
    pager = make_pager(
        number, theme.dataset_count, _PER_PAGE, lambda n: with_query(path, [("page", str(n) if n > 1 else "")])
    )
    return render_page(
        "collection.html",
        {"kind": "theme", "group": theme, "cards": cards.items, "pager": pager, "total": theme.dataset_count},
    )
