"""`/catalog`: the whole catalogue as DCAT-AP, 100 datasets to the page.

A page's `next` names the last dataset that it held, so that a walk meets every dataset once, whatever comes or goes
meanwhile. Who counts pages instead (`?page=7`) gets the seventh hundred of this moment.
"""

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue import queries
from portal.exports.metadata.dcat_catalogue import SYNTAXES, CataloguePage, describe_page, write_graph
from portal.http.context import language, session
from portal.http.parameters import refuse_unknown
from portal.http.policy import policy
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.principal import ANONYMOUS
from portal.linked.answering import add_links, described, see_other, this_site
from portal.linked.negotiating import wanted_extension

PER_PAGE = 100
_MOST_PAGES = 100_000
_ID_LENGTH = 16


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/catalog", view_func=name_catalogue)
    blueprint.add_url_rule("/catalog.<any(ttl, rdf, jsonld):extension>", view_func=show_catalogue)


@policy(permission="read_catalogue", budget="catalogue")
def name_catalogue() -> BaseResponse:
    """The catalogue's own name: leads to the page or the description that the caller prefers."""
    extension = wanted_extension()
    return see_other(f"/catalog.{extension}" if extension else f"/{language().value}/search")


@policy(permission="read_catalogue", budget="catalogue")
def show_catalogue(extension: str) -> Response:
    """One page of the catalogue."""
    number, after = _asked()
    site, syntax = this_site(), SYNTAXES[extension]
    total = queries.count_catalogue(session(), ANONYMOUS).datasets
    last = max(1, -(-total // PER_PAGE))
    offset = 0 if after else (number - 1) * PER_PAGE
    ids = queries.list_ids(session(), ANONYMOUS, after_id=after, offset=offset, limit=PER_PAGE + 1)
    if not ids and number > last:
        raise NotFound(f"The catalogue has {last} pages; there is no page {number}.")
    path = f"{site.base}/catalog.{extension}"

    def address(page: int, after_id: str = "") -> str:
        return f"{path}?{urlencode({'page': page} | ({'after': after_id} if after_id else {}))}"

    page = CataloguePage(
        datasets=queries.describe_datasets(session(), ANONYMOUS, ids[:PER_PAGE]),
        total=total,
        address=address(number, after),
        first=address(1),
        last=address(last),
        previous=address(number - 1) if number > 1 else "",
        following=address(number + 1, ids[PER_PAGE - 1]) if len(ids) > PER_PAGE else "",
    )
    response = described(lambda: write_graph(describe_page(page, site), syntax), syntax.content_type, page, site)
    pages = (("next", page.following), ("prev", page.previous), ("first", page.first), ("last", page.last))
    add_links(response, ((relation, where, "") for relation, where in pages if where))
    others = (other for other in SYNTAXES.values() if other is not syntax)
    here = page.address.removeprefix(path)
    add_links(response, (("alternate", f"{site.base}/catalog.{o.extension}{here}", o.media_type) for o in others))
    return response


def _asked() -> tuple[int, str]:
    """The page's number from 1, and the id that it follows on. Raises InvalidInput."""
    refuse_unknown(("page", "after"))
    raw, after = request.args.get("page", "1"), request.args.get("after", "")
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw[:9]) <= _MOST_PAGES and len(raw) < 9):
        raise InvalidInput(f"page is a number from 1 to {_MOST_PAGES}.", parameter="page")
    if after and (len(after) != _ID_LENGTH or not after.isascii() or not after.isalnum()):
        raise InvalidInput("after is an id of 16 letters and digits, as `next` has it.", parameter="after")
    return int(raw), after
