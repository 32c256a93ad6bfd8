"""What is known of a record before this run looks at it: its last state, what is live, what a reviewer decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset
from portal.catalogue.versions import Version, VersionPart
from portal.gate import Release
from portal.ingest.drift import LivePart
from portal.ingest.models import HeldRecord, SourceRecord
from portal.ingest.staging import StagedPart, staged_from_json
from portal.kernel.vocab import DatasetState, PartKind

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Glance:
    """What decides whether a record needs a second look."""

    fingerprint: str
    seen_run_id: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Live:
    """The published version of a dataset, and the digests that it was admitted with."""

    dataset_id: str
    version: int
    data_digest: str
    page_digest: str
    parts: tuple[LivePart, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything known about one record. `staged`: source's part key → what was made of it, while `data_stamp` lasts;
    without previews, which the database keeps for what is live alone."""

    data_stamp: str = ""
    rules_digest: str = ""
    raw_sha256: str = ""
    dataset_id: str | None = None
    staged: Mapping[str, tuple[StagedPart, ...]] | None = None
    live: Live | None = None
    releases: tuple[Release, ...] = ()
    refused_digests: frozenset[str] = frozenset()


def glance(session: Session, source_name: str, record_ids: Sequence[str]) -> dict[str, Glance]:
    """The last state of many records in one statement; records never seen are absent."""
    rows = session.execute(
        select(
            SourceRecord.record_id, SourceRecord.fingerprint, SourceRecord.seen_run_id, SourceRecord.is_missing
        ).where(SourceRecord.source_name == source_name, SourceRecord.record_id.in_(record_ids))
    )
    return {row.record_id: Glance(row.fingerprint, row.seen_run_id, row.is_missing) for row in rows}


def look_up(session: Session, source_name: str, record_id: str) -> Known:
    """Everything that the steps want to know about one record; a constant number of statements."""
    source_key = f"{source_name}:{record_id}"
    last = session.get(SourceRecord, (source_name, record_id))
    reviews = session.scalars(
        select(HeldRecord)
        .where(
            HeldRecord.source_name == source_name,
            HeldRecord.record_id == record_id,
            HeldRecord.kind == "record",
            HeldRecord.state.in_(("released", "refused")),
        )
        .order_by(HeldRecord.reviewed_at.desc())
        .limit(50)
    ).all()
    return Known(
        data_stamp=last.data_stamp if last else "",
        rules_digest=last.rules_digest if last else "",
        raw_sha256=last.raw_sha256 if last else "",
        dataset_id=last.dataset_id if last else None,
        staged=_staged(last.parts) if last else None,
        live=find_live(session, source_key),
        releases=tuple(release_of(held) for held in reviews if held.state == "released"),
        refused_digests=frozenset(held.data_digest + held.page_digest for held in reviews if held.state == "refused"),
    )


def find_live(session: Session, source_key: str) -> Live | None:
    """The published version of a record's dataset, None while nothing of it is public."""
    row = session.execute(
        select(Dataset.id, Version.number, Version.data_digest, Version.page_digest)
        .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.source_key == source_key, Dataset.state == DatasetState.PUBLISHED)
    ).one_or_none()
    if row is None:
        return None
    parts = session.execute(
        select(
            VersionPart.slug,
            VersionPart.kind,
            VersionPart.row_count,
            VersionPart.schema,
            VersionPart.sha256,
            VersionPart.preview,
        )
        .where(VersionPart.dataset_id == row.id, VersionPart.version_number == row.number)
        .order_by(VersionPart.position)
    )
    return Live(row.id, row.number, row.data_digest, row.page_digest, tuple(_live_part(part) for part in parts))


def release_of(held: HeldRecord) -> Release:
    """A reviewer's decision as the gate reads it: bound to the digests, and to the reasons that the reviewer saw."""
    return Release(
        id=held.id,
        reviewer=held.reviewer,
        reason=held.review_reason,
        data_digest=held.data_digest,
        page_digest=held.page_digest,
        codes=frozenset(str(reason["code"]) for reason in held.reasons),
    )


def _live_part(row: Row[Any]) -> LivePart:
    columns = tuple((str(c["name"]), str(c["type"])) for c in row.schema["columns"]) if row.schema else ()
    preview = tuple(tuple(cells) for cells in row.preview or ())
    return LivePart(row.slug, PartKind(row.kind), row.row_count, columns, row.sha256, preview)


def _staged(parts: list[Any]) -> dict[str, tuple[StagedPart, ...]] | None:
    """Parts by the source's key; None when a program of another time wrote them, so that they are made anew."""
    found: dict[str, tuple[StagedPart, ...]] = {}
    try:
        for value in parts:
            part = staged_from_json(value)
            found[part.part_key] = (*found.get(part.part_key, ()), part)
    except (KeyError, TypeError, ValueError) as error:
        _log.warning("staged_parts_unreadable", error=type(error).__name__)
        return None
    return found or None
