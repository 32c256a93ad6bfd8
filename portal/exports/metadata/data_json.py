"""`data.json` as DCAT-US 1.1 has it (Project Open Data, the schema for those who are no federal agency)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from portal.catalogue.views import DatasetView
from portal.exports.metadata.offers import Offer, is_for_all, list_offers
from portal.exports.metadata.site import Site, web_address
from portal.kernel.text import Language, Text
from portal.kernel.vocab import PartKind, UpdateCycle

Members = dict[str, Any]

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
_MOST_RIGHTS = 255
_CYCLES: Mapping[UpdateCycle, str] = MappingProxyType(  # ISO 8601 repeating durations
    {
        UpdateCycle.REALTIME: "R/PT1S",
        UpdateCycle.DAILY: "R/P1D",
        UpdateCycle.WEEKLY: "R/P1W",
        UpdateCycle.MONTHLY: "R/P1M",
        UpdateCycle.QUARTERLY: "R/P3M",
        UpdateCycle.HALF_YEARLY: "R/P6M",
        UpdateCycle.YEARLY: "R/P1Y",
        UpdateCycle.IRREGULAR: "irregular",
    }
)


def describe_head(site: Site) -> Members:
    """Everything of the document but its datasets."""
    return {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": f"{site.base}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
    }


def describe_entry(view: DatasetView, site: Site) -> Members:
    """One dataset. Its texts are Chinese where there is Chinese; both languages' keywords stand side by side."""
    card = view.card
    title = _shown(card.title) or card.id
    publisher = _shown(card.publisher_name) or card.publisher_slug
    themes = [_shown(theme.name) or theme.slug for theme in view.themes]
    keywords = list(dict.fromkeys(word for words in view.keywords.values() for word in words))
    members: Members = {
        "@type": "dcat:Dataset",
        "identifier": site.resource(card.id),
        "title": title,
        "description": _shown(card.description) or title,
        "keyword": keywords or themes or [publisher],
        "modified": _day_of(view),
        "issued": view.issued_at.date().isoformat(),
        "publisher": {"@type": "org:Organization", "name": publisher},
        "contactPoint": _contact(site),
        "accessLevel": "public" if is_for_all(view) else "restricted public",
        "license": web_address(view.licence) or site.terms(Language.ZH),
        "landingPage": site.page(Language.ZH, card.id),
        "language": [_TAGS[language] for language in card.languages],
        "distribution": [_distribution(offer) for offer in list_offers(view, site) if offer.download],
    }
    if not is_for_all(view):
        members["rights"] = (view.open_condition or f"Open on application: {members['landingPage']}")[:_MOST_RIGHTS]
    if themes:
        members["theme"] = themes
    if view.card.update_cycle in _CYCLES:
        members["accrualPeriodicity"] = _CYCLES[view.card.update_cycle]
    return {name: value for name, value in members.items() if value != []}


_TAGS: Mapping[Language, str] = MappingProxyType({Language.ZH: "zh-CN", Language.EN: "en"})


def _distribution(offer: Offer) -> Members:
    address = {"accessURL": offer.download}
    if offer.part.kind is not PartKind.LINK:
        address = {"downloadURL": offer.download, "mediaType": offer.media_type}
    members: Members = {"@type": "dcat:Distribution", **address}
    if title := _shown(offer.part.name):
        members["title"] = title
    if offer.format:
        members["format"] = offer.format.upper()
    return members


def _contact(site: Site) -> Members:
    members: Members = {"@type": "vcard:Contact", "fn": _shown(site.name)}
    if site.contact_mail:
        members["hasEmail"] = f"mailto:{site.contact_mail}"
    return members


def _day_of(view: DatasetView) -> str:
    return (view.version.data_modified_at or view.card.modified_at).date().isoformat()


def _shown(text: Text) -> str:
    return text.shown(Language.ZH).value
