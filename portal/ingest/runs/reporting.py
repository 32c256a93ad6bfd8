"""What a run did, for people: counters, and each exception with its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.gate import Reason
from portal.ingest.models import HarvestRecord
from portal.ingest.staging import reason_from_json
from portal.kernel.vocab import HarvestAction

_EXCEPTIONS = (HarvestAction.HOLD, HarvestAction.REFUSE, HarvestAction.SKIP, HarvestAction.WITHDRAW)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record of a run that was not simply published. `note` says more, without any data value."""

    record_id: str
    title: str
    action: HarvestAction
    reasons: tuple[Reason, ...]
    note: str


def list_exceptions(session: Session, run_id: str) -> Iterator[RecordLine]:
    """Every record of a run that was held, refused, skipped or withdrawn, in the order of the run."""
    after = 0
    while True:
        rows = session.execute(
            select(
                HarvestRecord.id,
                HarvestRecord.record_id,
                HarvestRecord.action,
                HarvestRecord.reasons,
                HarvestRecord.detail,
            )
            .where(HarvestRecord.run_id == run_id, HarvestRecord.action.in_(_EXCEPTIONS), HarvestRecord.id > after)
            .order_by(HarvestRecord.id)
            .limit(_BATCH)
        ).all()
        for _, record_id, action, reasons, detail in rows:
            yield _line(record_id, action, reasons, detail)
        if len(rows) < _BATCH:
            return
        after = rows[-1].id


def list_alarms(session: Session, run_id: str, limit: int = _BATCH) -> tuple[RecordLine, ...]:
    """Records that were published while something about them should be told to the publisher."""
    rows = session.execute(
        select(HarvestRecord.record_id, HarvestRecord.action, HarvestRecord.reasons, HarvestRecord.detail)
        .where(
            HarvestRecord.run_id == run_id,
            HarvestRecord.action.in_((HarvestAction.CREATE, HarvestAction.UPDATE)),
        )
        .order_by(HarvestRecord.id)
        .limit(10 * limit)
    )
    lines = (_line(*row) for row in rows)
    return tuple(line for line in lines if any(r.severity == "alarm" for r in line.reasons))[:limit]


def _line(record_id: str, action: str, reasons: list[Any], detail: dict[str, Any]) -> RecordLine:
    return RecordLine(
        record_id=record_id,
        title=str(detail.get("title", "")),
        action=HarvestAction(action),
        reasons=tuple(reason_from_json(reason) for reason in reasons),
        note=str(detail.get("note", "")),
    )
