"""The one door to publishing: an `Admitted` value, the publication it admits, and the stored verdict of both digests."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.catalogue.curation import store_wordings
from portal.catalogue.errors import DigestMismatch, Incomplete, StaysWithdrawn, VerdictMismatch
from portal.catalogue.models import Dataset, DatasetTheme
from portal.catalogue.publication import Publication, PublishedPart, digest_data, digest_page
from portal.catalogue.publishers import ensure_publisher
from portal.catalogue.serialised import dump_schema, dump_text
from portal.catalogue.themes import SLUGS, ensure_themes
from portal.catalogue.versions import Verdict, Version, VersionPart
from portal.db.locks import lock
from portal.gate import Admitted
from portal.gate import Verdict as GateVerdict
from portal.kernel.ids import new_id
from portal.kernel.vocab import DatasetState, PartKind


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
        insert(Verdict).values(
            id=row_id,
            source_key=source_key,
            data_digest=verdict.data_digest,
            page_digest=verdict.page_digest,
            outcome=verdict.outcome,
            reasons=[
                {"code": r.code, "severity": r.severity, "subject": r.subject, "count": r.count}
                for r in verdict.reasons
            ],
            gate_version=gate_version,
            release_id=release.id if release else None,
            judged_at=now,
        )
    )
    return row_id


def publish_dataset(
    session: Session, admitted: Admitted, publication: Publication, verdict_id: str, now: datetime
) -> Published:
    """Make the publication the current version of its dataset, or do nothing when it already is.

    A change of data or page makes a new version; one of the page alone shares the blobs of the version before. Raises
    DigestMismatch, VerdictMismatch, Incomplete, StaysWithdrawn, CurationChanged; the caller's transaction then rolls back.
    """
    data_digest, page_digest = digest_data(publication.parts), digest_page(publication)
    _check(session, admitted, publication, verdict_id, (data_digest, page_digest))
    lock(session, f"record {publication.source_key}")
    dataset = session.scalar(select(Dataset).where(Dataset.source_key == publication.source_key))
    if dataset is not None:
        lock(session, f"dataset {dataset.id}")
        session.refresh(dataset)  # a withdrawal may have held the lock
    if dataset is not None and dataset.stays_withdrawn:
        raise StaysWithdrawn(f"{publication.source_key} was withdrawn by a person, who alone can lift that.")
    latest = _latest(session, dataset)
    has_new_data = True
    if dataset is not None and dataset.state == DatasetState.PUBLISHED and latest:
        if (latest.data_digest, latest.page_digest) == (data_digest, page_digest):
            return Published(dataset.id, latest.number, is_new=False)
        has_new_data = latest.data_digest != data_digest
    dataset = _write_dataset(session, dataset, publication, now)
    number = latest.number + 1 if latest else 1
    session.execute(
        insert(Version).values(
            dataset_id=dataset.id,
            number=number,
            data_digest=data_digest,
            page_digest=page_digest,
            verdict_id=verdict_id,
            provenance={**publication.provenance, "verdict_id": verdict_id},
            row_count=_row_count(publication.parts),
            table_count=sum(part.kind is PartKind.TABLE for part in publication.parts),
            published_at=now,
            data_modified_at=publication.data_modified_at,
        )
    )
    session.execute(
        insert(VersionPart), [_part_values(dataset.id, number, i, part) for i, part in enumerate(publication.parts)]
    )
    dataset.state, dataset.current_version = DatasetState.PUBLISHED, number
    dataset.issued_at = dataset.issued_at or now
    if has_new_data or dataset.modified_at is None:
        dataset.modified_at = publication.data_modified_at or now
    dataset.withdrawn_at, dataset.withdrawn_reason = None, ""
    dataset.revision = Dataset.revision + 1
    session.flush()
    return Published(dataset.id, number, is_new=True)


def _check(
    session: Session, admitted: Admitted, publication: Publication, verdict_id: str, digests: tuple[str, str]
) -> None:
    if not isinstance(admitted, Admitted) or (admitted.data_digest, admitted.page_digest) != digests:
        raise DigestMismatch(
            f"{publication.source_key}: the gate admitted something else; judge this publication first."
        )
    stored = session.execute(
        select(Verdict.source_key, Verdict.outcome, Verdict.data_digest, Verdict.page_digest).where(
            Verdict.id == verdict_id
        )
    ).one_or_none()
    if stored is None or tuple(stored) != (publication.source_key, "admitted", *digests):
        raise VerdictMismatch(f"The verdict {verdict_id} does not admit this publication of {publication.source_key}.")
    named = (publication.owner, publication.approver, publication.basis, publication.data_class, publication.grade)
    if not all(value.strip() for value in named) or not publication.parts:
        raise Incomplete(
            f"{publication.source_key}: a published dataset names owner, approver, basis, class and grade, and has a part."
        )


def _latest(session: Session, dataset: Dataset | None) -> Version | None:
    if dataset is None:
        return None
    newest = select(func.max(Version.number)).where(Version.dataset_id == dataset.id).scalar_subquery()
    return session.scalar(select(Version).where(Version.dataset_id == dataset.id, Version.number == newest))


def _write_dataset(session: Session, dataset: Dataset | None, publication: Publication, now: datetime) -> Dataset:
    publisher_id = ensure_publisher(session, publication.publisher)
    is_fresh = dataset is None
    if dataset is None:
        dataset = Dataset(id=new_id(), source_key=publication.source_key, created_at=now)
        session.add(dataset)
    dataset.publisher_id = publisher_id
    dataset.resource_code = publication.resource_code
    dataset.openness = publication.openness
    dataset.open_condition = publication.open_condition
    dataset.update_cycle = publication.update_cycle
    dataset.licence = publication.licence
    dataset.owner, dataset.approver = publication.owner, publication.approver
    dataset.basis, dataset.data_class, dataset.grade = publication.basis, publication.data_class, publication.grade
    session.flush()
    store_wordings(session, dataset.id, publication)
    _store_themes(session, dataset.id, publication.themes, is_fresh=is_fresh)
    return dataset


def _store_themes(session: Session, dataset_id: str, themes: tuple[str, ...], *, is_fresh: bool) -> None:
    wanted = {slug for slug in themes if slug in SLUGS}
    if wanted:
        ensure_themes(session)
    rows = () if is_fresh else session.scalars(select(DatasetTheme).where(DatasetTheme.dataset_id == dataset_id))
    present = {row.theme_slug: row for row in rows}
    for slug, row in present.items():
        if slug not in wanted:
            session.delete(row)
    session.add_all(DatasetTheme(dataset_id=dataset_id, theme_slug=slug) for slug in sorted(wanted - present.keys()))
    session.flush()


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
    }
