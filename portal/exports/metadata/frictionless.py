"""Data packages (https://specs.frictionlessdata.io/data-package/): a descriptor for each dataset, a catalogue of them.

Tables are resources with their CSV file and its schema; `frictionless.Package(address)` reads rows from it.
"""

from collections.abc import Mapping
from typing import Any

from portal.catalogue.views import DatasetView
from portal.exports.metadata.offers import Offer, is_for_all, list_offers, pinned_ref, table_offer
from portal.exports.metadata.site import Site, web_address
from portal.kernel.columns import Column, TableSchema
from portal.kernel.text import Language, Text
from portal.kernel.vocab import ColumnType, PartKind

Members = dict[str, Any]

_TYPES: Mapping[ColumnType, Members] = {
    ColumnType.TEXT: {"type": "string"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.DATE: {"type": "date"},
    ColumnType.DATETIME: {"type": "datetime", "format": "any"},  # a column may have fractions of seconds, or none
    ColumnType.GEOMETRY: {"type": "string"},
}


def describe_package(view: DatasetView, site: Site) -> Members:
    """The descriptor of one dataset. Titles and descriptions are Chinese where there is Chinese, both under `i18n`.

    `resources` stands there even where there is nothing to fetch: tools refuse a descriptor without it.
    """
    card = view.card
    ref = card.id if view.is_current else pinned_ref(view)
    members: Members = {
        "profile": "data-package",
        "name": card.id,
        "id": site.resource(ref),
        "title": _shown(card.title) or card.id,
        "description": _shown(card.description),
        "homepage": site.page(Language.ZH, ref),
        "version": f"{view.version.number}.0.0",
        "created": view.version.published_at.isoformat().replace("+00:00", "Z"),
        "keywords": list(dict.fromkeys(word for words in view.keywords.values() for word in words)),
        "licenses": [_licence(view, site)],
        "contributors": [{"title": _shown(card.publisher_name) or card.publisher_slug, "role": "publisher"}],
        "sources": [{"title": _shown(site.name), "path": site.page(Language.ZH, ref)}],
        "resources": list_resources(view, site),
        "i18n": {x.value: _in(card.title, card.description, x) for x in card.title.languages},
    }
    return {name: value for name, value in members.items() if value not in ("", [], {}) or name == "resources"}


def describe_member(view: DatasetView, site: Site) -> Members:
    """One dataset as a catalogue of packages lists it, its descriptor inside: the tool reads every one of them at once."""
    package = describe_package(view, site)
    return {"name": view.card.id, "title": package["title"], "package": package}


def list_resources(view: DatasetView, site: Site) -> list[Members]:
    """What can be fetched: tables as CSV, files as they are. Links lead out of our hands and are left out."""
    found = [
        _table(table_offer(view, part, "csv", site), part.schema)
        for part in view.parts
        if is_for_all(view) and part.kind is PartKind.TABLE and part.schema is not None
    ]
    return found + [_file(offer) for offer in list_offers(view, site) if _is_file(offer)]


def describe_schema(schema: TableSchema) -> Members:
    """A table schema: names, types, titles and descriptions of the columns."""
    return {"fields": [_field(column) for column in schema.columns], "missingValues": [""]}


def _is_file(offer: Offer) -> bool:
    return offer.part.kind is PartKind.FILE and bool(offer.download)


def _table(offer: Offer, schema: TableSchema) -> Members:
    return _known(offer) | {
        "profile": "tabular-data-resource",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": describe_schema(schema),
    }


def _file(offer: Offer) -> Members:
    return _known(offer) | {"format": offer.format}


def _known(offer: Offer) -> Members:
    members: Members = {
        "name": offer.part.slug.lower(),
        "title": _shown(offer.part.name),
        "path": offer.download,
        "mediatype": offer.media_type,
    }
    if offer.size_bytes is not None:
        members["bytes"] = offer.size_bytes
    if offer.sha256:
        members["hash"] = f"sha256:{offer.sha256}"
    return members


def _field(column: Column) -> Members:
    members: Members = {"name": column.name, **_TYPES[column.type]}
    for name, text in (("title", column.title), ("description", column.description)):
        if shown := _shown(text):
            members[name] = shown
    return members


def _licence(view: DatasetView, site: Site) -> Members:
    if not view.licence:
        return {"title": "Terms of use", "path": site.terms(Language.EN)}
    address = web_address(view.licence)
    return {"path": address} if address else {"title": view.licence, "path": site.terms(Language.EN)}


def _in(title: Text, description: Text, language: Language) -> Members:
    found = {"title": title.wording(language), "description": description.wording(language)}
    return {name: wording.value for name, wording in found.items() if wording}


def _shown(text: Text) -> str:
    return text.shown(Language.ZH).value
