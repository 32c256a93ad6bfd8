"""Croissant 1.1 (https://docs.mlcommons.org/croissant/): datasets as machine learning tools load them.

Record sets are read from the Parquet file, which is the published table itself: its digest is always known, and its types
are those of the columns. The CSV stands beside it where it was made already, so that its digest is known too.
"""

from collections.abc import Mapping
from typing import Any

from portal.catalogue.views import DatasetView, PartView
from portal.exports.metadata.offers import PARQUET, Offer, is_for_all, list_offers, pinned_ref
from portal.exports.metadata.schema_org import describe_dataset
from portal.exports.metadata.site import Site, web_address
from portal.kernel.columns import TableSchema
from portal.kernel.text import Language
from portal.kernel.vocab import ColumnType, PartKind

Members = dict[str, Any]

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
_PARQUET_TYPE = "application/x-parquet"  # the name that the standard lists
_TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "sc:Text",
    ColumnType.INTEGER: "sc:Integer",
    ColumnType.NUMBER: "sc:Float",
    ColumnType.BOOLEAN: "sc:Boolean",
    ColumnType.DATE: "sc:Date",
    ColumnType.DATETIME: "sc:DateTime",
    ColumnType.GEOMETRY: "sc:Text",
}
_CONTEXT: Members = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "unArchive": "cr:unArchive",
    "value": "cr:value",
}


def describe_croissant(view: DatasetView, site: Site, language: Language) -> Members:
    """One version of a dataset with its files and record sets; of a conditional dataset without both."""
    told = describe_dataset(view, site, language)
    kept = (
        "@type",
        "name",
        "description",
        "keywords",
        "datePublished",
        "dateModified",
        "creator",
        "inLanguage",
        "conditionsOfAccess",
    )
    offers = [offer for offer in list_offers(view, site) if offer.sha256 and offer.part.kind is not PartKind.LINK]
    return {
        "@context": _CONTEXT,
        **{name: told[name] for name in kept if told.get(name, "") not in ("", [])},
        "license": web_address(view.licence) or view.licence or site.terms(language),
        "creator": told["creator"] | {"@type": "Organization"},  # the standard knows no other kind
        "conformsTo": CONFORMS_TO,
        "url": site.page(language, pinned_ref(view)),
        "version": f"{view.version.number}.0.0",
        "citeAs": f"{told['creator']['name']}: {told['name']}, v{view.version.number}. {site.resource(pinned_ref(view))}",
        "distribution": [_file(offer) for offer in offers],
        "recordSet": [
            _records(part, part.schema)
            for part in view.parts
            if is_for_all(view) and part.kind is PartKind.TABLE and part.schema is not None
        ],
    }


def _file(offer: Offer) -> Members:
    members: Members = {
        "@type": "cr:FileObject",
        "@id": offer.name,
        "name": offer.name,
        "contentUrl": offer.download,
        "encodingFormat": _PARQUET_TYPE if offer.format == PARQUET else offer.media_type,
        "sha256": offer.sha256,
    }
    if offer.size_bytes is not None:
        members["contentSize"] = f"{offer.size_bytes} B"
    return members


def _records(part: PartView, schema: TableSchema) -> Members:
    return {
        "@type": "cr:RecordSet",
        "@id": part.slug,
        "name": part.name.shown(Language.ZH).value or part.slug,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{part.slug}/{column.name}",
                "name": column.name,
                "description": column.description.shown(Language.ZH).value or column.title.shown(Language.ZH).value,
                "dataType": _TYPES[column.type],
                "source": {"fileObject": {"@id": f"{part.slug}.{PARQUET}"}, "extract": {"column": column.name}},
            }
            for column in schema.columns
        ],
    }
