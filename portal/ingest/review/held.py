"""What waits for a person: list and show, with what was decided about it. The deciding is in `releasing.py`."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.gate import Reason, asks_for_assessment, asks_for_two
from portal.ingest.errors import CannotReview, HeldUnknown
from portal.ingest.models import HeldRecord
from portal.ingest.review.acts import ActView, Approval, find_approval, list_acts
from portal.ingest.settling.sealing import Withheld, open_withheld
from portal.ingest.staging import reason_from_json
from portal.storage import BlobNotFound, Quarantine, QuarantineError


@dataclass(frozen=True, slots=True)
class HeldView:
    """One thing that waits, or waited. `tables`: (slug, rows, columns) of what a release would publish.

    `asks_for_two`, `asks_for_assessment`: what a release takes, besides a name and a reason. `approval`: of the first of
    two people, as long as it counts; `acts`: everything that persons did about it, the oldest first.
    """

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
    asks_for_two: bool
    asks_for_assessment: bool
    approval: Approval | None
    acts: tuple[ActView, ...]


def list_held(
    session: Session, *, source_name: str | None = None, state: str | None = "waiting", limit: int = 500
) -> tuple[HeldView, ...]:
    """The oldest first, in two statements."""
    query = select(HeldRecord).order_by(HeldRecord.held_at, HeldRecord.id).limit(limit)
    if source_name:
        query = query.where(HeldRecord.source_name == source_name)
    if state:
        query = query.where(HeldRecord.state == state)
    found = session.scalars(query).all()
    acts = list_acts(session, [held.id for held in found]) if found else {}
    return tuple(_view(held, acts.get(held.id, ())) for held in found)


def get_held(session: Session, held_id: str) -> HeldView:
    """Raises HeldUnknown."""
    held = _get(session, held_id)
    return _view(held, list_acts(session, [held_id]).get(held_id, ()))


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


def waiting(session: Session, held_id: str, *, is_locked: bool = False) -> HeldRecord:
    """The held record, as long as it waits. Raises HeldUnknown, CannotReview.

    `is_locked`: until the transaction ends nobody else decides about it, or judges it anew.
    """
    held = _get(session, held_id, is_locked=is_locked)
    if held.state == "superseded":
        raise CannotReview("Something newer was judged for this record since; see `portal held list`.")
    if held.state != "waiting":
        raise CannotReview(f"This was {held.state} by {held.reviewer} already.")
    return held


def _get(session: Session, held_id: str, *, is_locked: bool = False) -> HeldRecord:
    held = session.get(HeldRecord, held_id, with_for_update=is_locked or None)
    if held is None:
        raise HeldUnknown(f"There is no held record {held_id!r}; see `portal held list`.")
    return held


def _view(held: HeldRecord, acts: tuple[ActView, ...]) -> HeldView:
    reasons = tuple(reason_from_json(reason) for reason in held.reasons)
    is_record = held.kind == "record"
    return HeldView(
        id=held.id,
        source_name=held.source_name,
        record_id=held.record_id,
        kind=held.kind,
        title=held.title,
        state=held.state,
        reasons=reasons,
        data_digest=held.data_digest,
        page_digest=held.page_digest,
        held_at=held.held_at,
        run_id=held.run_id,
        reviewer=held.reviewer,
        review_reason=held.review_reason,
        reviewed_at=held.reviewed_at,
        tables=tuple((slug, rows, tuple(columns)) for slug, rows, columns in held.staged.get("tables", ())),
        missing=tuple(held.staged.get("record_ids", ())),
        asks_for_two=is_record and asks_for_two(reasons),
        asks_for_assessment=is_record and asks_for_assessment(reasons),
        approval=find_approval(held, acts) if held.state == "waiting" else None,
        acts=acts,
    )
