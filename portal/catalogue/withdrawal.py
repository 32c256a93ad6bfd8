"""Taking back what was public. The state changes at once, for every door; a tombstone and an outbox row say the rest.

Redacting a version removes its parts (previews are data too) and its spooled files from the database in the same
transaction, and leaves the keys of the blobs to `purge.py`, which deletes those that nothing else refers to.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.catalogue.counts import find_share, move_share
from portal.catalogue.models import Dataset, ExportJob, Outbox
from portal.catalogue.versions import SpooledFile, Tombstone, Version, VersionPart
from portal.db.locks import lock
from portal.inspect import tellable
from portal.kernel.columns import ColumnOrder
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.vocab import DatasetState
from portal.tables.serial import orders_of

PURGE_BLOBS = "purge_blobs"
THINNED = "thinned"
COLUMN_CLOSED = "column_closed_later"
NOT_SHOWN = "reason_not_shown"
_KEEP_LAST = 12
ClosedColumns = Callable[[str, Mapping[str, ColumnOrder]], bool]
"""Asked with a part's slug and its published columns (name → what was done): whether one of them may be public no longer."""


def withdraw_dataset(
    session: Session, dataset_id: str, reason: str, actor: str, now: datetime, *, stays: bool = True
) -> None:
    """Take a dataset and all its versions from the public; nothing changes when it already is. Raises NotFound.

    `reason` is public: numbers of people in it are left out, for a withdrawal never waits for better words. `stays`: a
    person decided, and no source can bring it back; a source's own closing act passes False.
    """
    if not reason.strip():
        raise InvalidInput("A withdrawal needs a reason that the public may read.", parameter="reason")
    lock(session, f"dataset {dataset_id}")
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}.")
    dataset.stays_withdrawn = dataset.stays_withdrawn or stays
    if dataset.state == DatasetState.WITHDRAWN:
        return
    move_share(session, find_share(session, dataset_id), None)
    told = tellable(reason.strip(), NOT_SHOWN)
    dataset.state, dataset.withdrawn_at, dataset.withdrawn_reason = DatasetState.WITHDRAWN, now, told
    dataset.revision, dataset.particulars, dataset.stamped_at = Dataset.revision + 1, {}, now
    session.flush()
    live = select(Version.number).where(Version.dataset_id == dataset_id, Version.redacted_at.is_(None))
    redact_versions(session, dataset_id, tuple(session.scalars(live)), reason=told, actor=actor, now=now)
    _bury(session, dataset_id, reason=told, actor=actor, now=now)


def lift_withdrawal(session: Session, dataset_id: str, actor: str, now: datetime) -> None:
    """Let a source publish the dataset again; what was purged stays purged. Raises NotFound, InvalidInput."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}.")
    if dataset.state != DatasetState.WITHDRAWN:
        raise InvalidInput(f"The dataset {dataset_id} is not withdrawn.", parameter="dataset")
    dataset.stays_withdrawn = False
    session.add(Outbox(kind="lifted", payload={"dataset_id": dataset_id, "actor": actor}, created_at=now, done_at=now))
    session.flush()


def redact_versions(
    session: Session, dataset_id: str, numbers: Iterable[int], *, reason: str, actor: str, now: datetime
) -> None:
    """Cut the content of versions: parts and files go, a tombstone with checksums stays under each digest."""
    lock(session, f"dataset {dataset_id}")
    for number in numbers:
        of_version = (VersionPart.dataset_id == dataset_id, VersionPart.version_number == number)
        parts = session.execute(
            select(
                VersionPart.slug,
                VersionPart.sha256,
                VersionPart.original_sha256,
                VersionPart.blob_key,
                VersionPart.original_blob_key,
            ).where(*of_version)
        ).all()
        of_spool = (SpooledFile.dataset_id == dataset_id, SpooledFile.version_number == number)
        spooled = session.execute(
            select(
                SpooledFile.part, SpooledFile.format, SpooledFile.query, SpooledFile.sha256, SpooledFile.blob_key
            ).where(*of_spool)
        ).all()
        checksums = {f"{slug}.parquet": sha for slug, sha, _, _, _ in parts if sha}
        checksums |= {f"{slug}.original": original for slug, _, original, _, _ in parts if original}
        checksums |= {f"{part}.{made}": sha for part, made, query, sha, _ in spooled if not query}
        keys = {key for _, _, _, *pair in parts for key in pair if key} | {key for *_, key in spooled}
        digest = session.scalar(
            select(Version.data_digest).where(Version.dataset_id == dataset_id, Version.number == number)
        )
        of_number = (Version.dataset_id == dataset_id, Version.number == number, Version.redacted_at.is_(None))
        session.execute(update(Version).where(*of_number).values(redacted_at=now))
        session.execute(delete(SpooledFile).where(*of_spool))
        session.execute(delete(VersionPart).where(*of_version))
        session.execute(delete(ExportJob).where(ExportJob.dataset_id == dataset_id, ExportJob.version_number == number))
        _bury(
            session, dataset_id, reason=reason, actor=actor, now=now, number=number, digest=digest, checksums=checksums
        )
        if keys:
            payload = {"dataset_id": dataset_id, "version": number, "keys": sorted(keys)}
            session.add(Outbox(kind=PURGE_BLOBS, payload=payload, created_at=now))
    session.flush()


def redact_columns(
    session: Session, dataset_id: str, is_closed: ClosedColumns, *, actor: str, now: datetime
) -> tuple[int, ...]:
    """Take back every kept version with a column that was closed later; their numbers. Call it in the transaction that
    learns of the closing, after the version without the column was published, if there is one.

    When the current version is among them, the dataset is withdrawn: nothing of it may be shown until its source brings
    a version without the column.
    """
    lock(session, f"dataset {dataset_id}")
    tables = session.execute(
        select(VersionPart.version_number, VersionPart.slug, VersionPart.schema)
        .join(Version, (Version.dataset_id == VersionPart.dataset_id) & (Version.number == VersionPart.version_number))
        .where(VersionPart.dataset_id == dataset_id, VersionPart.schema.is_not(None), Version.redacted_at.is_(None))
        .order_by(VersionPart.version_number)
    )
    closed = {number for number, slug, schema in tables if schema and is_closed(slug, orders_of(schema))}
    current = session.scalar(
        select(Dataset.current_version).where(Dataset.id == dataset_id, Dataset.state == DatasetState.PUBLISHED)
    )
    if current in closed:
        withdraw_dataset(session, dataset_id, COLUMN_CLOSED, actor, now, stays=False)
    elif closed:
        redact_versions(session, dataset_id, sorted(closed), reason=COLUMN_CLOSED, actor=actor, now=now)
        session.execute(update(Dataset).where(Dataset.id == dataset_id).values(revision=Dataset.revision + 1))
    return tuple(sorted(closed))


def thin_versions(
    session: Session, now: datetime, *, after_id: str = "", keep_last: int = _KEEP_LAST, limit: int = 200
) -> tuple[int, str | None]:
    """Redact old versions: the last 12 and the last of each month stay. Answers how many went, and where to go on.

    Looks at `limit` datasets after `after_id`; call again with the second value, a transaction each, until it is None.
    """
    crowded = (
        select(Version.dataset_id)
        .where(Version.redacted_at.is_(None), Version.dataset_id > after_id)
        .group_by(Version.dataset_id)
        .having(func.count() > keep_last)
        .order_by(Version.dataset_id)
        .limit(limit)
    )
    ids = session.scalars(crowded).all()
    thinned = 0
    for dataset_id in ids:
        rows = session.execute(
            select(Version.number, Version.published_at)
            .where(Version.dataset_id == dataset_id, Version.redacted_at.is_(None))
            .order_by(Version.number.desc())
        ).all()
        month_ends: dict[tuple[int, int], int] = {}
        for number, published_at in rows:
            month_ends.setdefault((published_at.year, published_at.month), number)
        kept = {number for number, _ in rows[:keep_last]} | set(month_ends.values())
        gone = [number for number, _ in rows if number not in kept]
        redact_versions(session, dataset_id, gone, reason=THINNED, actor="retention", now=now)
        thinned += len(gone)
    return thinned, ids[-1] if len(ids) == limit else None


def _bury(
    session: Session,
    dataset_id: str,
    *,
    reason: str,
    actor: str,
    now: datetime,
    number: int | None = None,
    digest: str | None = None,
    checksums: dict[str, str] | None = None,
) -> None:
    session.execute(
        insert(Tombstone).values(
            id=new_id(),
            dataset_id=dataset_id,
            version_number=number,
            data_digest=digest,
            checksums=checksums or {},
            reason=reason,
            actor=actor,
            buried_at=now,
        )
    )
