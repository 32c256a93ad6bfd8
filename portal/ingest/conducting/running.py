"""Run one source from its listing to the last record: one bad record never stops it, one bad source does, clearly."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from harvesters.errors import HarvestError, RetryLater, SkipRecord, StopRun
from harvesters.records import RawRecord, RecordPage
from portal.catalogue.errors import CurationChanged
from portal.db import Database
from portal.gate import Reason
from portal.ingest.comparing.known import Outlook
from portal.ingest.conducting.conductor import conduct_record, raw_bytes, raw_digest
from portal.ingest.conducting.opening import opened
from portal.ingest.conducting.selecting import close_absent, note_unchanged, select_records
from portal.ingest.errors import Overtaken, PartUnusable, RunEnded, RunStopped, SourceInvalid
from portal.ingest.fetching.ahead import ahead
from portal.ingest.harvest import Harvest, Progress, utc_now
from portal.ingest.listings.label_sets import LabelSets, held_for, hold_unknown
from portal.ingest.listings.reconciling import list_gone
from portal.ingest.listings.summing_up import sum_up
from portal.ingest.runs.bookkeeping import (
    HEARTBEAT_EVERY,
    adopt_run,
    beating,
    get_run,
    note_progress,
    of_run,
    start_run,
)
from portal.ingest.runs.ending import finish_run
from portal.ingest.settling.closing import CLOSED, close_at_once
from portal.ingest.settling.records import Settled, note_skipped, settle
from portal.ingest.sources import RegisteredSource, get_source, read_secret
from portal.ingest.workshop import Workshop
from portal.kernel.masking import masked
from portal.kernel.vocab import HarvestAction
from portal.storage import StorageError
from portal.storage.workdirs import work_dir

FAILURES_IN_A_ROW = 5
_JUDGE_TIMES = 3
_WRITERS = 4
OURS = (StorageError, OperationalError, InterfaceError)  # no record's fault: the run ends and the next goes on
_log = structlog.get_logger(__name__)


@dataclass
class Tally:
    """The counters of a run while it goes on."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    failures_in_a_row: int = 0
    noted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """The end of a run. `counts`: `listed` and every HarvestAction that occurred → number."""

    run_id: str
    state: str
    counts: Mapping[str, int]
    errors: tuple[str, ...]


def run_harvest(
    workshop: Workshop,
    source_name: str,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = utc_now,
    run_id: str = "",
    is_full: bool = False,
) -> RunReport:
    """Harvest a source once. Raises SourceUnknown, SourceBusy, SourceInvalid before anything is done.

    `run_id`: a run that the worker opened for this process; RunLost when it was closed since. `is_full`: compare all keys of
    tables that are fetched in parts, whether or not that is due.

    What the source or a time limit ends early comes back as a report in state `stopped`, what we could not do as `failed`; in
    both, all that was settled is kept and the next run goes on from there. Nothing absent is judged unless the listing was whole.
    """
    with workshop.database.reading() as session:
        source = get_source(session, source_name)
    if not run_id:
        read_secret(workshop.secrets_dir, source.secret_name)  # a missing secret is told before a run is opened
    with workshop.database.transaction() as session:
        if run_id:
            adopt_run(session, run_id, now())
        else:
            run_id = start_run(session, source_name, now())
    tally = Tally()
    log = _log.bind(run=run_id, source=source_name)
    log.info("harvest_started")
    state, reason = "failed", "interrupted"
    try:
        state, reason = _ended(
            workshop, source, run_id=run_id, progress=progress, now=now, tally=tally, is_full=is_full
        )
    finally:
        with workshop.database.transaction() as session:
            finish_run(
                session, run_id, state, reason=reason, counts=tally.counts, errors=tuple(tally.errors), now=now()
            )
            view = get_run(session, run_id)
        for bell in ("outbox", "index"):
            workshop.jobs.wake(bell)
        seconds = round((now() - view.started_at).total_seconds(), 3)
        log.info("harvest_finished", state=view.state, reason=view.end_reason, seconds=seconds, **tally.counts)
    return RunReport(run_id, view.state, dict(+tally.counts) | {"listed": tally.counts["listed"]}, view.errors)


def _ended(
    workshop: Workshop,
    source: RegisteredSource,
    *,
    run_id: str,
    progress: Progress | None,
    now: Callable[[], datetime],
    tally: Tally,
    is_full: bool,
) -> tuple[str, str]:
    """Do the run, and say with which state and reason it ended; what there is to tell is in the tally's errors."""
    try:
        with (
            beating(workshop.database, run_id, now),
            work_dir(workshop.work_dir) as path,
            opened(workshop, source, run_id=run_id, path=path, progress=progress, now=now, is_full=is_full) as harvest,
        ):
            _run(workshop.database, harvest, tally)
    except (HarvestError, SourceInvalid) as error:
        tally.errors.append(masked(str(error)))
        return "stopped", "source_ended"
    except OURS as error:
        _log.error("harvest_failed", run=run_id, error=type(error).__name__, at=_places(error))
        tally.errors.append(f"The run ended because a part of the portal is away: {type(error).__name__}.")
        return "failed", "part_away"
    except RunStopped as error:
        tally.errors.append(str(error))
        return "failed", "part_away"
    except RunEnded as ended:
        return "stopped", ended.code
    return "done", ""


def _run(database: Database, harvest: Harvest, tally: Tally) -> None:
    harvest, sets = hold_unknown(harvest), LabelSets()
    try:
        with ahead(harvest.harvester.list_records()) as pages:
            for page in pages:
                harvest = _run_page(database, harvest, page, tally, sets)
    except StopRun:
        with of_run(database, harvest.run_id) as session:
            sum_up(session, harvest, sets, None)
        raise
    with of_run(database, harvest.run_id) as session:
        missing = list_gone(session, harvest)
        gone = close_absent(session, harvest, tally.counts["listed"])
        sum_up(session, harvest, sets, missing)
    for settled in gone:
        _count(harvest, tally, settled)


def _run_page(database: Database, harvest: Harvest, page: RecordPage, tally: Tally, sets: LabelSets) -> Harvest:
    """The harvest as the next page finds it: held, once an entry has a label that is not signed."""
    tally.counts["listed"] += len(page.records)
    with of_run(database, harvest.run_id) as session:
        selection = select_records(session, harvest, page)
        note_unchanged(session, harvest, selection.unchanged)
        unusable = [
            Settled(raw.id[:300], raw.id[:300], HarvestAction.SKIP, (reason,), note=note)
            for raw, reason, note in selection.unusable
        ]
        for settled in unusable:
            note_skipped(session, harvest, settled, is_seen=settled.reasons[0].code == "record_unusable")
        _beat(session, harvest, tally)
    for labels in selection.labels:
        sets.add(labels)
    sets.add_raw(harvest, selection.unlabelled)
    harvest = held_for(harvest, sets)
    tally.counts[HarvestAction.UNCHANGED.value] += len(selection.unchanged)
    harvest.progress.listed(tally.counts["listed"], page.total)
    harvest.progress.unchanged(len(selection.unchanged))
    for settled in unusable:
        _count(harvest, tally, settled)
    outlook = Outlook(database, harvest.source.name, [raw.id for raw in selection.changed])
    with _keeping_raw(harvest, selection.changed) as kept:
        for raw in selection.changed:
            kept[raw.id].result()
            _count(harvest, tally, one_record(database, harvest, raw, tally, outlook))
    return harvest


@contextmanager
def _keeping_raw(harvest: Harvest, records: Sequence[RawRecord]) -> Iterator[Mapping[str, Future[None]]]:
    """Entries as received go into the quarantine while others are judged, several at once, for each waits for the disk.

    Record id → what is to be waited for before anything about the record is written.
    """
    quarantine = harvest.quarantine

    def keep(raw: RawRecord) -> None:
        content = raw_bytes(raw)
        if quarantine and len(content) <= harvest.caps.raw_bytes:
            quarantine.keep_bytes(content)

    with ThreadPoolExecutor(_WRITERS, "raw") as pool:
        try:
            yield {raw.id: pool.submit(keep, raw) for raw in records}
        finally:
            pool.shutdown(cancel_futures=True)


def one_record(database: Database, harvest: Harvest, raw: RawRecord, tally: Tally, outlook: Outlook) -> Settled:
    """The whole way of one record. Its errors end here, as a skipped record; those of source and portal go on."""
    try:
        settled = _conducted(database, harvest, raw, outlook)
    except (StopRun, *OURS):
        close_at_once(database, harvest, raw)
        raise
    except Exception as error:  # one record's fault, whatever it is
        settled = skipped(raw, error)
        if close_at_once(database, harvest, raw):
            reasons = (Reason(CLOSED, "note"), *settled.reasons)
            settled = replace(settled, action=HarvestAction.WITHDRAW, reasons=reasons)
        with of_run(database, harvest.run_id) as session:
            note_skipped(session, harvest, settled, raw_sha256=raw_digest(raw))
    finally:
        clear(harvest.work_dir)
    is_failure = any(reason.code == "fetch_failed" for reason in settled.reasons)
    tally.failures_in_a_row = tally.failures_in_a_row + 1 if is_failure else 0
    if tally.failures_in_a_row >= FAILURES_IN_A_ROW:
        raise StopRun(f"{FAILURES_IN_A_ROW} records in a row could not be fetched; the last: {settled.note}")
    return settled


def _conducted(database: Database, harvest: Harvest, raw: RawRecord, outlook: Outlook) -> Settled:
    content = raw_bytes(raw)
    if len(content) > harvest.caps.raw_bytes:
        raise PartUnusable("record_too_large", count=len(content), is_temporary=True)
    for attempt in range(_JUDGE_TIMES):
        try:
            return settle(database, harvest, conduct_record(database, harvest, raw, outlook))
        except (CurationChanged, Overtaken):
            if attempt == _JUDGE_TIMES - 1:
                raise
    raise AssertionError("unreachable")


def skipped(raw: RawRecord, error: Exception) -> Settled:
    """What is noted of a record whose way ended with an error."""
    reason = Reason("internal_error", "note", type(error).__name__)
    if isinstance(error, PartUnusable):
        reason = Reason(error.code, "note", error.subject, error.count)
    elif isinstance(error, SkipRecord):
        reason = Reason("record_unusable", "note")
    elif isinstance(error, RetryLater):
        reason = Reason("fetch_failed", "note")
    else:
        _log.error("record_failed", record=raw.id, error=type(error).__name__, at=_places(error))
        return Settled(
            raw.id, raw.id, HarvestAction.SKIP, (reason,), note=f"{type(error).__name__} at {_places(error)}"
        )
    note = error.note if isinstance(error, PartUnusable) and error.note else str(error)
    return Settled(raw.id, raw.id, HarvestAction.SKIP, (reason,), note=masked(note))


def _places(error: Exception) -> str:
    """The innermost lines of a traceback. Not the message: one of a library can quote the cell that it failed on."""
    frames = extract_tb(error.__traceback__)[-4:]
    return " ← ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))


def _count(harvest: Harvest, tally: Tally, settled: Settled) -> None:
    tally.counts[settled.action.value] += 1
    harvest.progress.settled(settled.action, settled.title)


def _beat(session: Session, harvest: Harvest, tally: Tally) -> None:
    """Counters and a sign of life, now and then."""
    now = harvest.now()
    if tally.noted_at is None or now - tally.noted_at >= HEARTBEAT_EVERY:
        note_progress(session, harvest.run_id, tally.counts, now)
        tally.noted_at = now


def clear(path: Path) -> None:
    """A record's temporary files go with it, so that a run needs the space of one record."""
    for entry in path.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
