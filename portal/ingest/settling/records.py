"""Publish, or keep for a person: one record's end, in a transaction of its own. Blobs first, then the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.commands import publish_dataset, record_verdict, withdraw_dataset
from portal.catalogue.errors import DigestMismatch, StaysWithdrawn
from portal.db import Database, table_of
from portal.gate import GATE_VERSION, Admitted, Held, Reason, Refused
from portal.ingest.comparing.judging import Judged, is_closed
from portal.ingest.comparing.known import REVIEWS_KEPT_IN_MIND
from portal.ingest.errors import Overtaken
from portal.ingest.fetching.bases import due_of, forget_replaced
from portal.ingest.harvest import Harvest
from portal.ingest.listings.label_sets import NOT_SIGNED
from portal.ingest.models import HarvestRecord, HeldRecord, SourceRecord
from portal.ingest.preparing.assembling import content_key, original_key
from portal.ingest.record_json import record_to_json
from portal.ingest.runs.bookkeeping import of_run
from portal.ingest.settling.closing import CLOSED, close_columns, restrict_if_decided
from portal.ingest.settling.identity import identity_of
from portal.ingest.settling.sealing import keep_withheld, tables_of, withheld_title
from portal.ingest.staging import StagedPart, reason_to_json, staged_without_rows
from portal.ingest.texts import title_of
from portal.kernel.digests import file_digest, value_digest
from portal.kernel.masking import masked
from portal.kernel.vocab import HarvestAction
from portal.storage import BlobStore, Quarantine

_HELD, _LAST = table_of(HeldRecord).c, table_of(SourceRecord).c
_FIND_HELD = (  # what waits, and what persons decided last
    select(_HELD.id, _HELD.state)
    .where(
        _HELD.source_name == bindparam("source"),
        _HELD.record_id == bindparam("record"),
        _HELD.kind == "record",
        _HELD.state.in_(("waiting", "released", "refused")),
    )
    .order_by(_HELD.reviewed_at.desc().nulls_first(), _HELD.id)
    .limit(REVIEWS_KEPT_IN_MIND)
)
_CHANGE_HELD = update(table_of(HeldRecord)).where(_HELD.id == bindparam("held"), _HELD.state == "waiting")
_ADD_LINE = insert(table_of(HarvestRecord))
_ADD_LAST = insert(table_of(SourceRecord))
_IS_CHANGED = (_LAST.raw_sha256 != bindparam("new_raw")) | (_LAST.data_stamp != bindparam("new_stamp"))
_CHANGE_LAST = (
    update(table_of(SourceRecord))
    .where(_LAST.source_name == bindparam("source"), _LAST.record_id == bindparam("record"))
    .values(changed_run_id=case((_IS_CHANGED, bindparam("new_run")), else_=_LAST.changed_run_id))
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one record, and why."""

    record_id: str
    title: str
    action: HarvestAction
    reasons: tuple[Reason, ...] = ()
    dataset_id: str | None = None
    version: int | None = None
    note: str = ""


def fingerprint(raw_sha256: str, data_stamp: str, rules_digest: str) -> str:
    """What must be the same for a record to count as unchanged."""
    return value_digest([raw_sha256, data_stamp, rules_digest])


def settle(database: Database, harvest: Harvest, judged: Judged) -> Settled:
    """Write what the verdict asks for. Raises CurationChanged: merge the curator's text and judge again."""
    settled = _settled(database, harvest, judged)
    forget_replaced(harvest, judged.staged)
    return settled


def _settled(database: Database, harvest: Harvest, judged: Judged) -> Settled:
    if isinstance(judged.verdict, Admitted):
        return _settle_admitted(database, harvest, judged, judged.verdict)
    sealed = keep_withheld(harvest.quarantine, harvest.work_dir, judged) if harvest.quarantine else ""
    with of_run(database, harvest.run_id) as session:
        return _settle_withheld(session, harvest, judged, judged.verdict, sealed)


def store_blobs(
    store: BlobStore, work_dir: Path, staged: Sequence[StagedPart], quarantine: Quarantine | None = None
) -> None:
    """Put what will be published under its hash; what is there already is not sent again.

    Bytes that are not in the work directory come out of the quarantine. Raises DigestMismatch, BlobNotFound.
    """
    for part in staged:
        for key, sha256 in ((content_key(part), part.sha256), (original_key(part), part.original_sha256)):
            if key is None or sha256 is None or store.exists(key):
                continue
            path = work_dir / sha256
            if not path.is_file() and quarantine:
                quarantine.restore(sha256, path)
            if file_digest(path) != sha256:
                raise DigestMismatch(f"The bytes of part {part.slug} are not those that were judged.")
            store.put_file(key, path)


def _settle_admitted(database: Database, harvest: Harvest, judged: Judged, admitted: Admitted) -> Settled:
    store_blobs(harvest.store, harvest.work_dir, judged.staged, harvest.quarantine)
    try:
        with of_run(database, harvest.run_id) as session:
            settled = publish_judged(session, harvest, judged, admitted)
    except StaysWithdrawn:
        with of_run(database, harvest.run_id) as session:
            reasons = (Reason("withdrawn_by_person", "refuse"), *admitted.reasons)
            settled = Settled(judged.record.id, title_of(judged.record), HarvestAction.REFUSE, reasons)
            note(session, harvest, judged, settled, verdict_id=None, detail={"raw_sha256": judged.raw_sha256})
        return settled
    store_blobs(harvest.store, harvest.work_dir, judged.staged, harvest.quarantine)  # a purge may have come between
    return settled


def settle_decided(
    database: Database, harvest: Harvest, judged: Judged, quarantine: Quarantine, decide: Callable[[Session], None]
) -> Settled:
    """The same after a person's decision, when no run is open. `decide` writes it, in the same transaction."""
    verdict = judged.verdict
    if isinstance(verdict, Admitted):
        store_blobs(harvest.store, harvest.work_dir, judged.staged, quarantine)
        with database.transaction() as session:
            decide(session)
            settled = publish_judged(session, harvest, judged, verdict)
        store_blobs(harvest.store, harvest.work_dir, judged.staged, quarantine)
        return settled
    sealed = keep_withheld(quarantine, harvest.work_dir, judged)
    with database.transaction() as session:
        decide(session)
        return _settle_withheld(session, harvest, judged, verdict, sealed)


def publish_judged(session: Session, harvest: Harvest, judged: Judged, admitted: Admitted) -> Settled:
    """Verdict, version, bookkeeping: all rows of one publication. The blobs are in the store already."""
    now = harvest.now()
    verdict_id = record_verdict(session, judged.publication.source_key, admitted, GATE_VERSION, now)
    published = publish_dataset(session, admitted, judged.publication, verdict_id, now)
    if published.version > 1:
        close_columns(session, harvest, published.dataset_id, judged.declaration, judged.staged)
    action = HarvestAction.CREATE
    if judged.live is not None:
        action = HarvestAction.UPDATE if published.is_new else HarvestAction.UNCHANGED
    settled = Settled(
        judged.record.id,
        title_of(judged.record),
        action,
        admitted.reasons,
        published.dataset_id,
        published.version,
    )
    supersede(session, harvest, judged, now)
    note(session, harvest, judged, settled, verdict_id=verdict_id, detail={"mapped": record_to_json(judged.record)})
    return settled


def _settle_withheld(
    session: Session, harvest: Harvest, judged: Judged, verdict: Held | Refused, sealed: str
) -> Settled:
    now, source_key = harvest.now(), judged.publication.source_key
    verdict_id = record_verdict(session, source_key, verdict, GATE_VERSION, now)
    action = HarvestAction.HOLD if isinstance(verdict, Held) else HarvestAction.REFUSE
    dataset_id = judged.live.dataset_id if judged.live else None
    if isinstance(verdict, Held):
        _hold(session, harvest, judged, verdict, verdict_id=verdict_id, sealed=sealed)
    else:
        supersede(session, harvest, judged, now)
    if judged.live and (is_closed(verdict) or judged.leak):
        reason = CLOSED if is_closed(verdict) else judged.leak
        withdraw_dataset(session, judged.live.dataset_id, reason, f"source:{harvest.source.name}", now, stays=False)
        action = HarvestAction.WITHDRAW
    elif judged.live:
        restrict_if_decided(session, harvest, judged.live.dataset_id, judged.declaration)
        close_columns(session, harvest, judged.live.dataset_id, judged.declaration)
    settled = Settled(judged.record.id, withheld_title(judged), action, verdict.reasons, dataset_id)
    note(session, harvest, judged, settled, verdict_id=verdict_id, detail={"sealed_sha256": sealed})
    return settled


def _hold(session: Session, harvest: Harvest, judged: Judged, verdict: Held, *, verdict_id: str, sealed: str) -> None:
    """Let the record wait, once for the same digests; an older wait for other digests is over."""
    record_id, now = judged.record.id, harvest.now()
    same = session.scalars(
        select(HeldRecord)
        .where(
            HeldRecord.source_name == harvest.source.name,
            HeldRecord.record_id == record_id,
            HeldRecord.state == "waiting",
            HeldRecord.data_digest == verdict.data_digest,
            HeldRecord.page_digest == verdict.page_digest,
        )
        .with_for_update()  # or a release could be told reasons that its reviewer never saw
    ).first()
    supersede(session, harvest, judged, now, but=same.id if same else "")
    held = same or HeldRecord(source_name=harvest.source.name, record_id=record_id, held_at=now)
    held.run_id, held.title = harvest.run_id, withheld_title(judged)
    held.data_digest, held.page_digest = verdict.data_digest, verdict.page_digest
    held.verdict_id = verdict_id
    held.reasons = [reason_to_json(reason) for reason in verdict.reasons]
    held.staged = {"sha256": sealed, "tables": tables_of(judged.staged)}
    session.add(held)
    session.flush()


def supersede(session: Session, harvest: Harvest, judged: Judged, now: datetime, *, but: str = "") -> None:
    """What waited for this record waits no longer: something newer was judged.

    Raises Overtaken when a person decided about the record since its judgement began.
    """
    of_record = {"source": harvest.source.name, "record": judged.record.id}
    found = session.execute(_FIND_HELD, of_record).all()
    if not judged.reviews.issuperset(row.id for row in found if row.state != "waiting"):
        raise Overtaken(f"A person decided about {judged.publication.source_key} while it was judged.")
    for row in found:
        if row.state == "waiting" and row.id != but:
            values = {"held": row.id, "state": "superseded", "reviewed_at": now}
            if session.connection().execute(_CHANGE_HELD, values).rowcount == 0:
                raise Overtaken(f"A person decided about {judged.publication.source_key} just now.")


def note(
    session: Session,
    harvest: Harvest,
    judged: Judged,
    settled: Settled,
    *,
    verdict_id: str | None,
    detail: Mapping[str, Any],
) -> None:
    """The append-only line of this run, and the last known state that the next run compares with.

    `detail`: what the record was mapped to where that is public, else the hash of what the quarantine keeps of it.
    """
    now, rules_digest = harvest.now(), harvest.rules_digest
    session.execute(
        _ADD_LINE,
        {
            "run_id": harvest.run_id,
            "record_id": settled.record_id,
            "action": settled.action,
            "raw_sha256": judged.raw_sha256,
            "verdict_id": verdict_id,
            "dataset_id": settled.dataset_id,
            "version_number": settled.version,
            "reasons": [reason_to_json(reason) for reason in settled.reasons],
            "detail": {"title": settled.title, **detail},
            "recorded_at": now,
        },
    )
    last = {
        "fingerprint": fingerprint(judged.raw_sha256, judged.data_stamp, rules_digest),
        "rules_digest": rules_digest,
        "raw_sha256": judged.raw_sha256,
        "data_stamp": judged.data_stamp,
        "parts": [staged_without_rows(part) for part in judged.staged],
        "action": settled.action,
        "seen_run_id": harvest.run_id,
        "is_missing": False,
        "settled_at": now,
        **due_of(judged.record, judged.staged),
        **identity_of(judged.record),
    }
    if any(reason.code == NOT_SIGNED for reason in settled.reasons):
        last["fingerprint"] = ""  # the record's turn comes when its source is held no longer, changed or not
    if settled.dataset_id:
        last["dataset_id"] = settled.dataset_id
    record = {"source": harvest.source.name, "record": settled.record_id}
    new = {"new_raw": judged.raw_sha256, "new_stamp": judged.data_stamp, "new_run": harvest.run_id}
    if session.connection().execute(_CHANGE_LAST, last | record | new).rowcount == 0:
        first = {"source_name": harvest.source.name, "record_id": settled.record_id, "first_run_id": harvest.run_id}
        session.execute(_ADD_LAST, last | first)


def note_skipped(
    session: Session, harvest: Harvest, settled: Settled, *, raw_sha256: str = "", is_seen: bool = True
) -> None:
    """A record that could not be read: noted, and looked at again by the next run. What is published stays.

    `is_seen`: the record is in the list, so it is not absent.
    """
    now = harvest.now()
    session.execute(
        insert(HarvestRecord).values(
            run_id=harvest.run_id,
            record_id=settled.record_id[:340],
            action=settled.action,
            raw_sha256=raw_sha256,
            reasons=[reason_to_json(reason) for reason in settled.reasons],
            detail={"title": masked(settled.title), "note": masked(settled.note)},
            recorded_at=now,
        )
    )
    if not settled.record_id or not is_seen:
        return
    row = session.get(SourceRecord, (harvest.source.name, settled.record_id))
    if row is None:
        row = SourceRecord(source_name=harvest.source.name, record_id=settled.record_id, settled_at=now, raw_sha256="")
        row.action, row.first_run_id = settled.action, harvest.run_id
        session.add(row)
    row.fingerprint, row.seen_run_id, row.is_missing = "", harvest.run_id, False
    session.flush()
