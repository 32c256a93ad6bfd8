"""What search engines read: schema.org `Dataset` and `DataCatalog`, in the language of the page that it stands on."""

from typing import Any

from portal.catalogue.views import DatasetView
from portal.exports.metadata.offers import Offer, is_for_all, list_offers, pinned_ref
from portal.exports.metadata.site import Site, web_address
from portal.kernel.text import Language
from portal.kernel.vocab import PartKind

CONTEXT = "https://schema.org"
_MOST_KEYWORDS = 20
_MOST_FIELDS = 200
_MOST_TEXT = 5_000  # what search engines take of a description
Members = dict[str, Any]


def describe_catalogue(site: Site, language: Language) -> Members:
    """The site as a `DataCatalog` with its search."""
    home = f"{site.base}/{language.value}/"
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "name": site.name.shown(language).value,
        "url": home,
        "inLanguage": language.value,
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{home}search?q={{query}}",
            "query-input": "required name=query",
        },
    }


def describe_dataset(view: DatasetView, site: Site, language: Language) -> Members:
    """One dataset with its distributions and the columns of its tables."""
    card = view.card
    ref = card.id if view.is_current else pinned_ref(view)
    title = card.title.shown(language).value or card.id
    members: Members = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": site.resource(ref),
        "url": site.page(language, ref),
        "identifier": ref,
        "name": title,
        "description": (card.description.shown(language).value or title)[:_MOST_TEXT],
        "inLanguage": [tag.value for tag in card.languages],
        "keywords": list(view.keywords.get(language, ()))[:_MOST_KEYWORDS],
        "version": f"v{view.version.number}",
        "datePublished": view.issued_at.isoformat(),
        "dateModified": card.modified_at.isoformat(),
        "isAccessibleForFree": True,
        "license": _licence(view, site, language),
        "creator": {"@type": "GovernmentOrganization", "name": card.publisher_name.shown(language).value},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{site.base}/{language.value}/"},
        "variableMeasured": _variables(view, language),
        "distribution": [_download(offer) for offer in list_offers(view, site) if offer.download],
    }
    if not is_for_all(view):
        members["conditionsOfAccess"] = view.open_condition or site.page(language, ref)
    return members


def _licence(view: DatasetView, site: Site, language: Language) -> str | Members:
    """Its address; of a licence that has a name alone, the work that it is: a bare name is no value here."""
    if not view.licence or web_address(view.licence):
        return web_address(view.licence) or site.terms(language)
    return {"@type": "CreativeWork", "name": view.licence, "url": site.terms(language)}


def _variables(view: DatasetView, language: Language) -> list[Members]:
    columns = [column for part in view.parts if part.schema for column in part.schema.columns][:_MOST_FIELDS]
    return [
        {"@type": "PropertyValue", "name": column.name}
        | ({"description": told} if (told := column.title.shown(language).value) and told != column.name else {})
        for column in columns
    ]


def _download(offer: Offer) -> Members:
    members: Members = {"@type": "DataDownload", "contentUrl": offer.download}
    if offer.part.kind is not PartKind.LINK:
        members["name"] = offer.name
    if offer.media_type:
        members["encodingFormat"] = offer.media_type
    if offer.size_bytes is not None:
        members["contentSize"] = f"{offer.size_bytes} B"
    if offer.sha256:
        members["sha256"] = offer.sha256
    return members
