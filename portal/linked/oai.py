"""`/oai`: OAI-PMH 2.0, for library and research catalogues. Deletions are told for good; nothing is kept between requests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, request

from portal.catalogue import queries
from portal.catalogue.datestamps import Stamped
from portal.catalogue.views import DatasetView
from portal.exports.metadata import oai
from portal.exports.metadata.oai_requests import (
    Listing,
    OaiError,
    check_prefix,
    read_arguments,
    read_listing,
)
from portal.exports.metadata.site import Site
from portal.http.conditional import conditional, content_etag
from portal.http.context import session
from portal.http.policy import policy
from portal.kernel.principal import ANONYMOUS
from portal.linked.answering import this_site


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/oai", view_func=answer_oai, methods=["GET", "POST"])


@policy(permission="read_catalogue", budget="catalogue")
def answer_oai() -> Response:
    """Answer a verb; the protocol's errors are answers too."""
    site, arguments = this_site(), {}
    try:
        arguments = read_arguments([(name, values) for name, values in request.values.lists()])
        body = _answer(arguments, site)
    except OaiError as error:
        body = oai.element("error", str(error), code=error.code)
        arguments = arguments if error.tells_request else {}
    now = oai.oai_instant(datetime.now(UTC))
    content = oai.write_answer(body, site=site, arguments=arguments, now=now)
    tag = content_etag(content.replace(now.encode(), b"", 1))  # the same answer a second later is the same answer
    return conditional(Response(content, content_type="text/xml; charset=utf-8"), etag=tag)


def _answer(asked: Mapping[str, str], site: Site) -> Element:
    match asked["verb"]:
        case "Identify":
            return oai.identify(site, queries.find_first_stamp(session()) or datetime.now(UTC))
        case "ListMetadataFormats":
            if "identifier" in asked:
                _find(asked["identifier"], site)
            return oai.list_formats()
        case "ListSets":
            return _sets(asked)
        case "GetRecord":
            prefix = check_prefix(asked["metadataPrefix"])
            stamp = _find(asked["identifier"], site)
            (view,) = _views([stamp])
            return oai.element("GetRecord", "", oai.record(stamp, view, prefix, site))
        case verb:
            return _list(verb, read_listing(asked), site)


def _sets(asked: Mapping[str, str]) -> Element:
    if "resumptionToken" in asked:
        raise OaiError("badResumptionToken", "The list of sets is one page.")
    publishers = queries.list_publishers(session(), ANONYMOUS)
    themes = queries.list_themes(session(), ANONYMOUS)
    return oai.list_sets(
        [
            *((f"publisher:{publisher.slug}", publisher.name) for publisher in publishers),
            *((f"theme:{theme.slug}", theme.name) for theme in themes),
        ]
    )


def _list(verb: str, listing: Listing, site: Site) -> Element:
    stamps = queries.list_stamps(
        session(), ANONYMOUS, listing.selection(), after=listing.after, limit=listing.limit + 1
    )
    if not stamps:
        if listing.after is not None:  # what was left went away meanwhile
            raise OaiError("badResumptionToken", "Nothing follows any more.")
        raise OaiError("noRecordsMatch", "No record matches.")
    page, has_more = stamps[: listing.limit], len(stamps) > listing.limit
    views = _views(page)
    if verb == "ListIdentifiers":
        lines = [oai.header(stamp, view, site) for stamp, view in zip(page, views, strict=True)]
    else:
        lines = [oai.record(stamp, view, listing.prefix, site) for stamp, view in zip(page, views, strict=True)]
    if has_more or listing.after is not None:
        token = listing.token(page[-1].at, page[-1].dataset_id, len(page)) if has_more else ""
        lines.append(oai.element("resumptionToken", token, cursor=str(listing.seen)))
    return oai.element(verb, "", *lines)


def _find(identifier: str, site: Site) -> Stamped:
    dataset_id = oai.dataset_of(site, identifier)
    stamp = queries.find_stamp(session(), ANONYMOUS, dataset_id) if dataset_id else None
    if stamp is None:
        raise OaiError("idDoesNotExist", "There is no record of this name.")
    return stamp


def _views(stamps: Sequence[Stamped]) -> list[DatasetView | None]:
    """What is told of each; None of what is gone."""
    ids = [stamp.dataset_id for stamp in stamps if not stamp.is_gone]
    found = {view.card.id: view for view in queries.describe_datasets(session(), ANONYMOUS, ids)}
    return [found.get(stamp.dataset_id) for stamp in stamps]
