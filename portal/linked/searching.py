"""`/<language>/opensearch.xml`: how to ask this site, for browsers and search tools; and what they show while one types."""

import orjson
from flask import Blueprint, Response, request

from portal.catalogue import queries
from portal.exports.metadata.opensearch import MEDIA_TYPE, SUGGESTIONS_TYPE, describe_search, suggest
from portal.http.conditional import conditional
from portal.http.context import language, parts, session
from portal.http.policy import policy
from portal.kernel.principal import ANONYMOUS
from portal.linked.answering import this_site

_MOST_TYPED = 100
_SUGGESTIONS = 8


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/<any(zh, en):lang>/opensearch.xml", view_func=show_search)
    blueprint.add_url_rule("/<any(zh, en):lang>/opensearch/suggestions.json", view_func=suggest_titles)


@policy(permission="none", budget="pages")
def show_search(lang: str) -> Response:
    """The description in the language of its address."""
    return conditional(Response(describe_search(this_site(), language()), content_type=f"{MEDIA_TYPE}; charset=utf-8"))


@policy(permission="read_catalogue", budget="pages")
def suggest_titles(lang: str) -> Response:
    """Titles that go with what was typed so far."""
    typed = request.args.get("q", "")[:_MOST_TYPED].strip()
    ids = parts().search.suggest(typed, _SUGGESTIONS) if typed else ()
    cards = queries.list_cards(session(), ANONYMOUS, ids)
    told = suggest(typed, [(card.id, card.title) for card in cards], this_site(), language())
    return conditional(Response(orjson.dumps(told), content_type=SUGGESTIONS_TYPE))
