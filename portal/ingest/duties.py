"""What the worker does besides harvesting: each duty asks the database what is to be done, so a lost bell loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import exists, select, update

from portal.catalogue.changes import announce_changes, are_changes_due, compact_changes
from portal.catalogue.commands import (
    count_popularity,
    finish_export_job,
    forget_export_jobs,
    forget_spooled_files,
    note_progress,
    take_export_job,
    thin_versions,
)
from portal.catalogue.counts import recount
from portal.catalogue.models import ExportJob
from portal.catalogue.purge import purge_outbox, sweep_orphans
from portal.catalogue.queries import open_version
from portal.catalogue.views import ExportJobView, Ref
from portal.exports.spooling import spool_file
from portal.index import SearchService
from portal.ingest.fetching.bases import keep_bases
from portal.ingest.listings.coverage import count_coverage
from portal.ingest.models import HarvestRun
from portal.ingest.settling.cutting import cut_due
from portal.ingest.workshop import Workshop
from portal.kernel.errors import PortalError
from portal.kernel.principal import Principal
from portal.kernel.vocab import Tier
from portal.storage.placing import remove_leftovers
from portal.storage.workdirs import sweep

_AT_ONCE = 100
_PROGRESS_S = 2.0
_log = structlog.get_logger(__name__)


class Stopping(Exception):
    """The worker was asked to stop in the middle of something long; it is done again later."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What duties work with. `is_stopping` is asked between steps."""

    workshop: Workshop
    search: SearchService
    xlsx_max_rows: int
    is_stopping: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work: woken by its name, and done anyway every `every_s` seconds. `do` returns what it got done."""

    name: str
    every_s: float
    do: Callable[[Hands], int]


def purge_withdrawn(hands: Hands) -> int:
    """Delete the blobs of what was withdrawn or thinned, where nothing public refers to them."""
    shop, total = hands.workshop, 0
    while not hands.is_stopping():
        done = purge_outbox(shop.database, shop.store, datetime.now(UTC), limit=_AT_ONCE)
        total += done
        if done < _AT_ONCE:
            break
    return total


def cut_rows(hands: Hands) -> int:
    """Take out the rows whose day has come, and what a withdrawal that was interrupted left to be done."""
    return cut_due(hands.workshop, lambda: datetime.now(UTC), hands.is_stopping)


def carry_to_index(hands: Hands) -> int:
    """Close the difference between the database and the search index."""
    total = 0
    while not hands.is_stopping() and (done := hands.search.close_difference()):
        total += done
    return total


def tell_changes(hands: Hands) -> int:
    """Tell in the feed of changes what is different in public since it was last told."""
    total, database = 0, hands.workshop.database
    while not hands.is_stopping():
        with database.reading() as session:
            if not are_changes_due(session):
                break
        with database.transaction() as session:
            total += announce_changes(session, datetime.now(UTC))
    return total


def heal_index(hands: Hands) -> int:
    """Compare the whole index with the database and repair what differs."""
    return hands.search.heal()


def make_files(hands: Hands) -> int:
    """Make the files that were asked for, one after the other."""
    total = 0
    while not hands.is_stopping():
        with hands.workshop.database.transaction() as session:
            job = take_export_job(session, datetime.now(UTC))
        if job is None:
            break
        _make_file(hands, job)
        total += 1
    return total


def count_uses(hands: Hands) -> int:
    """Bring popularity up to date."""
    with hands.workshop.database.transaction() as session:
        return count_popularity(session, datetime.now(UTC).date())


def thin_out(hands: Hands) -> int:
    """Let go of what is kept no longer: old versions, finished jobs, originals past 90 days, leftovers of killed processes."""
    shop, now, total, after = hands.workshop, datetime.now(UTC), 0, ""
    while not hands.is_stopping():
        with shop.database.transaction() as session:
            thinned, next_after = thin_versions(session, now, after_id=after)
        total += thinned
        if next_after is None:
            break
        after = next_after
    with shop.database.transaction() as session:
        forget_export_jobs(session, now)
        total += compact_changes(session, now)
        total += forget_spooled_files(session, now)
        recount(session)
        count_coverage(session, now)  # a reviewer's release, or a lifted withdrawal, between two runs
    keep_bases(shop.database, shop.quarantine)
    total += shop.quarantine.purge(now=now) + sum(map(sweep, shop.work_dirs))
    total += remove_leftovers(shop.secrets_dir)
    with shop.database.reading() as session:
        is_harvesting = session.scalar(select(exists().where(HarvestRun.state == "running")))
    if not is_harvesting:  # a run puts its blobs before anything refers to them
        total += sweep_orphans(shop.database, shop.store)
    return total


DUTIES: tuple[Duty, ...] = (
    Duty("outbox", 10, purge_withdrawn),
    Duty("rows", 10, cut_rows),
    Duty("index", 5, carry_to_index),
    Duty("changes", 2, tell_changes),
    Duty("exports", 5, make_files),
    Duty("healing", 600, heal_index),
    Duty("popularity", 900, count_uses),
    Duty("retention", 6 * 3600, thin_out),
)


def _make_file(hands: Hands, job: ExportJobView) -> None:
    shop, ref = hands.workshop, Ref(job.dataset_id, job.version_number)
    log = _log.bind(job=job.id, dataset=str(ref), part=job.part, format=job.format)
    last = [datetime.now(UTC)]

    def tell(rows_done: int) -> None:
        now = datetime.now(UTC)
        if hands.is_stopping():
            raise Stopping
        if (now - last[0]).total_seconds() >= _PROGRESS_S:
            last[0] = now
            with shop.database.transaction() as session:
                note_progress(session, job.id, rows_done, now)

    error = ""
    try:
        with shop.database.reading() as session:
            table = open_version(session, _MAKER, ref, job.part, shop.store)
        spool_file(
            shop.database,
            shop.store,
            table,
            ref=ref,
            part=job.part,
            format_name=job.format,
            work_dir=shop.work_dir,
            max_rows=hands.xlsx_max_rows,
            on_progress=tell,
        )
    except Stopping:
        with shop.database.transaction() as session:
            session.execute(update(ExportJob).where(ExportJob.id == job.id).values(state="waiting", rows_done=0))
        return
    except PortalError as failure:
        error = str(failure)
    except Exception:  # one job's fault never ends the worker
        log.exception("export_failed")
        error = "The file could not be made; the operators have been told."
    with shop.database.transaction() as session:
        finish_export_job(session, job.id, datetime.now(UTC), error=error)
    log.info("export_finished", error=error)


_MAKER = Principal(tier=Tier.ANONYMOUS, caller="worker")
