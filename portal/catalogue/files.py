"""Files made from tables and from the whole catalogue: registering what was spooled, and letting go of it."""

from datetime import datetime, timedelta
from operator import eq

from sqlalchemy import delete, func, select, union, update
from sqlalchemy.orm import Session

from portal.catalogue.models import CatalogueFile, Dataset, Outbox
from portal.catalogue.reading import only_visible
from portal.catalogue.versions import SpooledFile, Version
from portal.catalogue.views import Ref
from portal.catalogue.withdrawal import PURGE_BLOBS
from portal.db.locks import lock
from portal.kernel.errors import NotFound

KEPT_TABLES = timedelta(days=30)
"""How long a file of a whole table is kept after it was made."""
KEPT_ANSWERS = timedelta(hours=24)
"""How long the file of a query, or of the catalogue, is kept after it was made."""
_READ_NOW = timedelta(minutes=10)
_SPOOLED_KEY = (
    SpooledFile.dataset_id,
    SpooledFile.version_number,
    SpooledFile.part,
    SpooledFile.format,
    SpooledFile.query,
)


def record_spooled_file(
    session: Session,
    *,
    dataset_id: str,
    version_number: int,
    part: str,
    format: str,  # noqa: A002 - the word of the address
    blob_key: str,
    sha256: str,
    size_bytes: int,
    now: datetime,
    query: str = "",
) -> None:
    """Register a file whose blob was put before; the first one stays.

    Raises NotFound when the version is not public any more: then the caller deletes the blob that it has put.
    """
    lock(session, f"dataset {dataset_id}")  # against a withdrawal that is under way
    is_live = session.scalar(
        only_visible(
            select(Version.number)
            .join(Dataset, Dataset.id == Version.dataset_id)
            .where(Version.dataset_id == dataset_id, Version.number == version_number)
            .where(Version.redacted_at.is_(None))
        )
    )
    if is_live is None:
        raise NotFound(f"{Ref(dataset_id, version_number)} is not public any more; its new file must go too.")
    key = {"dataset_id": dataset_id, "version_number": version_number, "part": part, "format": format, "query": query}
    if session.get(SpooledFile, key) is None:
        made = SpooledFile(**key, blob_key=blob_key, sha256=sha256, size_bytes=size_bytes, made_at=now)
        session.add(made)
        session.flush()


def note_sent(session: Session, blob_key: str, now: datetime) -> None:
    """Remember that a spooled file is being read, so that it is not the next to go. To the nearest minutes: a file that
    many read at once is not written for each."""
    for kept in (SpooledFile, CatalogueFile):
        is_news = kept.last_sent_at.is_(None) | (kept.last_sent_at < now - _READ_NOW / 2)
        session.execute(update(kept).where(kept.blob_key == blob_key, is_news).values(last_sent_at=now))


def forget_spooled_files(
    session: Session, now: datetime, *, older_than: timedelta = KEPT_TABLES, limit: int = 1_000
) -> int:
    """Let go of files made longer ago than that (those of queries: than 24 hours), which are made again when asked for;
    how many. Otherwise whoever asks for every format of every version once fills the store for good.
    """
    is_old = (SpooledFile.made_at < now - older_than) | (
        (SpooledFile.query != "") & (SpooledFile.made_at < now - KEPT_ANSWERS)
    )
    query = select(*_SPOOLED_KEY, SpooledFile.blob_key).where(is_old).order_by(SpooledFile.made_at).limit(limit)
    return _forget(session, [tuple(row) for row in session.execute(query)], now)


def shrink_spool(session: Session, now: datetime, *, max_bytes: int, limit: int = 1_000) -> int:
    """Let go of the files that nobody has read for longest, until the rest takes `max_bytes` at most; how many.

    What was asked for in the last minutes stays: somebody may be reading it.
    """
    excess = spool_size(session) - max_bytes
    if excess <= 0:
        return 0
    used_at = func.coalesce(SpooledFile.last_sent_at, SpooledFile.made_at)
    query = (
        select(*_SPOOLED_KEY, SpooledFile.blob_key, SpooledFile.size_bytes)
        .where(used_at < now - _READ_NOW)
        .order_by(used_at)
        .limit(limit)
    )
    chosen: list[tuple[object, ...]] = []
    for *key, size_bytes in session.execute(query):
        if excess <= 0:
            break
        chosen.append(tuple(key))
        excess -= size_bytes
    return _forget(session, chosen, now)


def spool_size(session: Session) -> int:
    """Bytes of all files that are kept, each counted once."""
    kept = union(*(select(found.blob_key, found.size_bytes) for found in (SpooledFile, CatalogueFile))).subquery()
    return int(session.scalar(select(func.coalesce(func.sum(kept.c.size_bytes), 0))) or 0)


def _forget(session: Session, chosen: list[tuple[object, ...]], now: datetime) -> int:
    """Drop these rows (key and blob) and have their blobs deleted where nothing else refers to them."""
    for *key, _ in chosen:
        session.execute(delete(SpooledFile).where(*map(eq, _SPOOLED_KEY, key)))
    purge_blobs(session, {str(row[-1]) for row in chosen}, now)
    return len(chosen)


def purge_blobs(session: Session, keys: set[str], now: datetime) -> None:
    """Have these blobs deleted where nothing refers to them."""
    if keys:
        session.add(Outbox(kind=PURGE_BLOBS, payload={"keys": sorted(keys)}, created_at=now))
    session.flush()
