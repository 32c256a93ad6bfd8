"""`/<language>/opensearch.xml`: how to ask this site, for browsers and search tools."""

from flask import Blueprint, Response

from portal.exports.metadata.opensearch import MEDIA_TYPE, describe_search
from portal.http.conditional import conditional
from portal.http.context import language
from portal.http.policy import policy
from portal.linked.answering import this_site


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/<any(zh, en):lang>/opensearch.xml", view_func=show_search)


@policy(permission="none", budget="pages")
def show_search(lang: str) -> Response:
    """The description in the language of its address."""
    return conditional(Response(describe_search(this_site(), language()), content_type=f"{MEDIA_TYPE}; charset=utf-8"))
