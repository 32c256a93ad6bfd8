"""A mapped record and its staged parts become a publication: what the public would see, to the letter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harvesters.records import DatasetRecord, LinkPart, Part
from portal.catalogue.publication import NAME_WITHHELD, Publication, PublishedPart, PublisherRecord
from portal.gate import ColumnLabels, DeclaredLabels, ValueMapping
from portal.ingest.row_keeping import RowKeeping
from portal.ingest.staging import StagedPart
from portal.ingest.texts import described, instant, keywords_of, text_of
from portal.kernel.columns import TableSchema
from portal.kernel.declaration import Declaration
from portal.kernel.text import Language, Text, Wording
from portal.kernel.vocab import DataClass, Openness, PartKind
from portal.storage import blob_key

TABLE_FORMAT = "table"


def labels_of(record: DatasetRecord) -> DeclaredLabels:
    """What the department declared, in the source's words."""
    return DeclaredLabels(
        open_label=record.open_label,
        open_condition=record.open_condition,
        share_label=record.share_label,
        secret_label=record.secret_label,
        grade_label=record.grade_label,
        class_label=record.class_label,
        level_label=record.level_label,
        owner=record.owner,
        approver=record.approver,
        basis=record.basis,
        publisher=publisher_of(record).source_name,
        columns=tuple(
            ColumnLabels(
                name=field.name,
                title=field.title,
                type_label=field.type_label,
                open_label=field.open_label,
                share_label=field.share_label,
                secret_label=field.secret_label,
            )
            for field in record.fields
        ),
    )


def publisher_of(record: DatasetRecord) -> PublisherRecord:
    """The department; the source's own spelling identifies it."""
    name = text_of(record.publisher_names)
    spelling = record.publisher_code or (name.zh or name.en or Wording("")).value
    return PublisherRecord(source_name=spelling, name=name)


def assemble(
    source_key: str,
    record: DatasetRecord,
    declaration: Declaration,
    staged: Sequence[StagedPart],
    *,
    mapping: ValueMapping,
    provenance: Mapping[str, Any],
    rows: RowKeeping,
) -> Publication:
    """The publication of these parts, without withheld tables. Blank declarations stay blank: the gate holds them."""
    withheld = _withheld_notes(staged, declaration)
    shown = [part for part in staged if not part.is_withheld]
    by_key = {part.key: part for part in record.parts}
    particulars = record.particulars if mapping.has_particulars else {}
    themes = dict.fromkeys(theme for label in record.theme_labels if (theme := mapping.theme(label)))
    return Publication(
        source_key=source_key,
        publisher=publisher_of(record),
        title=text_of(record.titles),
        description=text_of(record.descriptions),
        keywords=keywords_of(record),
        openness=declaration.openness or Openness.CLOSED,
        owner=declaration.owner,
        approver=declaration.approver,
        basis=declaration.basis,
        data_class=declaration.data_class,
        grade=declaration.grade or DataClass.CORE,
        themes=tuple(themes),
        resource_code=record.resource_code,
        open_condition=declaration.open_condition,
        update_cycle=mapping.cycle(record.update_cycle_label),
        licence=mapping.licence(record.licence_label),
        data_modified_at=instant(record.modified),
        parts=tuple(
            _described(
                _published(part, by_key[part.part_key], record, rows, () if number else withheld),
                by_key[part.part_key],
                mapping,
            )
            for number, part in enumerate(shown)
        ),
        provenance=provenance,
        particulars=particulars,
    )


def content_key(part: StagedPart) -> str | None:
    """Where the published bytes of a part lie in the store; None for links."""
    if part.sha256 is None:
        return None
    if part.kind is PartKind.TABLE:
        return blob_key("tables", part.sha256, "parquet")
    return blob_key("files", part.sha256, _extension(part.format))


def original_key(part: StagedPart) -> str | None:
    """Where the delivered file lies in the store, when it may be there at all."""
    if not part.may_offer_original or part.original_sha256 is None:
        return None
    return blob_key("files", part.original_sha256, _extension(part.original_format))


def _withheld_notes(staged: Sequence[StagedPart], declaration: Declaration) -> tuple[dict[str, Any], ...]:
    """What the public reads about tables that are not there: their names, unless a secret column is in one."""
    notes: list[dict[str, Any]] = []
    for part in (part for part in staged if part.is_withheld):
        is_secret = declaration.is_secret or any(rule.reason == NAME_WITHHELD for rule in part.rules)
        code = "table_withheld_unnamed" if is_secret else "table_withheld"
        notes.append({"code": code, "subject": "" if is_secret else part.sheet or part.slug, "count": None})
    return tuple(notes)


def _quality(staged: StagedPart, withheld: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
    ended = [{"code": r.code, "subject": "", "count": r.count} for r in staged.row_reasons if r.code == "rows_ended"]
    if not ended and not withheld:
        return staged.quality
    return {**staged.quality, "notes": [*staged.quality.get("notes", ()), *ended, *withheld]}


def _published(
    staged: StagedPart, part: Part, record: DatasetRecord, rows: RowKeeping, withheld: Sequence[dict[str, Any]]
) -> PublishedPart:
    name = _name(staged, part, record)
    if isinstance(part, LinkPart):
        return PublishedPart(
            slug=staged.slug,
            kind=PartKind.LINK,
            name=name,
            format=staged.format,
            url=part.url,
            languages=_languages(part.language_label),
        )
    return PublishedPart(
        slug=staged.slug,
        kind=staged.kind,
        name=name,
        format=staged.format,
        media_type=staged.media_type,
        rules=staged.rules,
        schema=_schema(staged, record),
        preview=staged.preview,
        row_count=staged.row_count,
        size_bytes=staged.size_bytes,
        sha256=staged.sha256,
        blob_key=content_key(staged),
        original_blob_key=original_key(staged),
        original_format=staged.original_format if staged.may_offer_original else None,
        original_sha256=staged.original_sha256 if staged.may_offer_original else None,
        original_size_bytes=staged.original_size_bytes if staged.may_offer_original else None,
        quality=_quality(staged, withheld),
        profile=staged.profile,
        row_ends=staged.row_ends,
        rows_end_at=rows.beginning_of(staged.next_end_on),
        rows_withdrawn=staged.rows_withdrawn,
    )


def _described(published: PublishedPart, part: Part, mapping: ValueMapping) -> PublishedPart:
    """The part with what its source says besides, where the signed mapping lets that be public."""
    said = part.particulars if mapping.has_particulars else {}
    return replace(published, particulars=said) if said else published


def _schema(staged: StagedPart, record: DatasetRecord) -> TableSchema | None:
    """The data dictionary with today's titles: a corrected title needs no new table."""
    if staged.schema is None:
        return None
    return replace(staged.schema, columns=described(staged.schema.columns, record.fields))


def _name(staged: StagedPart, part: Part, record: DatasetRecord) -> Text:
    own = text_of(part.names)
    named = own if own.languages else text_of(record.titles)
    if not staged.sheet:
        return named
    return Text(*(Wording(f"{w.value} – {staged.sheet}", w.origin) if w else None for w in (named.zh, named.en)))


def _languages(label: str) -> tuple[str, ...]:
    """The languages that a link's label names; harvesters have tidied it into BCP 47 tags."""
    tags = [tag.strip() for tag in label.replace(";", ",").split(",")]
    return tuple(dict.fromkeys(tag for tag in tags if tag and tag[:2] in {language.value for language in Language}))


def _extension(format_name: str) -> str:
    plain = "".join(c for c in format_name.lower() if c.isascii() and c.isalnum())
    return plain[:12] or "bin"
