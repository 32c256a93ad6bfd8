"""One dataset in every form: `/dataset/<ref>` is its name, which leads to the page or to the description preferred."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue import queries
from portal.catalogue.packages import find_package_id
from portal.catalogue.views import DatasetView, Ref
from portal.exports.metadata.croissant import describe_croissant
from portal.exports.metadata.dcat_catalogue import SYNTAXES, describe_one, write_graph
from portal.exports.metadata.frictionless import describe_package
from portal.exports.metadata.schema_org import describe_dataset
from portal.http.context import language, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.kernel.errors import NotFound
from portal.kernel.principal import ANONYMOUS
from portal.linked.answering import add_links, described, json_body, see_other, this_site
from portal.linked.negotiating import wanted_extension

_LD_JSON = "application/ld+json"


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/dataset/<ref>", view_func=name_dataset)
    blueprint.add_url_rule("/dataset/<ref>.<any(ttl, rdf, jsonld):extension>", view_func=show_dcat)
    blueprint.add_url_rule("/dataset/<ref>/schema.jsonld", view_func=show_schema_org)
    blueprint.add_url_rule("/dataset/<ref>/croissant.json", view_func=show_croissant)
    blueprint.add_url_rule("/dataset/<ref>/datapackage.json", view_func=show_data_package)


@policy(permission="read_catalogue", budget="catalogue")
def name_dataset(ref: str) -> BaseResponse:
    """The dataset's own name: leads to the page or the description that the caller prefers."""
    named = _ref(ref)
    queries.get_dataset(session(), ANONYMOUS, named)
    extension = wanted_extension()
    return see_other(f"/dataset/{named}.{extension}" if extension else f"/{language().value}/dataset/{named}")


@policy(permission="read_catalogue", budget="catalogue")
def show_dcat(ref: str, extension: str) -> Response:
    """DCAT-AP in one of its syntaxes."""
    view, syntax, site = _view(ref), SYNTAXES[extension], this_site()
    return _linked(
        described(lambda: write_graph(describe_one(view, site), syntax), syntax.content_type, view, site), ref
    )


@policy(permission="read_catalogue", budget="catalogue")
def show_schema_org(ref: str) -> Response:
    """schema.org, in the language that the caller prefers."""
    site = this_site()
    return _spoken(ref, _LD_JSON, lambda view: json_body(describe_dataset(view, site, language())))


@policy(permission="read_catalogue", budget="catalogue")
def show_croissant(ref: str) -> Response:
    """Croissant, in the language that the caller prefers."""
    site = this_site()
    return _spoken(ref, _LD_JSON, lambda view: json_body(describe_croissant(view, site, language())))


@policy(permission="read_catalogue", budget="catalogue")
def show_data_package(ref: str) -> Response:
    """The descriptor of a Frictionless data package."""
    view, site = _view(ref), this_site()
    return _linked(described(lambda: json_body(describe_package(view, site)), "application/json", view, site), ref)


def _spoken(ref: str, content_type: str, make: Callable[[DatasetView], bytes]) -> Response:
    view = _view(ref)
    response = _linked(described(lambda: make(view), content_type, view, this_site()), ref)
    response.vary.add("Accept-Language")
    response.headers["Content-Language"] = language().value
    return response


def _linked(response: Response, ref: str) -> Response:
    """Whoever has one description finds the others, and what they describe."""
    site = this_site()
    add_links(response, [("describes", site.resource(ref), "")])
    others = (one for one in site.documents(ref) if urlsplit(one[0]).path != request.path)
    add_links(response, (("alternate", address, media_type) for address, media_type, _ in others))
    return response


def _view(ref: str) -> DatasetView:
    return queries.get_dataset(session(), ANONYMOUS, _ref(ref))


def _ref(text: str) -> Ref:
    """What an address names: an id, a version, or the name that CKAN's clients make addresses from. Raises NotFound."""
    try:
        return parse_ref(text)
    except NotFound:
        found = find_package_id(session(), ANONYMOUS, text)
        if found is None:
            raise
        return Ref(found)
