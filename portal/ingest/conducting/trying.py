"""A dry run: the same steps as a run, up to the verdict, and the full difference field by field. Nothing is changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.errors import StopRun
from harvesters.records import RawRecord
from portal.catalogue.queries import get_dataset
from portal.catalogue.views import Ref
from portal.db import Database
from portal.gate import Admitted, Held, Reason
from portal.ingest.comparing.differences import OF_PARTS, Change, difference, fields_of_publication, fields_of_view
from portal.ingest.comparing.judging import Judged, is_closed
from portal.ingest.comparing.known import Outlook
from portal.ingest.conducting.conductor import conduct_record
from portal.ingest.conducting.opening import opened
from portal.ingest.conducting.running import OURS, clear, skipped
from portal.ingest.conducting.selecting import doubt_about_absence, select_records
from portal.ingest.fetching.ahead import ahead
from portal.ingest.harvest import Harvest, Progress, utc_now
from portal.ingest.listings.label_sets import hold_unknown
from portal.ingest.models import SourceRecord
from portal.ingest.settling.records import Settled
from portal.ingest.sources import get_source
from portal.ingest.texts import title_of
from portal.ingest.workshop import Workshop
from portal.kernel.principal import ANONYMOUS
from portal.kernel.vocab import HarvestAction
from portal.storage.workdirs import work_dir


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run would do with one record."""

    settled: Settled
    changes: tuple[Change, ...]


def try_harvest(
    workshop: Workshop,
    source_name: str,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Trial]:
    """One trial for each record that a run would touch; unchanged records give none. Raises the source's own errors."""
    with workshop.database.reading() as session:
        source = get_source(session, source_name)
    with (
        work_dir(workshop.work_dir) as path,
        opened(workshop, source, run_id="dry", path=path, progress=progress, now=now, is_dry=True) as harvest,
    ):
        seen: set[str] = set()
        harvest = hold_unknown(harvest)  # noqa: PLW2901
        with ahead(harvest.harvester.list_records()) as pages:
            for page in pages:
                with workshop.database.reading() as session:
                    selection = select_records(session, harvest, page)
                seen.update(raw.id for raw in page.records)
                harvest.progress.listed(len(seen), page.total)
                harvest.progress.unchanged(len(selection.unchanged))
                for raw, reason, note in selection.unusable:
                    yield Trial(Settled(raw.id, raw.id, HarvestAction.SKIP, (reason,), note=note), ())
                outlook = Outlook(workshop.database, source_name, [raw.id for raw in selection.changed])
                for raw in selection.changed:
                    yield _try_record(workshop.database, harvest, raw, outlook)
        with workshop.database.reading() as session:
            yield from _absent(session, source_name, seen)


def _try_record(database: Database, harvest: Harvest, raw: RawRecord, outlook: Outlook) -> Trial:
    try:
        judged = conduct_record(database, harvest, raw, outlook)
        with database.reading() as session:
            trial = _trial(session, judged)
    except (StopRun, *OURS):
        raise
    except Exception as error:  # one record's fault, whatever it is
        trial = Trial(skipped(raw, error), ())
    finally:
        clear(harvest.work_dir)
    harvest.progress.settled(trial.settled.action, trial.settled.title)
    return trial


def _trial(session: Session, judged: Judged) -> Trial:
    action = _action(judged)
    before: Mapping[str, str] = {}
    if judged.live:
        before = fields_of_view(get_dataset(session, ANONYMOUS, Ref(judged.live.dataset_id)))
    after = {} if action is HarvestAction.WITHDRAW else fields_of_publication(judged.publication)
    settled = Settled(judged.record.id, title_of(judged.record), action, judged.verdict.reasons)
    changes = difference(before, after)
    if action is not HarvestAction.WITHDRAW and judged.record.parts and not judged.staged:  # its data was not looked at
        changes = tuple(change for change in changes if not change.field.startswith(OF_PARTS))
    return Trial(settled, changes)


def _action(judged: Judged) -> HarvestAction:
    if isinstance(judged.verdict, Admitted):
        if judged.live is None:
            return HarvestAction.CREATE
        live = judged.live.data_digest, judged.live.page_digest
        is_same = live == (judged.verdict.data_digest, judged.verdict.page_digest)
        return HarvestAction.UNCHANGED if is_same else HarvestAction.UPDATE
    if judged.live and (judged.leak or is_closed(judged.verdict)):
        return HarvestAction.WITHDRAW
    return HarvestAction.HOLD if isinstance(judged.verdict, Held) else HarvestAction.REFUSE


def _absent(session: Session, source_name: str, seen: set[str]) -> Iterator[Trial]:
    known = session.execute(
        select(SourceRecord.record_id, SourceRecord.dataset_id)
        .where(SourceRecord.source_name == source_name, ~SourceRecord.is_missing)
        .order_by(SourceRecord.record_id)
    )
    gone = [(record_id, dataset_id) for record_id, dataset_id in known if record_id not in seen]
    doubt = doubt_about_absence(session, source_name, len(seen), len(gone)) if gone else None
    action = HarvestAction.HOLD if doubt else HarvestAction.WITHDRAW
    reasons = (Reason("absent_from_source", "note"), *((doubt,) if doubt else ()))
    for record_id, dataset_id in gone:
        yield Trial(Settled(record_id, record_id, action, reasons, dataset_id), ())
