"""Departments and themes, each with its datasets."""

from portal.api.addresses import earlier_slices, links, next_slice
from portal.api.answers import (
    PublisherDatasetsAnswer,
    PublishersAnswer,
    ThemeDatasetsAnswer,
    ThemesAnswer,
)
from portal.api.operations import Answer, operation
from portal.api.parameters import PageParameters, Slice
from portal.api.projections import Json, card_json, publisher_json, theme_json
from portal.catalogue.queries import (
    get_publisher,
    get_theme,
    list_publisher_cards,
    list_publishers,
    list_theme_cards,
    list_themes,
)
from portal.catalogue.views import DatasetCard
from portal.http.context import principal, session
from portal.kernel.paging import Page


@operation("/publishers", summary="List departments", tag="publishers", gives=PublishersAnswer)
def list_all_publishers(_nothing: None) -> Answer:
    """All departments that publish here, with the number of their datasets."""
    addresses = links()
    return Answer({"items": [publisher_json(one, addresses) for one in list_publishers(session(), principal())]})


@operation(
    "/publishers/<slug>",
    summary="Get a department and its datasets",
    tag="publishers",
    takes=PageParameters,
    gives=PublisherDatasetsAnswer,
    problems=("not-found",),
)
def get_one_publisher(asked: Slice, slug: str) -> Answer:
    """A department, and a slice of its datasets, the newest change first."""
    publisher = get_publisher(session(), principal(), slug)
    cards = list_publisher_cards(session(), principal(), slug, asked.offset, asked.limit)
    return _cards_answer({"publisher": publisher_json(publisher, links())}, cards)


@operation("/themes", summary="List themes", tag="themes", gives=ThemesAnswer)
def list_all_themes(_nothing: None) -> Answer:
    """All themes, with the number of their datasets."""
    addresses = links()
    return Answer({"items": [theme_json(one, addresses) for one in list_themes(session(), principal())]})


@operation(
    "/themes/<slug>",
    summary="Get a theme and its datasets",
    tag="themes",
    takes=PageParameters,
    gives=ThemeDatasetsAnswer,
    problems=("not-found",),
)
def get_one_theme(asked: Slice, slug: str) -> Answer:
    """A theme, and a slice of its datasets, the newest change first."""
    theme = get_theme(session(), principal(), slug)
    cards = list_theme_cards(session(), principal(), slug, asked.offset, asked.limit)
    return _cards_answer({"theme": theme_json(theme, links())}, cards)


def _cards_answer(of: Json, page: Page[DatasetCard]) -> Answer:
    addresses = links()
    next_url = next_slice(page.total, page.offset, page.limit, len(page.items))
    return Answer(
        of
        | {
            "items": [card_json(card, addresses) for card in page.items],
            "total": page.total,
            "offset": page.offset,
            "limit": page.limit,
            "next": next_url,
        },
        next_url=next_url,
        links=earlier_slices(page.offset, page.limit),
    )
