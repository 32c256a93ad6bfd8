"""The one door to publishing: an `Admitted` value, the publication it admits, and the stored verdict of both digests.

Statements that every publication needs are built once: building one costs five times what running it costs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.counts import Share, find_share, move_share, told_rows
from portal.catalogue.curation import add_wordings, store_wordings
from portal.catalogue.errors import DigestMismatch, Incomplete, StaysWithdrawn, VerdictMismatch
from portal.catalogue.models import Dataset, DatasetTheme
from portal.catalogue.naming import free_name
from portal.catalogue.publication import (
    Publication,
    PublishedPart,
    digest_data,
    digest_page,
    rows_end_at,
    withdrawals_known,
)
from portal.catalogue.publishers import ensure_publisher
from portal.catalogue.serialised import dump_row_ends, dump_schema, dump_text
from portal.catalogue.themes import SLUGS, ensure_themes
from portal.catalogue.versions import Verdict, Version, VersionPart
from portal.db import table_of
from portal.db.locks import lock
from portal.gate import Admitted
from portal.gate import Verdict as GateVerdict
from portal.kernel.ids import new_id
from portal.kernel.masking import masked
from portal.kernel.vocab import DatasetState, PartKind
from portal.tables.profiles import profile_to_json

_DATASET, _VERSION, _THEMES = table_of(Dataset).c, table_of(Version).c, table_of(DatasetTheme).c
_VERDICT = table_of(Verdict).c
_ADD_VERDICT = insert(table_of(Verdict))
_GET_VERDICT = select(_VERDICT.source_key, _VERDICT.outcome, _VERDICT.data_digest, _VERDICT.page_digest).where(
    _VERDICT.id == bindparam("verdict")
)
_FIND_ID = select(_DATASET.id).where(_DATASET.source_key == bindparam("key"))
_FIND = (
    select(
        _DATASET.id,
        _DATASET.stays_withdrawn,
        _DATASET.rows_withdrawn,
        _DATASET.issued_at,
        _DATASET.publisher_id,
        _DATASET.openness,
        _VERSION.number,
        _VERSION.data_digest,
        _VERSION.page_digest,
        _VERSION.table_count,
        _VERSION.row_count,
        ((_DATASET.state == DatasetState.PUBLISHED) & _VERSION.redacted_at.is_(None)).label("is_live"),
        (_DATASET.current_version == _VERSION.number).label("is_current"),
    )
    .select_from(table_of(Dataset).outerjoin(table_of(Version), _VERSION.dataset_id == _DATASET.id))
    .where(_DATASET.id == bindparam("dataset"))
    .order_by(_VERSION.number.desc())
    .limit(1)
)
_FIND_THEMES = select(_THEMES.theme_slug).where(_THEMES.dataset_id == bindparam("dataset"))
_ADD_DATASET = insert(table_of(Dataset))
_CHANGE_DATASET = (
    update(table_of(Dataset)).where(_DATASET.id == bindparam("dataset")).values(revision=_DATASET.revision + 1)
)
_ADD_VERSION = insert(table_of(Version))
_ADD_PARTS = insert(table_of(VersionPart))


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `is_new` False: the current version already had both digests, so nothing changed."""

    dataset_id: str
    version: int
    is_new: bool


def record_verdict(session: Session, source_key: str, verdict: GateVerdict, gate_version: str, now: datetime) -> str:
    """Keep what the gate answered, for good; the id of the row."""
    release = getattr(verdict, "release", None)
    row_id = new_id()
    session.execute(
        _ADD_VERDICT,
        {
            "id": row_id,
            "source_key": source_key,
            "data_digest": verdict.data_digest,
            "page_digest": verdict.page_digest,
            "outcome": verdict.outcome,
            "reasons": [
                {"code": r.code, "severity": r.severity, "subject": masked(r.subject), "count": r.count}
                for r in verdict.reasons
            ],
            "gate_version": gate_version,
            "release_id": release.id if release else None,
            "judged_at": now,
        },
    )
    return row_id


def publish_dataset(
    session: Session, admitted: Admitted, publication: Publication, verdict_id: str, now: datetime
) -> Published:
    """Make the publication the current version of its dataset, or do nothing when it already is.

    A change of data or page makes a new version; one of the page alone shares the blobs of the version before. Raises
    DigestMismatch, VerdictMismatch, Incomplete, StaysWithdrawn, CurationChanged; the caller's transaction then rolls back.
    """
    digests = digest_data(publication.parts), digest_page(publication)
    _check(session, admitted, publication, verdict_id, digests)
    lock(session, f"record {publication.source_key}")
    found = _find(session, publication.source_key)
    if found is not None and found.stays_withdrawn:
        raise StaysWithdrawn(f"{publication.source_key} was withdrawn by a person, who alone can lift that.")
    is_same = found is not None and (found.data_digest, found.page_digest) == digests
    if is_same and found.is_live and found.openness == publication.openness:
        store_wordings(session, found.id, publication)  # what the source says under a curator's text may be new
        return Published(found.id, found.number, is_new=False)
    dataset_id = found.id if found else new_id()
    number = (found.number or 0) + 1 if found else 1
    present = frozenset(session.scalars(_FIND_THEMES, {"dataset": dataset_id})) if found else frozenset()
    before = _share_of(session, found, present) if found else None
    publisher_id = _write_dataset(
        session, found, dataset_id, publication, number=number, now=now, data_digest=digests[0]
    )
    themes = _store_themes(session, dataset_id, publication.themes, present)
    write_version(session, dataset_id, number, publication, digests=digests, verdict_id=verdict_id, now=now)
    rows = told_rows(publication.openness, _row_count(publication.parts))
    after = Share(publisher_id, themes, _table_count(publication.parts), rows)
    move_share(session, before, after)
    return Published(dataset_id, number, is_new=True)


def _check(
    session: Session, admitted: Admitted, publication: Publication, verdict_id: str, digests: tuple[str, str]
) -> None:
    if not isinstance(admitted, Admitted) or (admitted.data_digest, admitted.page_digest) != digests:
        raise DigestMismatch(
            f"{publication.source_key}: the gate admitted something else; judge this publication first."
        )
    stored = session.execute(_GET_VERDICT, {"verdict": verdict_id}).one_or_none()
    if stored is None or tuple(stored) != (publication.source_key, "admitted", *digests):
        raise VerdictMismatch(f"The verdict {verdict_id} does not admit this publication of {publication.source_key}.")
    named = (publication.owner, publication.approver, publication.basis, publication.data_class, publication.grade)
    if not all(value.strip() for value in named):
        raise Incomplete(
            f"{publication.source_key}: a published dataset names owner, approver, basis, class and grade."
        )


def _find(session: Session, source_key: str) -> Any:
    """The dataset of a record with its newest version's number and digests; `is_live`: it is shown right now."""
    dataset_id = session.scalar(_FIND_ID, {"key": source_key})
    if dataset_id is None:
        return None
    lock(session, f"dataset {dataset_id}")  # a withdrawal may hold it; what is read from here on is settled
    return session.execute(_FIND, {"dataset": dataset_id}).one()


def _share_of(session: Session, found: Any, themes: frozenset[str]) -> Share | None:
    """What the dataset adds to the numbers until now."""
    if found.is_live and found.is_current:
        return Share(found.publisher_id, themes, found.table_count, told_rows(found.openness, found.row_count))
    return find_share(session, found.id)


def _write_dataset(
    session: Session,
    found: Any,
    dataset_id: str,
    publication: Publication,
    *,
    number: int,
    now: datetime,
    data_digest: str,
) -> str:
    """Insert or update the dataset's row and its texts; the id of its department."""
    values = {
        "publisher_id": ensure_publisher(session, publication.publisher),
        "resource_code": publication.resource_code,
        "particulars": dict(publication.particulars),
        "state": DatasetState.PUBLISHED,
        "openness": publication.openness,
        "open_condition": publication.open_condition,
        "update_cycle": publication.update_cycle,
        "licence": publication.licence,
        "owner": publication.owner,
        "approver": publication.approver,
        "basis": publication.basis,
        "data_class": publication.data_class,
        "grade": publication.grade,
        "current_version": number,
        "withdrawn_at": None,
        "withdrawn_reason": "",
        "cut_asked_at": _cut_asked_at(found, publication, now),
        "stamped_at": now,
    }
    modified_at = publication.data_modified_at or now
    if found is None:
        values |= {"id": dataset_id, "source_key": publication.source_key, "created_at": now}
        values |= {"issued_at": now, "modified_at": modified_at}
        values["name"] = free_name(session, publication, dataset_id)
        session.execute(_ADD_DATASET, values)
        add_wordings(session, dataset_id, publication)
        return str(values["publisher_id"])
    if found.issued_at is None:
        values["issued_at"] = now
        values["name"] = free_name(session, publication, dataset_id)
    if not found.is_live or found.data_digest != data_digest:
        values["modified_at"] = modified_at
    session.execute(_CHANGE_DATASET, {**values, "dataset": dataset_id})
    store_wordings(session, dataset_id, publication)
    return str(values["publisher_id"])


def _cut_asked_at(found: Any, publication: Publication, now: datetime) -> datetime | None:
    """Now, where rows were withdrawn that this publication was made without knowing of: it is shown when it is cut."""
    known = withdrawals_known(publication.parts)
    return now if found is not None and known is not None and known < found.rows_withdrawn else None


def write_version(
    session: Session,
    dataset_id: str,
    number: int,
    publication: Publication,
    *,
    digests: tuple[str, str],
    verdict_id: str,
    now: datetime,
) -> None:
    """The rows of one version: it and its parts."""
    values = {
        "dataset_id": dataset_id,
        "number": number,
        "data_digest": digests[0],
        "page_digest": digests[1],
        "verdict_id": verdict_id,
        "openness": publication.openness,
        "provenance": {**publication.provenance, "verdict_id": verdict_id},
        "row_count": _row_count(publication.parts),
        "table_count": _table_count(publication.parts),
        "rows_end_at": rows_end_at(publication.parts),
        "published_at": now,
        "data_modified_at": publication.data_modified_at,
    }
    session.execute(_ADD_VERSION, values)
    parts = [_part_values(dataset_id, number, i, part) for i, part in enumerate(publication.parts)]
    if parts:  # a page without data is held by the gate, and published where a person released it
        session.execute(_ADD_PARTS, parts)


def _store_themes(
    session: Session, dataset_id: str, themes: tuple[str, ...], present: frozenset[str]
) -> frozenset[str]:
    """Make the known ones of `themes` the dataset's themes, which are `present` now; which they are."""
    wanted = frozenset(themes) & SLUGS
    if present - wanted:
        gone = _THEMES.theme_slug.in_(present - wanted)
        session.execute(delete(table_of(DatasetTheme)).where(_THEMES.dataset_id == dataset_id, gone))
    if wanted - present:
        ensure_themes(session)
        values = [{"dataset_id": dataset_id, "theme_slug": slug} for slug in sorted(wanted - present)]
        session.execute(insert(table_of(DatasetTheme)), values)
    return wanted


def _table_count(parts: tuple[PublishedPart, ...]) -> int:
    return sum(part.kind is PartKind.TABLE for part in parts)


def _row_count(parts: tuple[PublishedPart, ...]) -> int | None:
    counts = [part.row_count for part in parts if part.row_count is not None]
    return sum(counts) if counts else None


def _part_values(dataset_id: str, number: int, position: int, part: PublishedPart) -> dict[str, object]:
    return {
        "dataset_id": dataset_id,
        "version_number": number,
        "slug": part.slug,
        "position": position,
        "kind": part.kind,
        "names": dump_text(part.name),
        "format": part.format,
        "media_type": part.media_type,
        "url": part.url,
        "languages": list(part.languages),
        "schema": dump_schema(part.schema, part.rules) if part.schema else None,
        "preview": [list(row) for row in part.preview],
        "row_count": part.row_count,
        "size_bytes": part.size_bytes,
        "sha256": part.sha256,
        "blob_key": part.blob_key,
        "original_blob_key": part.original_blob_key,
        "original_format": part.original_format,
        "original_sha256": part.original_sha256,
        "original_size_bytes": part.original_size_bytes,
        "quality": dict(part.quality),
        "particulars": dict(part.particulars),
        "profile": profile_to_json(part.profile) if part.profile else None,
        "row_ends": dump_row_ends(part.row_ends),
    }
