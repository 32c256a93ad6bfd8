"""The small picture of a layer that its dataset's page shows."""

from flask import Blueprint, Response, request

from portal.catalogue import queries
from portal.exports.outlines import draw_outline
from portal.http.conditional import conditional, content_etag
from portal.http.context import parts, principal, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.kernel.errors import NotFound
from portal.tables.geometry import geometry_columns
from portal.web.addresses import LANG

_DRAWN_AS = "1"


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/dataset/<ref>/outline/<slug>.svg", view_func=show_outline)


@policy(permission="read_data", budget="pages")
def show_outline(ref: str, slug: str) -> Response:
    """A layer as a picture, drawn anew unless the client has it. Raises NotFound, Gone."""
    table = queries.open_version(session(), principal(), parse_ref(ref), slug, parts().store)
    if not geometry_columns(table.schema.columns):
        raise NotFound("This table has no geometry, so there is no picture of it.")
    etag = content_etag(table.digest, _DRAWN_AS)
    is_known = request.if_none_match.contains(etag)
    return conditional(Response("" if is_known else draw_outline(table), mimetype="image/svg+xml"), etag=etag)
