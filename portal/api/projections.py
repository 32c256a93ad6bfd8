"""Views of the catalogue as plain JSON-ready values: the hot path, without marshmallow.

`answers.py` has the contract of the same shapes; a test compares every answer with it. Texts always carry both languages,
where each came from, and which of them are stale.
"""

from collections.abc import Mapping

from portal.api.addresses import Links
from portal.catalogue.views import DatasetCard, DatasetView, PartView, PublisherView, ThemeView, VersionView
from portal.exports.offering import offered_formats
from portal.i18n import explain_action, translate
from portal.kernel.columns import AbsentColumn, Column
from portal.kernel.text import Language, Text
from portal.kernel.vocab import PartKind

Json = dict[str, object]


def words(message: str) -> Json:
    """A sentence of ours in both languages; `message` is a message id."""
    return {language.value: translate(language, message) for language in Language}


def text_json(text: Text) -> Json:
    """`zh` and `en` (null where absent), `origin` of each, `stale`: languages whose translation is older than its source."""
    stale = [language.value for language in text.languages if text.shown(language).is_stale]
    return {
        "zh": text.zh.value if text.zh else None,
        "en": text.en.value if text.en else None,
        "origin": {
            "zh": text.zh.origin.value if text.zh else None,
            "en": text.en.origin.value if text.en else None,
        },
        "stale": stale,
    }


def card_json(card: DatasetCard, links: Links) -> Json:
    """A dataset as lists show it."""
    return {
        "id": card.id,
        "title": text_json(card.title),
        "description": text_json(card.description),
        "publisher": {"slug": card.publisher_slug, "name": text_json(card.publisher_name)},
        "themes": list(card.theme_slugs),
        "openness": card.openness.value,
        "update_cycle": card.update_cycle.value,
        "formats": list(card.formats),
        "languages": [language.value for language in card.languages],
        "modified_at": card.modified_at,
        "current_version": card.current_version,
        "row_count": card.row_count,
        "popularity": card.popularity,
        "links": {
            "self": links.dataset(card.id),
            "page_zh": links.page(Language.ZH, card.id),
            "page_en": links.page(Language.EN, card.id),
        },
    }


def dataset_json(view: DatasetView, links: Links) -> Json:
    """A dataset with one of its versions and that version's parts."""
    ref = f"{view.card.id}@v{view.version.number}"
    return card_json(view.card, links) | {
        "keywords": {language.value: list(view.keywords.get(language, ())) for language in Language},
        "licence": view.licence,
        "open_condition": view.open_condition,
        "shows_rows": view.shows_rows,
        "apply": None if view.shows_rows else f"{links.page(Language.ZH, view.card.id)}/apply",
        "resource_code": view.resource_code,
        "owner": view.owner,
        "approver": view.approver,
        "basis": view.basis,
        "data_class": view.data_class,
        "grade": view.grade,
        "issued_at": view.issued_at,
        "is_current": view.is_current,
        "version": version_json(view.card.id, view.version, links),
        "versions": f"{links.dataset(view.card.id)}/versions",
        "parts": [part_json(ref, part, links, shows_rows=view.shows_rows) for part in view.parts],
    }


def version_json(dataset_id: str, version: VersionView, links: Links) -> Json:
    """One version with its digests and where it came from."""
    return {
        "number": version.number,
        "ref": f"{dataset_id}@v{version.number}",
        "published_at": version.published_at,
        "data_modified_at": version.data_modified_at,
        "redacted_at": version.redacted_at,
        "data_digest": version.data_digest or None,
        "page_digest": version.page_digest,
        "row_count": version.row_count,
        "provenance": dict(version.provenance),
        "links": {"self": links.dataset(f"{dataset_id}@v{version.number}")},
    }


def part_json(ref: str, part: PartView, links: Links, *, shows_rows: bool = True) -> Json:
    """A distribution: a table with its downloads, a file, or a link that we did not check."""
    is_table = part.kind is PartKind.TABLE
    return {
        "slug": part.slug,
        "kind": part.kind.value,
        "name": text_json(part.name),
        "format": part.format,
        "media_type": part.media_type,
        "languages": list(part.languages),
        "row_count": part.row_count,
        "size_bytes": part.size_bytes,
        "sha256": part.sha256,
        "is_checked": part.kind is not PartKind.LINK,
        "url": part.url or None,
        "table": links.table(ref, part.slug) if is_table else None,
        "rows": f"{links.table(ref, part.slug)}/rows" if is_table else None,
        "downloads": _downloads_json(ref, part, links) if shows_rows else [],
        "quality": dict(part.quality),
    }


def _downloads_json(ref: str, part: PartView, links: Links) -> list[Json]:
    offered: list[Json] = []
    if part.kind is PartKind.TABLE:
        sizes: Mapping[str, int | None] = {"parquet": part.size_bytes, **part.spooled_sizes}
        offered = [
            {
                "format": made.name,
                "url": links.download(ref, part.slug, made.name),
                "media_type": made.media_type,
                "size_bytes": sizes.get(made.name),
                "is_job": made.is_job,
            }
            for made in offered_formats(part.schema)
        ]
    if part.offers_original or part.kind is PartKind.FILE:
        offered.append(
            {
                "format": "original",
                "url": links.download(ref, part.slug, "original"),
                "media_type": part.media_type,
                "size_bytes": part.original_size_bytes if part.offers_original else part.size_bytes,
                "is_job": False,
            }
        )
    return offered


def column_json(column: Column, *, shows_rows: bool = True) -> Json:
    """A line of the public data dictionary; without counts for who may not read the rows."""
    return {
        "name": column.name,
        "type": column.type.value,
        "title": text_json(column.title),
        "description": text_json(column.description),
        "source_name": column.source_name,
        "null_count": column.null_count if shows_rows else None,
        "failed_casts": column.failed_casts if shows_rows else None,
        "action": column.action.value,
        "parameter": column.parameter,
        "treatment": {lang.value: explain_action(lang, column.action, column.parameter) for lang in Language},
    }


def absent_json(absent: AbsentColumn, reasons: Mapping[Language, str]) -> Json:
    """A column that is not public, and why, in both languages."""
    return {"name": absent.name, "code": absent.reason, "reason": {lang.value: reasons[lang] for lang in Language}}


def publisher_json(publisher: PublisherView, links: Links) -> Json:
    """A department and how many datasets of it there are."""
    return {
        "slug": publisher.slug,
        "name": text_json(publisher.name),
        "description": text_json(publisher.description),
        "dataset_count": publisher.dataset_count,
        "links": {"self": links.publisher(publisher.slug)},
    }


def theme_json(theme: ThemeView, links: Links) -> Json:
    """A theme and how many datasets it has."""
    return {
        "slug": theme.slug,
        "name": text_json(theme.name),
        "dataset_count": theme.dataset_count,
        "links": {"self": links.theme(theme.slug)},
    }
