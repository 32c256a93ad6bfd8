"""What is to be made public, as one frozen value, and the two digests that a verdict binds it to.

`ingest` builds a `Publication`, digests it, has it judged, and hands it with the gate's `Admitted` to
`commands.publish_dataset`, which digests it again: what is stored is what was judged, to the letter. The data digest
covers content and column rules, the page digest every text and attribute that the public reads; so a corrected title
does not void a reviewer's release of the data. Provenance is neither: it says how the value came about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.kernel.columns import ColumnRule, TableSchema
from portal.kernel.declaration import RowEnds
from portal.kernel.digests import text_digest, value_digest
from portal.kernel.text import Language, Text
from portal.kernel.vocab import DataClass, Openness, PartKind, UpdateCycle
from portal.tables.profiles import TableProfile

EMPTY = Text()
CONTACTS = frozenset(
    {"author", "author_email", "maintainer", "maintainer_email", "extras_maintainer_phone", "extras_contact_email"}
)
"""Particulars that say whom to ask; a signed mapping may permit addresses and numbers of offices there."""
NAME_WITHHELD = "column_secret"
"""The reason for dropping a column under which its very name is withheld."""


@dataclass(frozen=True, slots=True)
class PublisherRecord:
    """The department as the source names it. `source_name` (the source's own spelling) identifies it."""

    source_name: str
    name: Text
    description: Text = EMPTY


@dataclass(frozen=True, slots=True)
class PublishedPart:
    """One distribution, ready to be shown: rows we hold, a file we hold, or a link that nobody checked.

    `sha256`, `size_bytes`, `blob_key`: of the projected Parquet table or the published file; None for links.
    `rules`: the decision about every delivered column. `preview`: up to 20 rows of JSON values in schema order.
    `original_*`: the delivered file, only where every column is published and nothing is hidden in it.
    `slug`: unique in the dataset, lower-case letters, digits and hyphens. `row_ends`: the column that ends rows, and
    `rows_end_at` the instant of the next end. `rows_withdrawn`: how many withdrawals of rows were known when it was made.
    These three and the `profile` follow from the content, so no digest covers them.
    """

    slug: str
    kind: PartKind
    name: Text
    format: str
    media_type: str = "application/octet-stream"
    url: str = ""
    languages: tuple[str, ...] = ()
    rules: tuple[ColumnRule, ...] = ()
    schema: TableSchema | None = None
    preview: tuple[tuple[Any, ...], ...] = ()
    row_count: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    blob_key: str | None = None
    original_blob_key: str | None = None
    original_format: str | None = None
    original_sha256: str | None = None
    original_size_bytes: int | None = None
    quality: Mapping[str, Any] = field(default_factory=dict)
    profile: TableProfile | None = None
    row_ends: RowEnds | None = None
    rows_end_at: datetime | None = None
    rows_withdrawn: int = 0
    particulars: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_digest(self) -> str:
        """The digest that the gate judges: of the published bytes, or of the address where there are none of ours."""
        return self.sha256 or text_digest(self.url)


@dataclass(frozen=True, slots=True)
class Publication:
    """A dataset as the public would see it, with the parts of one version.

    `source_key`: `source:record id`. `pending`: (field, language) → what the source says now under a text that a curator
    owns; it is shown to the curator, never to the public. `particulars`: what the source says besides, under its names;
    parts have their own. `provenance`: source, record_id, run_id, raw_sha256, fetched_at,
    gate_version, scanner_version.
    """

    source_key: str
    publisher: PublisherRecord
    title: Text
    openness: Openness
    owner: str
    approver: str
    basis: str
    data_class: str
    grade: DataClass
    parts: tuple[PublishedPart, ...]
    description: Text = EMPTY
    keywords: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    resource_code: str = ""
    open_condition: str = ""
    update_cycle: UpdateCycle = UpdateCycle.UNKNOWN
    licence: str = ""
    data_modified_at: datetime | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    pending: Mapping[tuple[str, Language], str] = field(default_factory=dict)
    particulars: Mapping[str, str] = field(default_factory=dict)


def rows_end_at(parts: tuple[PublishedPart, ...]) -> datetime | None:
    """When the first row of any part is public no more."""
    return min((part.rows_end_at for part in parts if part.rows_end_at), default=None)


def withdrawals_known(parts: tuple[PublishedPart, ...]) -> int | None:
    """How many withdrawals of rows every table was cut by; None where there is no table."""
    return min((part.rows_withdrawn for part in parts if part.kind is PartKind.TABLE), default=None)


def digest_data(parts: tuple[PublishedPart, ...]) -> str:
    """SHA-256 over what the public can download: content, column rules, types, preview and originals, in part order."""
    return value_digest(
        [
            {
                "slug": part.slug,
                "kind": part.kind,
                "content": part.content_digest,
                "format": part.format,
                "rules": [_told(rule) for rule in part.rules],
                "columns": [[c.name, c.type, c.action, c.parameter] for c in part.schema.columns]
                if part.schema
                else None,
                "preview": value_digest([list(row) for row in part.preview]),
                "row_count": part.row_count,
                "original": part.original_sha256,
            }
            for part in parts
        ]
    )


def _told(rule: ColumnRule) -> list[str]:
    """A rule as the digest covers it. The digest is public, so a name that is withheld is no part of it: whoever guesses
    the name could confirm the guess. What the rule does is covered, and so is every name that the public reads."""
    return ["" if rule.reason == NAME_WITHHELD else rule.name, rule.action, rule.reason, rule.parameter]


def digest_page(publication: Publication) -> str:
    """SHA-256 over every public text and attribute of the page; instants of the data are left out."""
    return value_digest(
        {
            "texts": dict(page_texts(publication)),
            "origins": [_origins(text) for text in (publication.title, publication.description)],
            "themes": sorted(publication.themes),
            "openness": publication.openness,
            "update_cycle": publication.update_cycle,
            "grade": publication.grade,
            "languages": [list(part.languages) for part in publication.parts],
        }
    )


def page_texts(publication: Publication) -> Iterator[tuple[str, str]]:
    """(place, text) of every text that the page would show, each place once: what `inspect.scan_texts` must be given.

    A place reads kind#where: `title#zh`, `keywords#en`, `basis`, `part name#schools.zh`, `column title#schools.3.zh` …
    """
    yield from _bilingual("title", publication.title)
    yield from _bilingual("description", publication.description)
    yield from _bilingual("publisher name", publication.publisher.name)
    yield from _bilingual("publisher description", publication.publisher.description)
    for language, words in sorted(publication.keywords.items()):
        yield f"keywords#{language}", "\n".join(words)
    for place in (
        "source_key",
        "resource_code",
        "open_condition",
        "licence",
        "owner",
        "approver",
        "basis",
        "data_class",
    ):
        if value := getattr(publication, place):
            yield place, value
    yield "publisher source name", publication.publisher.source_name
    for name, said in publication.particulars.items():
        yield f"{'contact' if name in CONTACTS else 'particular'}#{name}", said
    for part in publication.parts:
        yield from _part_texts(part)


def _part_texts(part: PublishedPart) -> Iterator[tuple[str, str]]:
    yield from _bilingual("part name", part.name, f"{part.slug}.")
    # Addresses, labels and tags are the source's words as well: keys of deliveries, formats that nobody knows.
    yield f"part address#{part.slug}", "\n".join((part.slug, part.format, part.original_format or "", *part.languages))
    if part.url:
        yield f"url#{part.slug}", part.url
    if said := "\n".join(_strings(part.quality)):
        yield f"quality#{part.slug}", said
    for name, value in part.particulars.items():
        yield f"particular#{part.slug}.{name}", value
    if part.schema is None:
        return
    for number, column in enumerate(part.schema.columns):
        where = f"{part.slug}.{number}"
        yield f"column name#{where}", column.name
        if column.source_name != column.name:
            yield f"column source name#{where}", column.source_name
        yield from _bilingual("column title", column.title, f"{where}.")
        yield from _bilingual("column description", column.description, f"{where}.")
    for number, absent in enumerate(part.schema.absent):
        yield f"absent column#{part.slug}.{number}", f"{absent.name}\n{absent.reason}"


def _strings(value: object) -> Iterator[str]:
    """Every text inside a JSON value: notes about a file name its sheets and columns, which the public reads too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for _, inner in sorted(value.items()):
            yield from _strings(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _strings(inner)


def _bilingual(place: str, text: Text, where: str = "") -> Iterator[tuple[str, str]]:
    for language in text.languages:
        wording = text.wording(language)
        if wording:
            yield f"{place}#{where}{language}", wording.value


def _origins(text: Text) -> list[list[str | None]]:
    wordings = [text.wording(language) for language in Language]
    return [[w.origin, w.translated_from] if w else [None, None] for w in wordings]
