"""List and select: which entries of a page need a second look, which were seen, and which are gone from the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from harvesters.records import RawRecord, RecordPage
from portal.catalogue.commands import withdraw_dataset
from portal.gate import Reason
from portal.ingest.comparing.known import find_live, glance
from portal.ingest.conducting.conductor import raw_digest
from portal.ingest.harvest import Harvest
from portal.ingest.listings.label_sets import Labels
from portal.ingest.models import HarvestRecord, HeldRecord, SourceRecord
from portal.ingest.settling.records import Settled, fingerprint
from portal.ingest.staging import reason_to_json
from portal.kernel.digests import text_digest
from portal.kernel.vocab import HarvestAction

ABSENT = "absent_from_source"
MISSING_SHARE = 0.20
MISSING_AT_LEAST = 2
_ID_CHARS = 300
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """A page of the listing, sorted by what is to be done. `unusable`: entry and why it cannot be used.

    `labels`: those of entries that are as they were, as kept; `unlabelled`: all other entries.
    """

    changed: tuple[RawRecord, ...]
    unchanged: tuple[str, ...]
    unusable: tuple[tuple[RawRecord, Reason, str], ...]
    labels: tuple[Labels, ...] = ()
    unlabelled: tuple[RawRecord, ...] = ()


def select_records(session: Session, harvest: Harvest, page: RecordPage) -> Selection:
    """Compare a page with what is known, in one statement."""
    known = glance(session, harvest.source.name, [raw.id for raw in page.records if raw.id])
    rules_digest = harvest.rules_digest
    changed, unchanged, unusable = [], [], []
    labels: list[Labels] = []
    unlabelled: list[RawRecord] = []
    here: set[str] = set()
    for raw in page.records:
        problem = _problem(raw)
        before = known.get(raw.id)
        if problem is None and (raw.id in here or (before and before.seen_run_id == harvest.run_id)):
            problem = Reason("record_repeated", "note"), "the listing names this record more than once"
        if problem is not None:
            unusable.append((raw, *problem))
            unlabelled.append(raw)
            continue
        here.add(raw.id)
        try:
            mark = fingerprint(raw_digest(raw), raw.data_stamp, rules_digest)
        except Exception as error:  # an entry that is not JSON-like: told in the report, the rest goes on
            unusable.append((raw, Reason("record_invalid", "note"), type(error).__name__))
            continue
        same = before if before is not None and before.fingerprint == mark else None
        if same is not None and same.labels is not None:
            labels.append(same.labels)
        else:
            unlabelled.append(raw)
        is_due = same is not None and same.due is not None and same.due.is_now(harvest)
        if same is not None and not same.is_missing and not is_due:
            unchanged.append(raw.id)
        else:
            changed.append(raw)
    return Selection(tuple(changed), tuple(unchanged), tuple(unusable), tuple(labels), tuple(unlabelled))


def note_unchanged(session: Session, harvest: Harvest, record_ids: Sequence[str]) -> None:
    """One line for a batch of unchanged records."""
    if not record_ids:
        return
    now = harvest.now()
    session.execute(
        update(SourceRecord)
        .where(SourceRecord.source_name == harvest.source.name, SourceRecord.record_id.in_(record_ids))
        .values(seen_run_id=harvest.run_id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(HarvestRecord).values(
            run_id=harvest.run_id,
            record_id="",
            action=HarvestAction.UNCHANGED,
            reasons=[],
            detail={"record_ids": list(record_ids)},
            recorded_at=now,
        )
    )


def close_absent(session: Session, harvest: Harvest, listed: int) -> tuple[Settled, ...]:
    """Withdraw what is gone from the list, or hold the question when too much is gone at once.

    Asked only after the whole listing was read. Held: an empty list, or at least 20 % and two of the records known.
    """
    is_absent = (
        SourceRecord.source_name == harvest.source.name,
        SourceRecord.seen_run_id != harvest.run_id,
        ~SourceRecord.is_missing,
    )
    missing = session.scalars(select(SourceRecord.record_id).where(*is_absent).order_by(SourceRecord.record_id)).all()
    now = harvest.now()
    if not missing:
        _supersede_absence(session, harvest.source.name, now)
        return ()
    reason = doubt_about_absence(session, harvest.source.name, listed, len(missing))
    if reason is not None:
        return (_hold_absence(session, harvest, missing, reason, now),)
    _supersede_absence(session, harvest.source.name, now)
    return tuple(
        withdraw_absent(session, harvest.source.name, record_id, run_id=harvest.run_id, now=now)
        for record_id in missing
    )


def doubt_about_absence(session: Session, source_name: str, listed: int, missing: int) -> Reason | None:
    """Why a person is asked before so many records are withdrawn; None: they may go without asking."""
    known = session.scalar(
        select(func.count()).where(SourceRecord.source_name == source_name, ~SourceRecord.is_missing)
    )
    if listed and (missing < MISSING_AT_LEAST or missing / (known or 1) < MISSING_SHARE):
        return None
    return Reason("list_shrunk" if listed else "list_empty", "hold", "", missing)


def withdraw_absent(session: Session, source_name: str, record_id: str, *, run_id: str, now: datetime) -> Settled:
    """One record is no longer in its source's list: its dataset goes from the public."""
    live = find_live(session, f"{source_name}:{record_id}")
    dataset_id = live.dataset_id if live else None
    reason = Reason(ABSENT, "note")
    settled = Settled(record_id, record_id, HarvestAction.WITHDRAW, (reason,), dataset_id)
    if dataset_id:
        withdraw_dataset(session, dataset_id, ABSENT, f"source:{source_name}", now, stays=False)
    session.execute(
        update(SourceRecord)
        .where(SourceRecord.source_name == source_name, SourceRecord.record_id == record_id)
        .values(is_missing=True, action=HarvestAction.WITHDRAW, settled_at=now)
    )
    session.execute(
        update(HeldRecord)
        .where(HeldRecord.source_name == source_name, HeldRecord.record_id == record_id, HeldRecord.state == "waiting")
        .values(state="superseded", reviewed_at=now)
    )
    session.execute(
        insert(HarvestRecord).values(
            run_id=run_id,
            record_id=record_id,
            action=HarvestAction.WITHDRAW,
            dataset_id=dataset_id,
            reasons=[reason_to_json(reason)],
            detail={},
            recorded_at=now,
        )
    )
    return settled


def absence_digest(record_ids: Sequence[str]) -> str:
    """What a decision about missing records is bound to: exactly these records."""
    return text_digest("\n".join(sorted(record_ids)))


def _hold_absence(
    session: Session, harvest: Harvest, record_ids: Sequence[str], reason: Reason, now: datetime
) -> Settled:
    digest = absence_digest(record_ids)
    held = session.scalars(
        select(HeldRecord).where(
            HeldRecord.source_name == harvest.source.name, HeldRecord.kind == "absence", HeldRecord.state == "waiting"
        )
    ).first()
    if held is None or held.data_digest != digest:
        _supersede_absence(session, harvest.source.name, now)
        held = HeldRecord(
            source_name=harvest.source.name,
            record_id="",
            kind="absence",
            title=f"{len(record_ids)} records are no longer in the list of {harvest.source.name}",
            data_digest=digest,
            page_digest="",
            verdict_id="",
            reasons=[reason_to_json(reason)],
            staged={"record_ids": list(record_ids)},
            held_at=now,
        )
        session.add(held)
    held.run_id = harvest.run_id
    session.execute(
        insert(HarvestRecord).values(
            run_id=harvest.run_id,
            record_id="",
            action=HarvestAction.HOLD,
            reasons=[reason_to_json(reason)],
            detail={"title": held.title, "missing": list(record_ids[:_BATCH]), "missing_count": len(record_ids)},
            recorded_at=now,
        )
    )
    session.flush()
    return Settled("", held.title, HarvestAction.HOLD, (reason,))


def _supersede_absence(session: Session, source_name: str, now: datetime) -> None:
    session.execute(
        update(HeldRecord)
        .where(HeldRecord.source_name == source_name, HeldRecord.kind == "absence", HeldRecord.state == "waiting")
        .values(state="superseded", reviewed_at=now)
    )


def _problem(raw: RawRecord) -> tuple[Reason, str] | None:
    if raw.problem:
        return Reason("record_unusable", "note"), raw.problem
    if not raw.id.strip():
        return Reason("record_without_id", "note"), "the entry has no identifier"
    if len(raw.id) > _ID_CHARS:
        return Reason("record_id_too_long", "note", raw.id[:60], len(raw.id)), "the identifier is too long"
    return None
