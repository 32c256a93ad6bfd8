"""The reconciler of withdrawals: it deletes the blobs that nothing public refers to any more, and marks the outbox rows done.

It may be killed anywhere and run again: every step asks the database anew. A blob is deleted inside a short transaction
that keeps others from publishing a reference to it between the question and the deletion, the one place where a store is
called inside a transaction. What was published just before such a deletion puts its blobs again after its commit.
"""

from datetime import UTC, datetime, timedelta
from itertools import islice

import structlog
from sqlalchemy import exists, or_, select, text, update
from sqlalchemy.orm import Session

from portal.catalogue.models import CatalogueFile, Outbox
from portal.catalogue.versions import SpooledFile, VersionPart
from portal.catalogue.withdrawal import PURGE_BLOBS
from portal.db import Database
from portal.storage import BlobStore, StorageError

SWEEP = "sweep_blobs"
_GRACE = timedelta(hours=1)
_AT_ONCE = 500
_log = structlog.get_logger(__name__)


def purge_outbox(database: Database, store: BlobStore, now: datetime, *, limit: int = 100) -> int:
    """Do at most `limit` outbox rows of withdrawals and thinnings; how many are done. A store that is away leaves the rest."""
    with database.reading() as session:
        waiting = session.execute(
            select(Outbox.id, Outbox.payload)
            .where(Outbox.kind == PURGE_BLOBS, Outbox.done_at.is_(None))
            .order_by(Outbox.attempts, Outbox.id)
            .limit(limit)
        ).all()
    done = 0
    for row_id, payload in waiting:
        try:
            for key in payload["keys"]:
                delete_unreferenced(database, store, key)
        except StorageError as error:
            _note_failure(database, row_id, str(error))
            continue
        with database.transaction() as session:
            session.execute(update(Outbox).where(Outbox.id == row_id).values(done_at=now, error=""))
        done += 1
    return done


def delete_unreferenced(database: Database, store: BlobStore, key: str) -> bool:
    """Delete one blob unless a live version or a spooled file refers to it; whether nothing referred to it."""
    with database.transaction() as session:
        if not database.is_sqlite:  # SQLite's one writer needs no more
            session.execute(text("LOCK TABLE version_part, spooled_file, catalogue_file IN SHARE ROW EXCLUSIVE MODE"))
        if is_referenced(session, key):
            return False
        store.delete(key)
        return True


def is_referenced(session: Session, key: str) -> bool:
    """Whether a part or a spooled file that is still public has this blob."""
    in_parts = exists().where(or_(VersionPart.blob_key == key, VersionPart.original_blob_key == key))
    in_spool = exists().where(SpooledFile.blob_key == key)
    in_catalogue = exists().where(CatalogueFile.blob_key == key)
    return bool(session.scalar(select(or_(in_parts, in_spool, in_catalogue))))


def sweep_orphans(database: Database, store: BlobStore, now: datetime | None = None) -> int:
    """Delete blobs that nothing refers to: left by a process that was killed between blob and row; how many.

    What is found is only noted; it goes when it is still without reference an hour later, in another call, because
    every blob is put before it is referred to. Not while a harvest runs, whose records may take longer than that.
    """
    now, removed = now or datetime.now(UTC), store.tidy()
    with database.reading() as session:
        noted = session.execute(
            select(Outbox.id, Outbox.payload, Outbox.created_at).where(Outbox.kind == SWEEP, Outbox.done_at.is_(None))
        ).all()
    for row_id, payload, noted_at in noted:
        if noted_at <= now - _GRACE:
            removed += sum(delete_unreferenced(database, store, key) for key in payload["keys"])
            with database.transaction() as session:
                session.execute(update(Outbox).where(Outbox.id == row_id).values(done_at=now))
    known = {key for _, payload, noted_at in noted if noted_at > now - _GRACE for key in payload["keys"]}
    _note_orphans(database, store, now, known)
    return removed


def _note_orphans(database: Database, store: BlobStore, now: datetime, known: set[str]) -> None:
    keys = store.list_keys("")
    while batch := list(islice(keys, _AT_ONCE)):
        with database.reading() as session:
            orphans = sorted(set(batch) - _referenced(session, batch) - known)
        if orphans:
            with database.transaction() as session:
                session.add(Outbox(kind=SWEEP, payload={"keys": orphans}, created_at=now))


def _referenced(session: Session, keys: list[str]) -> set[str | None]:
    found: set[str | None] = set()
    for column in (VersionPart.blob_key, VersionPart.original_blob_key, SpooledFile.blob_key, CatalogueFile.blob_key):
        found |= set(session.scalars(select(column).where(column.in_(keys))))
    return found


def _note_failure(database: Database, row_id: int, error: str) -> None:
    _log.warning("purge_failed", outbox=row_id, error=error)
    with database.transaction() as session:
        session.execute(
            update(Outbox).where(Outbox.id == row_id).values(attempts=Outbox.attempts + 1, error=error[:500])
        )
