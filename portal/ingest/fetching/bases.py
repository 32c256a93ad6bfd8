"""What is kept of tables that are fetched in parts: when keys are compared next, and the bases in the quarantine."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from harvesters.records import DatasetRecord, Part, TablePart
from portal.db import Database
from portal.ingest.fetching.increments import Due, IncrementState, must_compare
from portal.ingest.harvest import Harvest
from portal.ingest.models import HarvestRun, SourceRecord
from portal.ingest.staging import StagedPart
from portal.storage import Quarantine

_AT_ONCE = 200


def remembered(earlier: Sequence[StagedPart]) -> IncrementState | None:
    """What the last run remembered of a part."""
    return next((state for entry in earlier if (state := IncrementState.from_json(entry.increment))), None)


def is_comparison_due(harvest: Harvest, part: Part, earlier: Sequence[StagedPart]) -> bool:
    """Whether the keys of this part are to be compared now, though its data stamp may be the same."""
    return isinstance(part, TablePart) and must_compare(harvest, part, remembered(earlier))


def count_runs(session: Session, source_name: str) -> int:
    """How many runs a source has had; comparisons of keys are counted in them."""
    found = session.scalar(select(func.count()).where(HarvestRun.source_name == source_name))
    return found or 0


def due_of(record: DatasetRecord, staged: Sequence[StagedPart]) -> dict[str, Any]:
    """Columns of the record's row: whether a base is kept for it, and when keys are compared next."""
    plans = {part.key: part.increments for part in record.parts if isinstance(part, TablePart) and part.increments}
    states = {entry.part_key: IncrementState.from_json(entry.increment) for entry in staged}
    kept = [(plans[key], state) for key, state in states.items() if key in plans and state and state.base_sha256]
    dues = [Due.of(plan, state) for plan, state in kept if plan.is_whole]
    return {
        "is_incremental": bool(kept),
        "compare_at": min((due.at for due in dues if due.at is not None), default=None),
        "compare_from_run": min((due.from_run for due in dues if due.from_run is not None), default=None),
    }


def forget_replaced(harvest: Harvest, staged: Sequence[StagedPart]) -> None:
    """A base that a settled one replaced is of no use any more; large tables would fill the quarantine with them."""
    if harvest.quarantine is None:
        return
    for state in (IncrementState.from_json(entry.increment) for entry in staged):
        if state is not None and state.replaced_sha256:
            harvest.quarantine.discard(state.replaced_sha256)


def keep_bases(database: Database, quarantine: Quarantine) -> int:
    """Bases in use are kept for longer than the retention, which counts from now on; how many."""
    kept, after = 0, ("", "")
    key = tuple_(SourceRecord.source_name, SourceRecord.record_id)
    while True:
        with database.reading() as session:
            rows = session.execute(
                select(SourceRecord.source_name, SourceRecord.record_id, SourceRecord.parts)
                .where(SourceRecord.is_incremental, ~SourceRecord.is_missing, key > after)
                .order_by(SourceRecord.source_name, SourceRecord.record_id)
                .limit(_AT_ONCE)
            ).all()
        for row in rows:
            states = (IncrementState.from_json(part.get("increment")) for part in row.parts)
            kept += sum(quarantine.keep_longer(state.base_sha256) for state in states if state and state.base_sha256)
        if len(rows) < _AT_ONCE:
            return kept
        after = (rows[-1].source_name, rows[-1].record_id)
