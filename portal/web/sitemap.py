"""`/sitemap.xml` and its parts: every public page in both languages, a bounded number in each part."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from flask import Blueprint, Response

from portal.catalogue import queries
from portal.http.conditional import conditional
from portal.http.context import parts, principal, session
from portal.http.policy import policy

_PER_PART = 5_000  # two addresses each; the protocol allows 50,000
_FIXED = ("", "search", "publishers", "themes", "about", "about/gate", "terms", "developers")


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/sitemap.xml", view_func=show_index)
    blueprint.add_url_rule("/sitemap/pages.xml", view_func=show_fixed_pages)
    blueprint.add_url_rule("/sitemap/datasets<int:number>.xml", view_func=show_datasets)


@policy(permission="read_catalogue", budget="pages")
def show_index() -> Response:
    """The list of parts."""
    names = ["pages", *(f"datasets{number}" for number in range(1, len(_starts()) + 1))]
    lines = (f"<sitemap><loc>{_base()}/sitemap/{name}.xml</loc></sitemap>" for name in names)
    return _xml("sitemapindex", lines)


@policy(permission="read_catalogue", budget="pages")
def show_fixed_pages() -> Response:
    """Pages that are no dataset: prose, departments, themes."""
    rests = [*_FIXED]
    rests += [f"publisher/{p.slug}" for p in queries.list_publishers(session(), principal()) if p.dataset_count]
    rests += [f"theme/{t.slug}" for t in queries.list_themes(session(), principal()) if t.dataset_count]
    return _xml("urlset", (line for rest in rests for line in _entries(rest, "")))


@policy(permission="read_catalogue", budget="pages")
def show_datasets(number: int) -> Response:
    """One part of the datasets, in the order of their ids. A number past the end gives an empty part."""
    starts = _starts()
    listed = (
        queries.list_sitemap(session(), principal(), starts[number - 1], _PER_PART)
        if 1 <= number <= len(starts)
        else ()
    )
    return _xml(
        "urlset",
        (line for dataset_id, at in listed for line in _entries(f"dataset/{dataset_id}", at.date().isoformat())),
    )


def _starts() -> tuple[str, ...]:
    """The id after which each part begins."""
    return ("", *queries.list_sitemap_starts(session(), principal(), _PER_PART))


def _entries(rest: str, modified_on: str) -> Iterable[str]:
    base, rest = _base(), escape(rest)
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{base}/{lang}/{rest}"/>'
        for tag, lang in (("zh-CN", "zh"), ("en", "en"))
    )
    changed = f"<lastmod>{modified_on}</lastmod>" if modified_on else ""
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
