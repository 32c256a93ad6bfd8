"""What the worker does besides harvesting: each duty asks the database what is to be done, so a lost bell loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, select

from portal.catalogue.changes import announce_changes, are_changes_due, compact_changes
from portal.catalogue.commands import (
    count_popularity,
    thin_versions,
)
from portal.catalogue.counts import recount
from portal.catalogue.purge import purge_outbox, sweep_orphans
from portal.exports.work import FileWork, keep_spool, make_next_file
from portal.index import SearchService
from portal.ingest.fetching.bases import keep_bases
from portal.ingest.listings.coverage import count_coverage
from portal.ingest.models import HarvestRun
from portal.ingest.settling.cutting import cut_due
from portal.ingest.workshop import Workshop
from portal.storage.placing import remove_leftovers
from portal.storage.workdirs import sweep

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Hands:
    """What duties work with. `is_stopping` is asked between steps."""

    workshop: Workshop
    search: SearchService
    files: FileWork
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
    """Make the files that were asked for, one after the other, and keep all that are made within their size."""
    total = 0
    while not hands.is_stopping() and make_next_file(hands.files):
        total += 1
    return total


def keep_files(hands: Hands) -> int:
    """Let go of made files that are kept no longer."""
    return keep_spool(hands.files)


def count_uses(hands: Hands) -> int:
    """Bring popularity up to date."""
    with hands.workshop.database.transaction() as session:
        return count_popularity(session, datetime.now(UTC).date())


def thin_out(hands: Hands) -> int:
    """Let go of what is kept no longer: old versions, originals past 90 days, leftovers of killed processes."""
    shop, now, total, after = hands.workshop, datetime.now(UTC), 0, ""
    while not hands.is_stopping():
        with shop.database.transaction() as session:
            thinned, next_after = thin_versions(session, now, after_id=after)
        total += thinned
        if next_after is None:
            break
        after = next_after
    with shop.database.transaction() as session:
        total += compact_changes(session, now)
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
    Duty("spool", 60, keep_files),
    Duty("healing", 600, heal_index),
    Duty("popularity", 900, count_uses),
    Duty("retention", 6 * 3600, thin_out),
)
