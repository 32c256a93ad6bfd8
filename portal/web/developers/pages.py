"""The pages: guides, whose words are templates for each language, and the reference, an address for each operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, current_app, request

from portal.catalogue.themes import THEMES
from portal.exports import FORMATS
from portal.http.context import language
from portal.http.policy import policy
from portal.http.problems import KINDS
from portal.http.rendering import render_page
from portal.i18n import later
from portal.index.facets import FACETS
from portal.kernel.errors import NotFound
from portal.kernel.vocab import Tier
from portal.limits import BUDGETS, CONCURRENCY, UNITS
from portal.tables import MAX_LIMIT
from portal.web.addresses import LANG
from portal.web.developers.examples import call_of, find_shown
from portal.web.developers.finding import has_words
from portal.web.developers.reading import Operation, read_operations, read_tags

GUIDES: Mapping[str, str] = {
    "": later("Start"),
    "datasets": later("Datasets and search"),
    "rows": later("Rows and clauses"),
    "files": later("Files and exports"),
    "keys": later("Keys, tiers and limits"),
    "errors": later("Errors"),
    "changes": later("Changes, webhooks and feeds"),
    "ckan": later("For CKAN's clients"),
    "formats": later("Other formats and MCP"),
}
"""Guide → its name, in the order in which they are read. The empty one is the entrance."""

REFERENCE = "reference"
_LONGEST_SEARCH = 200
_EXTENSION = "portal.web.developers"
_SITE = f"{LANG}/developers"


def register(blueprint: Blueprint) -> None:
    """Routes of this room."""
    others = ", ".join(name for name in GUIDES if name)
    blueprint.add_url_rule(_SITE, view_func=show_developers)
    blueprint.add_url_rule(f"{_SITE}/<any({others}):guide>", view_func=show_guide)
    blueprint.add_url_rule(f"{_SITE}/{REFERENCE}", view_func=show_reference)
    blueprint.add_url_rule(f"{_SITE}/{REFERENCE}/<name>", view_func=show_operation)


@policy(permission="read_catalogue", budget="pages")
def show_developers() -> Response:
    """The entrance, where every kind of problem has its anchor."""
    return _show_guide("")


@policy(permission="read_catalogue", budget="pages")
def show_guide(guide: str) -> Response:
    """One guide."""
    return _show_guide(guide)


@policy(permission="read_catalogue", budget="pages")
def show_reference() -> Response:
    """Every operation by what it is about, or those that have all words of `q`."""
    described = _described()
    asked = " ".join(request.args.get("q", "")[:_LONGEST_SEARCH].split())
    by_tag: dict[str, list[Operation]] = {name: [] for name in described.tags}
    for one in described.operations.values():
        if has_words(one, asked):
            by_tag[one.tag].append(one)
    return _render("developers/reference.html", REFERENCE, {"tags": described.tags, "by_tag": by_tag, "asked": asked})


@policy(permission="read_catalogue", budget="pages")
def show_operation(name: str) -> Response:
    """One operation: what it takes, what it answers, what can go wrong. Raises NotFound."""
    found = _described().operations.get(name)
    if found is None:
        raise NotFound("There is no operation of this name.")
    return _render("developers/operation.html", REFERENCE, {"operation": found, "call": call_of(found, find_shown())})


@dataclass(frozen=True, slots=True)
class _Described:
    """What the description says, as the pages show it. `tags`: group of operations → its description."""

    operations: Mapping[str, Operation]
    tags: Mapping[str, str]


def _described() -> _Described:
    """The same for all requests of a process, since the description is."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, _Described):
        describe = cast(Callable[[], Mapping[str, object]], current_app.extensions["portal.openapi"])
        document = describe()
        found = current_app.extensions[_EXTENSION] = _Described(read_operations(document), read_tags(document))
    return found


def _show_guide(guide: str) -> Response:
    values = {
        "guide": guide,
        "words": f"developers/{guide or 'start'}.{language().value}.html",
        "shown": find_shown(),
        "budgets": [
            (name.value, UNITS[name], [(tier.value, tiers[tier].amount, tiers[tier].window_s) for tier in Tier])
            for name, tiers in BUDGETS.items()
        ],
        "places": [(name.value, [tiers[tier] for tier in Tier]) for name, tiers in CONCURRENCY.items()],
        "tiers": [tier.value for tier in Tier],
        "facets": FACETS,
        "formats": FORMATS,
        "themes": THEMES,
        "most_rows": MAX_LIMIT,
    }
    return _render("developers/guide.html", guide, values)


def _render(template: str, here: str, values: Mapping[str, object]) -> Response:
    frame = {"guides": GUIDES, "here": here, "problems": KINDS, "operations": _described().operations}
    return render_page(template, {**frame, **values})
