"""Search: words and facets in the address, results as cards, and suggestions while typing."""

from dataclasses import dataclass
from typing import cast, get_args

from flask import Blueprint, Response, jsonify, request

from portal.catalogue import queries
from portal.http.conditional import conditional
from portal.http.context import language, parts, principal, session
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.http.wording import tag_of
from portal.index.facets import FACETS, Facet
from portal.index.protocol import SearchRequest, SearchResult, Sort
from portal.kernel.errors import InvalidInput
from portal.web.addresses import LANG, with_query
from portal.web.facet_labels import FacetLabels, Label
from portal.web.numbers import page_number
from portal.web.paging import make_pager

_PER_PAGE = 15
_MOST_RESULTS = 10_000
_MOST_QUERY_CHARACTERS = 500
_FEW_VALUES = 8
_MANY_VALUES = 40
_SUGGESTIONS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet's value in the side bar; `href` adds or lifts it."""

    label: Label
    count: int
    is_chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class FacetBlock:
    """A facet with its values; `more` are those behind "show more"."""

    facet: Facet
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen value above the results, with the address that lifts it."""

    facet: Facet
    label: Label
    remove: str


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/search", view_func=show_search)
    blueprint.add_url_rule(f"{LANG}/suggest", view_func=suggest)


@policy(permission="read_catalogue", budget="pages")
def show_search() -> Response:
    """Results for the words and facets of the address; a query that cannot be read is told on the page."""
    asked = _Asked()
    fault, result = "", SearchResult((), 0, {})
    try:
        result = parts().search.search(asked.request())
    except InvalidInput as error:
        fault = str(error)
    cards = queries.list_cards(session(), principal(), result.ids)
    labels = FacetLabels(session(), principal(), language(), result, asked.facets)
    shown_total = min(result.total, _MOST_RESULTS)
    return render_page(
        "search.html",
        {
            "asked": asked,
            "fault": fault,
            "result": result,
            "cards": cards,
            "blocks": [block for facet in FACETS if (block := _facet_block(facet, result, asked, labels))],
            "chips": _chips(asked, labels),
            "sorts": [(sort, asked.address(sort=sort)) for sort in get_args(Sort)],
            "reset": asked.address(facets={}),
            "pager": make_pager(asked.page, shown_total, _PER_PAGE, lambda n: asked.address(page=n)),
        },
    )


@policy(permission="read_catalogue", budget="pages")
def suggest() -> Response:
    """Titles that go with what was typed so far: a JSON list of {title, lang, href}."""
    prefix = request.args.get("q", "")[:100].strip()
    ids = parts().search.suggest(prefix, _SUGGESTIONS) if prefix else ()
    cards = queries.list_cards(session(), principal(), ids)
    items = []
    for card in cards:
        shown = card.title.shown(language())
        items.append(
            {
                "title": shown.value,
                "lang": tag_of(shown.language),
                "publisher": card.publisher_name.shown(language()).value,
                "publisher_lang": tag_of(card.publisher_name.shown(language()).language),
                "href": f"/{language().value}/dataset/{card.id}",
            }
        )
    return conditional(jsonify(items))


class _Asked:
    """The query string, read once: words, chosen facet values, sort and page."""

    def __init__(self) -> None:
        given = request.args.get("q", "").strip()
        self.text = given[:_MOST_QUERY_CHARACTERS]
        self.is_cut = len(given) > len(self.text)
        self.facets: dict[str, tuple[str, ...]] = {}
        for facet in FACETS:
            values = tuple(dict.fromkeys(v[:80] for v in request.args.getlist(facet.name) if v))[:20]
            if values:
                self.facets[facet.name] = values
        sort = request.args.get("sort", "")
        self.default_sort: Sort = "relevance" if self.text else "modified"
        self.sort: Sort = cast(Sort, sort) if sort in get_args(Sort) else self.default_sort
        self.page = page_number(most=_MOST_RESULTS // _PER_PAGE)
        self.path = f"/{language().value}/search"

    def request(self) -> SearchRequest:
        return SearchRequest(
            text=self.text, facets=self.facets, sort=self.sort, offset=(self.page - 1) * _PER_PAGE, limit=_PER_PAGE
        )

    def address(
        self, *, facets: dict[str, tuple[str, ...]] | None = None, sort: Sort | None = None, page: int = 1
    ) -> str:
        """The address of the same search with something else."""
        sort = sort or self.sort
        pairs = [("q", self.text)]
        chosen = self.facets if facets is None else facets
        pairs += [(name, value) for name, values in chosen.items() for value in values]
        pairs += [("sort", sort if sort != self.default_sort else ""), ("page", str(page) if page > 1 else "")]
        return with_query(self.path, pairs)

    def toggled(self, name: str, value: str) -> str:
        """The address with a facet value added, or lifted when it is chosen."""
        values = self.facets.get(name, ())
        values = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.address(facets={**self.facets, name: values})


def _facet_block(facet: Facet, result: SearchResult, asked: _Asked, labels: FacetLabels) -> FacetBlock | None:
    chosen = asked.facets.get(facet.name, ())
    counts = dict(result.facets.get(facet.name, {}))
    for value in chosen:
        counts.setdefault(value, 0)
    ranked = sorted(counts.items(), key=lambda pair: (pair[0] not in chosen, -pair[1], pair[0]))[:_MANY_VALUES]
    if not ranked:
        return None
    choices = tuple(
        Choice(labels.label(facet.name, value), count, value in chosen, asked.toggled(facet.name, value))
        for value, count in ranked
    )
    return FacetBlock(facet, choices[:_FEW_VALUES], choices[_FEW_VALUES:])


def _chips(asked: _Asked, labels: FacetLabels) -> list[Chip]:
    return [
        Chip(facet, labels.label(facet.name, value), asked.toggled(facet.name, value))
        for facet in FACETS
        for value in asked.facets.get(facet.name, ())
    ]
