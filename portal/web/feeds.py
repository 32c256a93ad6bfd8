"""Atom feeds: the catalogue, a department, a theme, a dataset, a search; in either language, page by page.

Entries of the first three are datasets, the newest change of each; what was withdrawn is a tombstone with its reason, so
that readers let go of it. A dataset's entries are its versions. The addresses that CKAN has for feeds lead to the same.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from flask import Blueprint, Response, request

from portal.catalogue import queries
from portal.catalogue.change_log import WITHDRAWN
from portal.catalogue.changes import ChangeView, list_latest_changes
from portal.catalogue.views import DatasetCard, VersionView
from portal.http.conditional import conditional
from portal.http.context import parts, principal, session
from portal.http.locale import negotiate_language
from portal.http.parameters import refuse_unknown
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.rendering import LANGUAGE_TAGS
from portal.i18n import REASONS, explain, translate
from portal.index import SearchRequest
from portal.index.facets import FACETS
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.text import Language, Text
from portal.web.atom import MEDIA_TYPE, Entry, Feed, Gone, Link, Words, write_feed

_PER_PAGE = 50
_MOST_PAGES = 100
_BORN_IN = "2026"  # RFC 4151: a year in which the name was ours
_TONGUE = "/feeds/<any(zh, en):tongue>"


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{_TONGUE}/catalogue.atom", view_func=feed_catalogue)
    blueprint.add_url_rule(f"{_TONGUE}/publisher/<slug>.atom", view_func=feed_publisher)
    blueprint.add_url_rule(f"{_TONGUE}/theme/<slug>.atom", view_func=feed_theme)
    blueprint.add_url_rule(f"{_TONGUE}/dataset/<dataset_id>.atom", view_func=feed_dataset)
    blueprint.add_url_rule(f"{_TONGUE}/search.atom", view_func=feed_search)
    blueprint.add_url_rule("/feeds/dataset.atom", view_func=feed_catalogue, endpoint="ckan_feed_catalogue")
    blueprint.add_url_rule("/feeds/organization/<slug>.atom", view_func=feed_publisher, endpoint="ckan_feed_publisher")
    blueprint.add_url_rule("/feeds/group/<slug>.atom", view_func=feed_theme, endpoint="ckan_feed_theme")


@policy(permission="read_catalogue", budget="catalogue")
def feed_catalogue(tongue: str = "") -> Response:
    """Everything that was created, updated or withdrawn, the newest first."""
    language = _language(tongue)
    site = parts().settings
    name = site.site_name_zh if language is Language.ZH else site.site_name_en
    return _changes_feed(language, f"/feeds/{language}/catalogue.atom", "catalogue", Words(name, _tag(language)), "")


@policy(permission="read_catalogue", budget="catalogue")
def feed_publisher(slug: str, tongue: str = "") -> Response:
    """What changed in one department's datasets, also when nothing is left of them. Raises NotFound."""
    language = _language(tongue)
    path = f"/feeds/{language}/publisher/{quote(slug)}.atom"
    name = _publisher_name(slug, language)
    return _changes_feed(language, path, f"publisher:{slug}", name, f"publisher/{quote(slug)}", publisher=slug)


@policy(permission="read_catalogue", budget="catalogue")
def feed_theme(slug: str, tongue: str = "") -> Response:
    """What changed in one theme's datasets, also when nothing is left of them. Raises NotFound."""
    language = _language(tongue)
    path = f"/feeds/{language}/theme/{quote(slug)}.atom"
    name = _theme_name(slug, language)
    return _changes_feed(language, path, f"theme:{slug}", name, f"theme/{quote(slug)}", theme=slug)


@policy(permission="read_catalogue", budget="catalogue")
def feed_dataset(dataset_id: str, tongue: str) -> Response:
    """The versions of one dataset, those that were taken back as tombstones. Raises NotFound, Buried."""
    language = _language(tongue)
    view = queries.get_dataset(session(), principal(), parse_ref(dataset_id))
    title, author = _words(view.card.title, language), _words(view.card.publisher_name, language)
    feed = Feed(
        id=_tag_uri(f"versions:{view.card.id}"),
        title=title,
        author=author,
        links=_feed_links(language, f"/feeds/{language}/dataset/{view.card.id}.atom", f"dataset/{view.card.id}"),
        entries=tuple(_version_entry(view.card, version, language) for version in view.versions),
    )
    return _answer(feed, language)


@policy(permission="read_catalogue", budget="catalogue")
def feed_search(tongue: str) -> Response:
    """Datasets that a search finds, the newest change first. Raises InvalidInput."""
    language, page = _language(tongue), _number("page", 1, _MOST_PAGES) or 1
    refuse_unknown(["q", "page", *(facet.name for facet in FACETS)])
    text = request.args.get("q", "")[:500].strip()
    facets = {
        facet.name: tuple(dict.fromkeys(value[:80] for value in request.args.getlist(facet.name) if value))[:20]
        for facet in FACETS
    }
    chosen = {name: values for name, values in facets.items() if values}
    result = parts().search.search(
        SearchRequest(text=text, facets=chosen, sort="modified", offset=(page - 1) * _PER_PAGE, limit=_PER_PAGE)
    )
    cards = queries.list_cards(session(), principal(), result.ids)
    query = urlencode([("q", text)] * bool(text) + [(n, v) for n, values in chosen.items() for v in values])
    has_more = len(result.ids) == _PER_PAGE and page < _MOST_PAGES
    following = "&".join(filter(None, (query, f"page={page + 1}"))) if has_more else ""
    title = translate(language, "Search: %(words)s", words=text) if text else translate(language, "Search")
    feed = Feed(
        id=_tag_uri(f"search:{query}"),
        title=Words(title, _tag(language)),
        author=_site_words(language),
        links=_feed_links(language, f"/feeds/{language}/search.atom", "search", query, following),
        entries=tuple(_entry(card, language, card.modified_at) for card in cards),
    )
    return _answer(feed, language, has_date=False)  # what is found no more takes its date with it


def _publisher_name(slug: str, language: Language) -> Words:
    """Its name; of a department that has nothing to show any more, what its followers know: the address. Raises NotFound."""
    try:
        return _words(queries.get_publisher(session(), principal(), slug).name, language)
    except NotFound:
        if not list_latest_changes(session(), principal(), None, 1, publisher=slug):
            raise
        return Words(slug, _tag(language))


def _theme_name(slug: str, language: Language) -> Words:
    """Its name, as for a department. Raises NotFound."""
    try:
        return _words(queries.get_theme(session(), principal(), slug).name, language)
    except NotFound:
        if not list_latest_changes(session(), principal(), None, 1, theme=slug):
            raise
        return _words(queries.name_themes(session(), (slug,))[slug], language)


def _changes_feed(
    language: Language, path: str, name: str, title: Words, page: str, *, publisher: str = "", theme: str = ""
) -> Response:
    before = _number("before", 1, 10**17)
    found = list_latest_changes(session(), principal(), before, _PER_PAGE + 1, publisher=publisher, theme=theme)
    shown = found[:_PER_PAGE]
    cards = {card.id: card for card in queries.list_cards(session(), principal(), [one.dataset_id for one in shown])}
    following = f"before={shown[-1].number}" if len(found) > len(shown) else ""
    feed = Feed(
        id=_tag_uri(name),
        title=title,
        author=_site_words(language),
        links=_feed_links(language, path, page, "", following),
        entries=_change_entries(shown, cards, language),
    )
    return _answer(feed, language)


def _change_entries(
    changes: Sequence[ChangeView], cards: dict[str, DatasetCard], language: Language
) -> tuple[Entry | Gone, ...]:
    """What is public now as entries, what was withdrawn as tombstones; what changes at this moment waits for the next one."""
    entries: list[Entry | Gone] = []
    for change in changes:
        card = cards.get(change.dataset_id)
        if change.kind == WITHDRAWN and card is None:
            is_code = change.reason in REASONS
            reason = (
                Words(explain(language, change.reason), _tag(language)) if is_code else Words(change.reason, "zh-CN")
            )
            entries.append(Gone(_tag_uri(f"dataset:{change.dataset_id}"), change.noticed_at, reason))
        elif card is not None and change.kind != WITHDRAWN:
            entries.append(_entry(card, language, change.noticed_at))
    return tuple(entries)


def _entry(card: DatasetCard, language: Language, updated_at: datetime) -> Entry:
    base = _base()
    pages = tuple(
        Link("alternate", f"{base}/{one}/dataset/{card.id}", "text/html", _tag(one))
        for one in (language, language.other)
    )
    more = (
        Link("alternate", f"{base}/api/v1/datasets/{card.id}", "application/json"),
        Link("related", f"{base}/feeds/{language}/dataset/{card.id}.atom", MEDIA_TYPE),
    )
    return Entry(
        id=_tag_uri(f"dataset:{card.id}"),
        title=_words(card.title, language),
        updated_at=updated_at,
        summary=_words(card.description, language),
        author=_words(card.publisher_name, language),
        links=(*pages, *more),
        categories=card.theme_slugs,
    )


def _version_entry(card: DatasetCard, version: VersionView, language: Language) -> Entry | Gone:
    ref, base = f"{card.id}@v{version.number}", _base()
    if version.redacted_at is not None:
        reason = translate(language, "This version is kept no longer.")
        return Gone(_tag_uri(f"version:{ref}"), version.redacted_at, Words(reason, _tag(language)))
    name = translate(language, "Version %(number)s", number=version.number)
    return Entry(
        id=_tag_uri(f"version:{ref}"),
        title=Words(name, _tag(language)),
        updated_at=version.published_at,
        summary=_words(card.title, language),
        author=_words(card.publisher_name, language),
        links=(
            Link("alternate", f"{base}/{language}/dataset/{ref}", "text/html", _tag(language)),
            Link("alternate", f"{base}/api/v1/datasets/{ref}", "application/json"),
        ),
    )


def _feed_links(language: Language, path: str, page: str, query: str = "", following: str = "") -> tuple[Link, ...]:
    base = _base()
    here = f"{base}{path}"
    first = f"{here}?{query}" if query else here
    shown = request.query_string.decode("ascii", "replace")
    links = [
        Link("self", f"{here}?{shown}" if shown else here, MEDIA_TYPE, _tag(language)),
        Link("first", first, MEDIA_TYPE),
        Link("alternate", f"{base}/{language}/{page}{'?' + query if query else ''}", "text/html", _tag(language)),
        Link(
            "alternate",
            first.replace(f"/feeds/{language}/", f"/feeds/{language.other}/", 1),
            MEDIA_TYPE,
            _tag(language.other),
        ),
    ]
    if following:
        links.append(Link("next", f"{here}?{following}", MEDIA_TYPE))
    return tuple(links)


def _answer(feed: Feed, language: Language, *, has_date: bool = True) -> Response:
    response = Response(write_feed(feed), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.headers["Content-Language"] = _tag(language)
    if "tongue" not in (request.view_args or {}):
        response.vary.add("Accept-Language")
    return conditional(response, modified_at=feed.updated_at if has_date else None)


def _language(tongue: str) -> Language:
    """The address's language; at the addresses of CKAN, the caller's."""
    return Language(tongue) if tongue else negotiate_language("/", request.headers.get("Accept-Language", ""))


def _number(name: str, least: int, most: int) -> int | None:
    text = request.args.get(name)
    if not text:  # a template of OpenSearch leaves it empty
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text[:19]) <= most):
        raise InvalidInput(f"{name} is a whole number from {least} on; follow the links of the feed.", parameter=name)
    return int(text)


def _words(text: Text, language: Language) -> Words:
    shown = text.shown(language)
    return Words(shown.value, _tag(shown.language))


def _site_words(language: Language) -> Words:
    site = parts().settings
    return Words(site.site_name_zh if language is Language.ZH else site.site_name_en, _tag(language))


def _tag(language: Language) -> str:
    return LANGUAGE_TAGS[language]


def _base() -> str:
    return parts().settings.base_url.rstrip("/")


def _tag_uri(name: str) -> str:
    """An id that stays (RFC 4151), whatever the address of the site becomes."""
    return f"tag:{urlsplit(_base()).hostname},{_BORN_IN}:{quote(name, safe=':@')}"
