"""A dataset's page: what it is, how fresh, its files, a first look at its tables, where it comes from, how to call it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response

from portal.catalogue import queries
from portal.catalogue.views import DatasetView, PartView, VersionView
from portal.exports.metadata.schema_org import describe_dataset
from portal.exports.metadata.site import Site
from portal.exports.offering import offered_formats
from portal.http.context import language, parts, principal, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.rendering import render_page
from portal.http.uses import note_use
from portal.http.wording import HAN
from portal.i18n import later
from portal.kernel.vocab import PartKind
from portal.tables.geometry import geometry_columns
from portal.web.addresses import LANG
from portal.web.code_examples import Example, examples_of
from portal.web.freshness import measure_freshness
from portal.web.linked_data import script_of
from portal.web.quality import Quality, quality_of

_VERSIONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Download:
    """One line of a file list. `size_bytes` None: made when first asked for. `is_job`: made by the worker on request."""

    format: str
    href: str
    size_bytes: int | None
    is_job: bool = False


@dataclass(frozen=True, slots=True)
class PartBlock:
    """A distribution with what its block on the page shows. `rows_lang`: the language tag of its cells, or empty.

    `is_layer`: it has a geometry, of which there is a picture.
    """

    view: PartView
    downloads: tuple[Download, ...]
    rows_lang: str
    quality: Quality
    is_layer: bool = False


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/dataset/<ref>", view_func=show_dataset)


@policy(permission="read_catalogue", budget="pages")
def show_dataset(ref: str) -> Response:
    """The page of a dataset or of one version of it. Raises NotFound, Gone."""
    asked = parse_ref(ref)
    dataset = queries.get_dataset(session(), principal(), asked)
    note_use(dataset.card.id)
    versions = dataset.versions[:_VERSIONS_SHOWN]
    site = Site.of(parts().settings)
    documents = site.documents(str(asked))
    response = render_page(
        "dataset.html",
        {
            "dataset": dataset,
            "card": dataset.card,
            "version": dataset.version,
            "ref": str(asked),
            "pinned": f"{dataset.card.id}@v{dataset.version.number}",
            "blocks": tuple(part_block(dataset, part) for part in dataset.parts),
            "freshness": measure_freshness(dataset.card.update_cycle, last_change(dataset), datetime.now(UTC)),
            "changed_at": last_change(dataset),
            "versions": versions,
            "older": len(dataset.versions) - len(versions),
            "keywords": dataset.keywords.get(language()) or dataset.keywords.get(language().other) or (),
            "steps": provenance_steps(dataset.version),
            "examples": _examples(dataset),
            "linked_data": script_of(describe_dataset(dataset, site, language())),
            "documents": documents,
        },
    )
    for address, kind, _ in documents:
        response.headers.add("Link", f'<{address}>; rel="describedby alternate"; type="{kind}"')
    return response


def _examples(dataset: DatasetView) -> tuple[Example, ...]:
    """How programs ask for the rows of its first table, or for the dataset where it has none."""
    table = next((part for part in dataset.parts if part.schema is not None), None)
    columns = table.schema.columns if table is not None and table.schema is not None else ()
    base = parts().settings.base_url
    return examples_of(base, dataset.card.id, table.slug if table else None, columns)


def last_change(dataset: DatasetView) -> datetime:
    """When the data last changed: as the department says, else when we published it."""
    return dataset.version.data_modified_at or dataset.version.published_at


def part_block(dataset: DatasetView, part: PartView) -> PartBlock:
    """A part, its downloads in the order in which people want them, and the language of its rows."""
    base = f"/download/{dataset.card.id}@v{dataset.version.number}/{part.slug}"
    downloads: list[Download] = []
    if part.kind is PartKind.TABLE and dataset.shows_rows:
        for made in offered_formats(part.schema):
            downloads.append(Download(made.name, f"{base}.{made.name}", _size(part, made.name), made.is_job))
    elif part.kind is PartKind.FILE and dataset.shows_rows:
        downloads.append(Download(part.format, f"{base}.original", part.size_bytes))
    if part.offers_original and part.kind is PartKind.TABLE:
        downloads.append(Download("original", f"{base}.original", part.original_size_bytes))
    is_layer = dataset.shows_rows and part.schema is not None and bool(geometry_columns(part.schema.columns))
    return PartBlock(part, tuple(downloads), rows_lang_of(part.preview), quality_of(part), is_layer)


def rows_lang_of(rows: tuple[tuple[object, ...], ...]) -> str:
    """`zh-CN` when a cell holds Chinese characters; empty otherwise."""
    return "zh-CN" if any(isinstance(cell, str) and HAN.search(cell) for row in rows for cell in row) else ""


def _size(part: PartView, name: str) -> int | None:
    return part.size_bytes if name == "parquet" else part.spooled_sizes.get(name)


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a version's way: a message id, and the detail that proves it."""

    title: str
    icon: str
    detail: str
    at: datetime | None = None
    is_code: bool = False
    is_version: bool = False


def provenance_steps(version: VersionView) -> tuple[Step, ...]:
    """The chain from the exchange record to the download, as far as it was recorded."""
    told = version.provenance

    def word(name: str) -> str:
        value = told.get(name)
        return value if isinstance(value, str) else ""

    fetched = word("fetched_at")
    steps = (
        Step(later("Exchange record"), "link", " · ".join(filter(None, (word("source"), word("record_id"))))),
        Step(later("Fetched"), "download", word("raw_sha256"), _instant(fetched), is_code=True),
        Step(later("Mapping signed"), "check", word("mapping_signed_by")),
        Step(later("Every row scanned"), "search", word("scanner_version"), is_version=True),
        Step(later("Judged by the gate"), "safety", word("gate_version"), is_version=True),
        Step(later("Published"), "layers", version.data_digest, version.published_at, is_code=True),
    )
    return tuple(step for step in steps if step.detail or step.at)


def _instant(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
