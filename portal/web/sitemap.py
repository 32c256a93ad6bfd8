"""`/sitemap.xml` and its parts: every public page in both languages, a bounded number in each part."""

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response

from portal.catalogue import queries
from portal.http.conditional import conditional
from portal.http.context import parts, principal, session
from portal.http.policy import policy
from portal.web.developers import GUIDES

_PER_PART = 5_000  # two addresses each; the protocol allows 50,000
_LISTS = ("", "search", "publishers", "themes")
_FOR_DEVELOPERS = (*(f"developers/{guide}".rstrip("/") for guide in GUIDES), "developers/reference")
_FIXED = (*_LISTS, "about", "about/gate", "terms", *_FOR_DEVELOPERS)


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/sitemap.xml", view_func=show_index)
    blueprint.add_url_rule("/sitemap/pages.xml", view_func=show_fixed_pages)
    blueprint.add_url_rule("/sitemap/datasets<int:number>.xml", view_func=show_datasets)


@policy(permission="read_catalogue", budget="pages")
def show_index() -> Response:
    """The list of parts, each with the day of its last change."""
    listed = _parts()
    days = [_day(at) for _, at in listed]
    parts_of = [("pages", max(days, default="")), *((f"datasets{n}", day) for n, day in enumerate(days, 1))]
    lines = (f"<sitemap><loc>{_base()}/sitemap/{name}.xml</loc>{_lastmod(day)}</sitemap>" for name, day in parts_of)
    return _xml("sitemapindex", lines)


@policy(permission="read_catalogue", budget="pages")
def show_fixed_pages() -> Response:
    """Pages that are no dataset: prose, and what lists datasets with the day on which the newest of them changed."""
    changes = queries.list_last_changes(session(), principal())
    newest = max(changes.values(), default=None)
    listing = {rest: _day(newest) if newest and rest in _LISTS else "" for rest in _FIXED}
    pages = listing | {rest: _day(at) for rest, at in sorted(changes.items())}
    return _xml("urlset", (line for rest, day in pages.items() for line in _entries(rest, day)))


@policy(permission="read_catalogue", budget="pages")
def show_datasets(number: int) -> Response:
    """One part of the datasets, in the order of their ids. A number past the end gives an empty part."""
    starts = [start for start, _ in _parts()]
    listed = (
        queries.list_sitemap(session(), principal(), starts[number - 1], _PER_PART)
        if 1 <= number <= len(starts)
        else ()
    )
    return _xml("urlset", (line for dataset_id, at in listed for line in _entries(f"dataset/{dataset_id}", _day(at))))


def _parts() -> tuple[tuple[str, datetime], ...]:
    """The id after which each part begins, and the last change in it."""
    return queries.list_sitemap_parts(session(), principal(), _PER_PART)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _lastmod(day: str) -> str:
    return f"<lastmod>{day}</lastmod>" if day else ""


def _entries(rest: str, modified_on: str) -> Iterable[str]:
    base, rest = _base(), escape(rest)
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{base}/{lang}/{rest}"/>'
        for tag, lang in (("zh-CN", "zh"), ("en", "en"))
    )
    changed = _lastmod(modified_on)
    for lang in ("zh", "en"):
        yield f"<url><loc>{base}/{lang}/{rest}</loc>{changed}{links}</url>"


def _base() -> str:
    return escape(parts().settings.base_url.rstrip("/"))


def _xml(root: str, lines: Iterable[str]) -> Response:
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    )
    body = "\n".join((head, *lines, f"</{root}>\n"))
    return conditional(Response(body, content_type="application/xml; charset=utf-8"))
