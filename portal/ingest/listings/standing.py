"""Where the records of a source stand now, whatever run brought them there."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset
from portal.ingest.models import HeldRecord, SourceRecord
from portal.kernel.vocab import DatasetState, HarvestAction


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of records: known from the source's list, waiting for a person, refused, and published."""

    harvested: int
    held: int
    refused: int
    published: int


def count_standing(session: Session, source_name: str) -> Standing:
    """Four counts, one statement each."""
    of_source = SourceRecord.source_name == source_name, ~SourceRecord.is_missing
    refusals = HarvestAction.REFUSE, HarvestAction.WITHDRAW
    counts = (
        select(func.count()).select_from(SourceRecord).where(*of_source),
        select(func.count())
        .select_from(HeldRecord)
        .where(HeldRecord.source_name == source_name, HeldRecord.state == "waiting"),
        select(func.count()).select_from(SourceRecord).where(*of_source, SourceRecord.action.in_(refusals)),
        select(func.count())
        .select_from(SourceRecord)
        .join(Dataset, Dataset.id == SourceRecord.dataset_id)
        .where(SourceRecord.source_name == source_name, Dataset.state == DatasetState.PUBLISHED),
    )
    return Standing(*(session.scalar(count) or 0 for count in counts))
