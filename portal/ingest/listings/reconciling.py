"""How a listing compares with what was known: new, changed, gone, orphaned, twice. Kept for each run, shown to people.

It decides nothing. What is gone is judged by `listing.py`; what is there twice withdraws nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from harvesters.protocols import TellsOrphans
from portal.catalogue.models import Dataset
from portal.ingest.harvest import Harvest
from portal.ingest.models import HarvestRecord, Reconciliation, SourceRecord
from portal.kernel.masking import masked
from portal.kernel.vocab import DatasetState, HarvestAction

KINDS: Final = (
    "new", "changed", "gone", "twice_code", "twice_title", "listed_twice",
    "orphan_dataset", "orphan_item", "orphan_file", "orphan_hidden",
)  # fmt: skip
_NAMED = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a reconciliation: how many, and the first of them by name. None of the names is a title."""

    kind: str
    count: int
    names: tuple[str, ...]


def list_gone(session: Session, harvest: Harvest) -> Compared:
    """What this listing does not have any more; asked after the last page and before anything is done about it."""
    return _records(session, "gone", _of_source(harvest), SourceRecord.seen_run_id != harvest.run_id)


def keep_reconciliation(session: Session, harvest: Harvest, gone: Compared | None) -> tuple[Compared, ...]:
    """Compare and keep. `gone` None: the listing did not reach its end, so nobody knows what is gone."""
    found = [
        _records(session, "new", _here(harvest), SourceRecord.first_run_id == harvest.run_id),
        _records(session, "changed", _here(harvest), SourceRecord.changed_run_id == harvest.run_id),
        _twice(session, harvest, "twice_code", SourceRecord.code_digest),
        _twice(session, harvest, "twice_title", SourceRecord.title_digest),
        _listed_twice(session, harvest),
        *_orphans(harvest),
    ]
    if gone is not None:
        found += [gone, _orphan_datasets(session, harvest)]
    found.sort(key=lambda line: KINDS.index(line.kind))
    summary: dict[str, Any] = {line.kind: {"count": line.count, "names": list(line.names)} for line in found}
    session.merge(
        Reconciliation(run_id=harvest.run_id, source_name=harvest.source.name, summary=summary, made_at=harvest.now())
    )
    session.flush()
    return tuple(found)


def find_reconciliation(session: Session, run_id: str) -> tuple[Compared, ...] | None:
    """What was kept of a run; None for one that did not come so far."""
    row = session.get(Reconciliation, run_id)
    if row is None:
        return None
    lines = ((kind, row.summary[kind]) for kind in KINDS if kind in row.summary)
    return tuple(Compared(kind, int(line["count"]), tuple(map(str, line["names"]))) for kind, line in lines)


def _of_source(harvest: Harvest) -> ColumnElement[bool]:
    return (SourceRecord.source_name == harvest.source.name) & ~SourceRecord.is_missing


def _here(harvest: Harvest) -> ColumnElement[bool]:
    return _of_source(harvest) & (SourceRecord.seen_run_id == harvest.run_id)


def _records(session: Session, kind: str, *conditions: ColumnElement[bool]) -> Compared:
    count = session.scalar(select(func.count()).select_from(SourceRecord).where(*conditions)) or 0
    query = select(SourceRecord.record_id).where(*conditions).order_by(SourceRecord.record_id).limit(_NAMED)
    return Compared(kind, count, _shown(session, query) if count else ())


def _shown(session: Session, query: Select[str]) -> tuple[str, ...]:
    return tuple(masked(str(name)) for name in session.scalars(query))


def _twice(session: Session, harvest: Harvest, kind: str, digest: InstrumentedAttribute[str]) -> Compared:
    """Different records that are one resource by code, or by title and department."""
    more = select(digest).where(_here(harvest), digest != "").group_by(digest).having(func.count() > 1)
    return _records(session, kind, _here(harvest), digest.in_(more))


def _listed_twice(session: Session, harvest: Harvest) -> Compared:
    """Entries that the listing itself had more than once under one identifier, as far as it passed them on."""
    rows = session.execute(
        select(HarvestRecord.record_id, HarvestRecord.reasons)
        .where(HarvestRecord.run_id == harvest.run_id, HarvestRecord.action == HarvestAction.SKIP)
        .order_by(HarvestRecord.id)
        .limit(10_000)
    )
    found = [row.record_id for row in rows if any(reason["code"] == "record_repeated" for reason in row.reasons)]
    told = _told(harvest, "twice")
    return Compared("listed_twice", len(found) + told[0], tuple(map(masked, found[:_NAMED])) + told[1])


def _orphan_datasets(session: Session, harvest: Harvest) -> Compared:
    """What is public under a record that the source does not list."""
    prefix = f"{harvest.source.name}:"
    record_id = func.substr(Dataset.source_key, len(prefix) + 1)  # on this side, so that records are found by their key
    is_listed = exists().where(_here(harvest), SourceRecord.record_id == record_id)
    conditions = (
        Dataset.source_key.startswith(prefix, autoescape=True), Dataset.state == DatasetState.PUBLISHED, ~is_listed,
    )  # fmt: skip
    count = session.scalar(select(func.count()).select_from(Dataset).where(*conditions)) or 0
    query = select(Dataset.id).where(*conditions).order_by(Dataset.id).limit(_NAMED)
    return Compared("orphan_dataset", count, tuple(session.scalars(query)) if count else ())


def _orphans(harvest: Harvest) -> Sequence[Compared]:
    kinds = ("item", "file", "hidden")
    return [Compared(f"orphan_{kind}", *_told(harvest, kind)) for kind in kinds]


def _told(harvest: Harvest, kind: str) -> tuple[int, tuple[str, ...]]:
    """What the source itself tells of a kind: (number, first names)."""
    source = harvest.harvester
    if not isinstance(source, TellsOrphans):
        return 0, ()
    counts: Mapping[str, int] = source.orphan_counts
    names = tuple(masked(orphan.place) for orphan in source.orphans if orphan.kind == kind)
    return counts.get(kind, 0), names[:_NAMED]
