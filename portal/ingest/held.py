"""What waits for a person: list, show, release, refuse. A decision is bound to the digests of what was reviewed.

A released record is published from what was kept when it was held: the mapped record, the stages and their bytes, judged
once more with the release. Nothing is fetched, and nothing is published that the reviewer did not see.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.curation import merge_curated
from portal.catalogue.publication import digest_data, digest_page
from portal.gate import Admitted, Reason, Release, declare, screen
from portal.ingest.assembling import assemble, labels_of
from portal.ingest.errors import CannotReview, HeldUnknown
from portal.ingest.harvest import Harvest, utc_now
from portal.ingest.judging import Judged, is_fetching_useless, judge_publication
from portal.ingest.known import look_up, release_of
from portal.ingest.listing import absence_digest, withdraw_absent
from portal.ingest.models import HeldRecord, SourceRecord
from portal.ingest.offline import offline_harvest
from portal.ingest.sealing import Withheld, open_withheld
from portal.ingest.settling import publish_judged, store_blobs
from portal.ingest.sources import get_source
from portal.ingest.staging import reason_from_json
from portal.ingest.workshop import Workshop
from portal.storage import BlobNotFound, Quarantine, QuarantineError
from portal.storage.workdirs import work_dir


@dataclass(frozen=True, slots=True)
class HeldView:
    """One thing that waits, or waited. `tables`: (slug, rows, columns) of what a release would publish."""

    id: str
    source_name: str
    record_id: str
    kind: str
    title: str
    state: str
    reasons: tuple[Reason, ...]
    data_digest: str
    page_digest: str
    held_at: datetime
    run_id: str
    reviewer: str
    review_reason: str
    reviewed_at: datetime | None
    tables: tuple[tuple[str, int | None, tuple[str, ...]], ...]
    missing: tuple[str, ...]


def list_held(
    session: Session, *, source_name: str | None = None, state: str | None = "waiting", limit: int = 500
) -> tuple[HeldView, ...]:
    """The oldest first."""
    query = select(HeldRecord).order_by(HeldRecord.held_at, HeldRecord.id).limit(limit)
    if source_name:
        query = query.where(HeldRecord.source_name == source_name)
    if state:
        query = query.where(HeldRecord.state == state)
    return tuple(_view(held) for held in session.scalars(query))


def get_held(session: Session, held_id: str) -> HeldView:
    """Raises HeldUnknown."""
    return _view(_get(session, held_id))


def refuse_held(session: Session, held_id: str, reviewer: str, reason: str, now: datetime) -> None:
    """Decide that this shall not be published; the same digests are refused from now on. Raises CannotReview."""
    _decide(waiting(session, held_id), "refused", reviewer, reason, now)
    session.flush()


def release_held(
    workshop: Workshop, held_id: str, reviewer: str, reason: str, *, now: Callable[[], datetime] = utc_now
) -> tuple[str, int] | None:
    """Publish what was held: (dataset id, version); None for missing records, whose datasets are withdrawn.

    Raises CannotReview when the decision cannot be carried out; then nothing has changed.
    """
    with workshop.database.reading() as session:
        held = waiting(session, held_id)
        kind = held.kind
        _check_words(reviewer, reason)
    if kind == "absence":
        with workshop.database.transaction() as session:
            _release_absence(session, waiting(session, held_id), reviewer, reason, now())
        workshop.jobs.wake("outbox")
        return None
    with work_dir(workshop.work_dir) as path:
        published = _release_record(workshop, held_id, reviewer, reason, path, now=now)
    workshop.jobs.wake("index")
    return published


def _release_record(
    workshop: Workshop, held_id: str, reviewer: str, reason: str, path: Path, *, now: Callable[[], datetime]
) -> tuple[str, int]:
    with workshop.database.reading() as session:
        sealed = str(waiting(session, held_id).staged["sha256"])
    kept = open_held(workshop.quarantine, path, sealed)
    with workshop.database.reading() as session:
        held = waiting(session, held_id)
        if held.staged["sha256"] != sealed:
            raise CannotReview("Something newer was judged for this record just now; look at it again.")
        source = get_source(session, held.source_name)
        harvest = offline_harvest(workshop, source, held.run_id, path, now)
        release = replace(release_of(held), reviewer=reviewer.strip(), reason=reason.strip())
        judged = _judged(session, harvest, held, release, kept)
    admitted = judged.verdict
    if not isinstance(admitted, Admitted):
        codes = ", ".join(dict.fromkeys(r.code for r in admitted.reasons if r.severity in {"hold", "refuse"}))
        raise CannotReview(f"A release cannot lift: {codes}. Such a reason goes away when its cause does.")
    store_blobs(workshop.store, path, judged.staged, workshop.quarantine)
    with workshop.database.transaction() as session:
        _decide(waiting(session, held_id), "released", reviewer, reason, now())
        session.flush()
        settled = publish_judged(session, harvest, judged, admitted)
    store_blobs(workshop.store, path, judged.staged, workshop.quarantine)
    return settled.dataset_id or "", settled.version or 0


def open_held(quarantine: Quarantine, path: Path, sealed: str) -> Withheld:
    """What was kept of a held record. Raises CannotReview."""
    try:
        return open_withheld(quarantine, path, sealed)
    except (BlobNotFound, QuarantineError) as error:
        raise CannotReview(
            "What was held is no longer in the quarantine, which keeps it for 90 days; run the harvest again."
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise CannotReview("This was held by another version of the portal; run the harvest again.") from error


def _judged(session: Session, harvest: Harvest, held: HeldRecord, release: Release, kept: Withheld) -> Judged:
    """The held record judged once more, from what was kept, with the release."""
    last = session.get(SourceRecord, (held.source_name, held.record_id))
    if last is None or last.rules_digest != harvest.rules_digest:
        raise CannotReview(
            "The mapping, the gate or the limits changed since this was held; run the harvest again and review its result."
        )
    record, staged = kept.record, kept.staged
    declaration = declare(harvest.mapping, labels_of(record))
    if is_fetching_useless(screen(declaration)) or not staged:
        raise CannotReview(
            "Nothing was fetched of this record, because of its reasons; "
            "each of them goes away when its cause does (see `portal held show`)."
        )
    provenance = dict(kept.provenance) | {"release_id": held.id}
    source_key = harvest.source_key(record.id)
    publication = assemble(
        source_key, record, declaration, staged, mapping=harvest.mapping, provenance=provenance, rows=harvest.rows
    )
    publication = merge_curated(session, publication)
    if (digest_data(publication.parts), digest_page(publication)) != (held.data_digest, held.page_digest):
        raise CannotReview("The page or its rules changed since this was held; run the harvest again.")
    known = replace(look_up(session, held.source_name, held.record_id), releases=(release,))
    verdict, _ = judge_publication(publication, declaration, staged, known)
    return Judged(
        record,
        declaration,
        kept.raw_sha256,
        kept.data_stamp,
        publication,
        staged,
        verdict,
        known.live,
        reviews=known.reviews | {held.id},
    )


def _release_absence(session: Session, held: HeldRecord, reviewer: str, reason: str, now: datetime) -> None:
    record_ids = tuple(str(record_id) for record_id in held.staged["record_ids"])
    if absence_digest(record_ids) != held.data_digest:
        raise CannotReview("The list of missing records was altered; run the harvest again.")
    _decide(held, "released", reviewer, reason, now)
    for record_id in record_ids:
        withdraw_absent(session, held.source_name, record_id, run_id=held.run_id, now=now)


def _decide(held: HeldRecord, state: str, reviewer: str, reason: str, now: datetime) -> None:
    _check_words(reviewer, reason)
    held.state, held.reviewer, held.review_reason, held.reviewed_at = state, reviewer.strip(), reason.strip(), now


def _check_words(reviewer: str, reason: str) -> None:
    if not reviewer.strip() or not reason.strip():
        raise CannotReview("A decision carries the reviewer's name and a reason.")
    if len(reviewer) > 200 or len(reason) > 5_000:
        raise CannotReview("The reviewer's name has at most 200 characters, the reason 5,000.")


def _get(session: Session, held_id: str) -> HeldRecord:
    held = session.get(HeldRecord, held_id)
    if held is None:
        raise HeldUnknown(f"There is no held record {held_id!r}; see `portal held list`.")
    return held


def waiting(session: Session, held_id: str) -> HeldRecord:
    """The held record, as long as it waits. Raises HeldUnknown, CannotReview."""
    held = _get(session, held_id)
    if held.state == "superseded":
        raise CannotReview("Something newer was judged for this record since; see `portal held list`.")
    if held.state != "waiting":
        raise CannotReview(f"This was {held.state} by {held.reviewer} already.")
    return held


def _view(held: HeldRecord) -> HeldView:
    return HeldView(
        id=held.id,
        source_name=held.source_name,
        record_id=held.record_id,
        kind=held.kind,
        title=held.title,
        state=held.state,
        reasons=tuple(reason_from_json(reason) for reason in held.reasons),
        data_digest=held.data_digest,
        page_digest=held.page_digest,
        held_at=held.held_at,
        run_id=held.run_id,
        reviewer=held.reviewer,
        review_reason=held.review_reason,
        reviewed_at=held.reviewed_at,
        tables=tuple((slug, rows, tuple(columns)) for slug, rows, columns in held.staged.get("tables", ())),
        missing=tuple(held.staged.get("record_ids", ())),
    )
