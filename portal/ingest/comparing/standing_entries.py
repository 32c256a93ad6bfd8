"""What is said of a record before anything is fetched, besides its declaration: its source is held, or it has no data."""

from collections.abc import Sequence

from harvesters.records import ENTRY_ONLY, DatasetRecord
from portal.gate import Reason
from portal.ingest.comparing.known import Known
from portal.ingest.harvest import Harvest

CATALOGUED = "catalogue_entry"


def with_standing(
    harvest: Harvest, record: DatasetRecord, known: Known, reasons: Sequence[Reason]
) -> tuple[Reason, ...]:
    """The declared layer's reasons with those two. A refusal stays one: closings act while a source is held.

    A resource that is only catalogued is refused, so that nobody is asked about it; one whose data went missing while it
    is published is held, so that the last version keeps serving.
    """
    if any(reason.severity == "refuse" for reason in reasons):
        return tuple(reasons)
    if record.standing == ENTRY_ONLY and known.live is None:
        return (Reason(CATALOGUED, "refuse"), *reasons)
    if harvest.label_hold:
        return (harvest.label_hold, *reasons)
    if record.standing == ENTRY_ONLY:
        return (Reason(CATALOGUED, "hold"), *reasons)
    return tuple(reasons)
