"""A live version read back as a publication, so that it can be published again with fewer rows.

What is read back is proven: its data digest is that of the stored version, or it is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.catalogue.counts import find_share, move_share
from portal.catalogue.errors import DigestMismatch, VerdictMismatch
from portal.catalogue.models import Dataset, DatasetTheme, Publisher
from portal.catalogue.publication import Publication, PublishedPart, PublisherRecord, digest_data, digest_page
from portal.catalogue.publishing import write_version
from portal.catalogue.reading import read_wordings
from portal.catalogue.serialised import load_row_ends, load_rules, load_text
from portal.catalogue.versions import Verdict, Version, VersionPart
from portal.catalogue.withdrawal import redact_versions
from portal.db import table_of
from portal.db.locks import lock
from portal.gate import Admitted
from portal.kernel.columns import TableSchema
from portal.kernel.text import Language, Text
from portal.kernel.vocab import DataClass, DatasetState, Openness, PartKind, UpdateCycle
from portal.tables.profiles import profile_from_json
from portal.tables.serial import schema_from_json

ROWS_REDACTED = "rows_redacted"


@dataclass(frozen=True, slots=True)
class OlderTable:
    """A table of a kept version before the current one."""

    number: int
    blob_key: str | None
    schema: TableSchema
    rows_end_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """The current version as a publication. `notes`: (code, subject) of what its verdict admitted knowingly."""

    dataset_id: str
    number: int
    publication: Publication
    rows_end_at: datetime | None
    is_asked: bool
    notes: frozenset[tuple[str, str]]
    older: tuple[OlderTable, ...]


def find_live_version(session: Session, dataset_id: str) -> LiveVersion | None:
    """What is public of a dataset, in eight statements; None when nothing is. Raises DigestMismatch."""
    row = session.execute(
        select(
            *Dataset.__table__.columns,
            Publisher.source_name.label("publisher_source_name"),
            Publisher.names.label("publisher_names"),
            Publisher.descriptions.label("publisher_descriptions"),
            Version.number,
            Version.data_digest,
            Version.data_modified_at,
            Version.provenance,
            Version.rows_end_at,
            Version.verdict_id,
        )
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.id == dataset_id, Dataset.state == DatasetState.PUBLISHED)
    ).one_or_none()
    if row is None:
        return None
    publication = _publication(session, row)
    if digest_data(publication.parts) != row.data_digest:
        raise DigestMismatch(f"{row.source_key}: what is stored of version {row.number} is not what was judged.")
    reasons = session.scalar(select(Verdict.reasons).where(Verdict.id == row.verdict_id)) or []
    return LiveVersion(
        dataset_id,
        row.number,
        publication,
        row.rows_end_at,
        row.cut_asked_at is not None,
        frozenset((str(r["code"]), str(r["subject"])) for r in reasons if r["severity"] == "note"),
        _older_tables(session, dataset_id, row.number),
    )


def publish_cut(
    session: Session,
    live: LiveVersion,
    admitted: Admitted | None,
    publication: Publication,
    verdict_id: str,
    *,
    redact: Sequence[int],
    actor: str,
    now: datetime,
) -> bool:
    """Put the cut version in the place of the live one, and take back the kept versions named; False when something newer
    was published since. `admitted` None: the live version itself needs no cut.

    Raises DigestMismatch and VerdictMismatch, as `publish_dataset`.
    """
    lock(session, f"record {publication.source_key}")
    lock(session, f"dataset {live.dataset_id}")
    current = session.execute(
        select(Dataset.current_version, Dataset.state, Dataset.rows_withdrawn).where(Dataset.id == live.dataset_id)
    ).one()
    known = max((part.rows_withdrawn for part in publication.parts), default=0)
    if (current.current_version, current.state) != (live.number, DatasetState.PUBLISHED):
        return False
    if current.rows_withdrawn > known and any(part.kind is PartKind.TABLE for part in publication.parts):
        return False
    changes: dict[str, Any] = {"cut_asked_at": None, "revision": Dataset.revision + 1}
    before = find_share(session, live.dataset_id)
    if admitted is not None:
        digests = digest_data(publication.parts), digest_page(publication)
        if (admitted.data_digest, admitted.page_digest) != digests:
            raise DigestMismatch(f"{publication.source_key}: the gate admitted something else than this cut.")
        verdict = session.execute(
            select(Verdict.source_key, Verdict.outcome, Verdict.data_digest, Verdict.page_digest).where(
                Verdict.id == verdict_id
            )
        ).one_or_none()
        if verdict is None or tuple(verdict) != (publication.source_key, "admitted", *digests):
            raise VerdictMismatch(f"The verdict {verdict_id} does not admit this cut of {publication.source_key}.")
        number = live.number + 1
        write_version(session, live.dataset_id, number, publication, digests=digests, verdict_id=verdict_id, now=now)
        changes |= {"current_version": number, "modified_at": now}
    session.execute(update(Dataset).where(Dataset.id == live.dataset_id).values(**changes))
    session.flush()
    redact_versions(session, live.dataset_id, sorted(set(redact)), reason=ROWS_REDACTED, actor=actor, now=now)
    move_share(session, before, find_share(session, live.dataset_id))
    return True


def _publication(session: Session, row: Any) -> Publication:
    texts = read_wordings(session, (row.id,), ("title", "description", "keywords")).get(row.id, {})
    keywords = texts.get("keywords", Text())
    themes = session.scalars(select(DatasetTheme.theme_slug).where(DatasetTheme.dataset_id == row.id))
    parts = session.execute(
        select(*table_of(VersionPart).c)
        .where(VersionPart.dataset_id == row.id, VersionPart.version_number == row.number)
        .order_by(VersionPart.position)
    )
    return Publication(
        source_key=row.source_key,
        publisher=PublisherRecord(
            row.publisher_source_name, load_text(row.publisher_names), load_text(row.publisher_descriptions)
        ),
        title=texts.get("title", Text()),
        description=texts.get("description", Text()),
        keywords={x: tuple(w.value.splitlines()) for x in Language if (w := keywords.wording(x))},
        openness=Openness(row.openness),
        owner=row.owner,
        approver=row.approver,
        basis=row.basis,
        data_class=row.data_class,
        grade=DataClass(row.grade),
        themes=tuple(sorted(themes)),
        resource_code=row.resource_code,
        open_condition=row.open_condition,
        update_cycle=UpdateCycle(row.update_cycle),
        licence=row.licence,
        data_modified_at=row.data_modified_at,
        particulars=row.particulars,
        provenance={key: value for key, value in row.provenance.items() if key != "verdict_id"},
        parts=tuple(_part(part, row.rows_end_at) for part in parts),
    )


def _part(row: Any, rows_end_at: datetime | None) -> PublishedPart:
    return PublishedPart(
        slug=row.slug,
        kind=PartKind(row.kind),
        name=load_text(row.names),
        format=row.format,
        media_type=row.media_type,
        url=row.url,
        languages=tuple(row.languages),
        rules=load_rules(row.schema["rules"]) if row.schema else (),
        schema=schema_from_json(row.schema) if row.schema else None,
        preview=tuple(tuple(cells) for cells in row.preview or ()),
        row_count=row.row_count,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        blob_key=row.blob_key,
        original_blob_key=row.original_blob_key,
        original_format=row.original_format,
        original_sha256=row.original_sha256,
        original_size_bytes=row.original_size_bytes,
        quality=row.quality,
        particulars=row.particulars,
        profile=profile_from_json(row.profile),
        row_ends=load_row_ends(row.row_ends),
        rows_end_at=rows_end_at if row.row_ends else None,
    )


def _older_tables(session: Session, dataset_id: str, current: int) -> tuple[OlderTable, ...]:
    rows = session.execute(
        select(VersionPart.version_number, VersionPart.blob_key, VersionPart.schema, Version.rows_end_at)
        .join(Version, (Version.dataset_id == VersionPart.dataset_id) & (Version.number == VersionPart.version_number))
        .where(VersionPart.dataset_id == dataset_id, VersionPart.version_number < current)
        .where(VersionPart.schema.is_not(None), Version.redacted_at.is_(None))
        .order_by(VersionPart.version_number, VersionPart.position)
    )
    return tuple(
        OlderTable(number, blob_key, schema_from_json(schema), rows_end_at)
        for number, blob_key, schema, rows_end_at in rows
        if schema
    )
