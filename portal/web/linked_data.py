"""What search engines read: schema.org `Dataset` and `DataCatalog` as JSON-LD, safe inside a script element."""

import json
from typing import Any

from markupsafe import Markup

from portal.catalogue.views import DatasetView, PartView
from portal.kernel.text import Language
from portal.kernel.vocab import PartKind
from portal.settings import Settings

_MOST_KEYWORDS = 20


def describe_catalogue(language: Language, settings: Settings) -> Markup:
    """The site as a `DataCatalog` with its search."""
    home = f"{settings.base_url.rstrip('/')}/{language.value}/"
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "DataCatalog",
            "name": settings.site_name_zh if language is Language.ZH else settings.site_name_en,
            "url": home,
            "inLanguage": language.value,
            "potentialAction": {
                "@type": "SearchAction",
                "target": f"{home}search?q={{query}}",
                "query-input": "required name=query",
            },
        }
    )


def describe_dataset(dataset: DatasetView, language: Language, settings: Settings) -> Markup:
    """One dataset with its distributions."""
    card, base = dataset.card, settings.base_url.rstrip("/")
    description = card.description.shown(language).value or card.title.shown(language).value
    members: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{base}/{language.value}/dataset/{card.id}",
        "url": f"{base}/{language.value}/dataset/{card.id}",
        "identifier": card.id,
        "name": card.title.shown(language).value,
        "description": description[:5000],
        "inLanguage": [tag.value for tag in card.languages],
        "keywords": list(dataset.keywords.get(language, ()))[:_MOST_KEYWORDS],
        "version": f"v{dataset.version.number}",
        "datePublished": dataset.issued_at.isoformat(),
        "dateModified": card.modified_at.isoformat(),
        "isAccessibleForFree": True,
        "license": dataset.licence or f"{base}/{language.value}/terms",
        "creator": {"@type": "GovernmentOrganization", "name": card.publisher_name.shown(language).value},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{base}/{language.value}/"},
        "distribution": [
            entry for part in dataset.parts for entry in _distributions(part, f"{base}/download/{card.id}/{part.slug}")
        ],
    }
    return _script(members)


def _distributions(part: PartView, address: str) -> list[dict[str, Any]]:
    if part.kind is PartKind.LINK:
        return [{"@type": "DataDownload", "contentUrl": part.url, "encodingFormat": part.media_type}]
    if part.kind is PartKind.FILE:
        return [{"@type": "DataDownload", "contentUrl": f"{address}.original", "encodingFormat": part.media_type}]
    formats = (("csv", "text/csv"), ("json", "application/json"), ("parquet", "application/vnd.apache.parquet"))
    return [
        {"@type": "DataDownload", "contentUrl": f"{address}.{name}", "encodingFormat": media} for name, media in formats
    ]


def _script(members: dict[str, Any]) -> Markup:
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - no character that could end the element is left
