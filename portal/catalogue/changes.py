"""The feed of public changes: written by one announcer, read from any point on.

Transactions that change datasets commit in any order, so a number taken inside of them would let a reader pass one that
commits later. Here a dataset carries what was last told of it (`announced_version`) beside what is true (`revision`), as it
does for the index; the announcer, alone under a lock, tells the difference in one transaction with numbers that follow each
other. Whatever was committed is told, once, in an order that never changes; what was never public gets no number. Two
changes of a dataset between two rounds (a second or two apart) are told as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from portal.access import VISIBLE_STATES
from portal.catalogue.change_log import CREATED, UPDATED, WITHDRAWN, Change
from portal.catalogue.models import Dataset, Publisher
from portal.catalogue.objections import UNDER_OBJECTION, Objection, is_hidden
from portal.catalogue.reading import is_storable, read_theme_slugs
from portal.db import table_of
from portal.db.locks import lock
from portal.kernel.principal import Principal

MOST_CHANGES = 1_000
KEPT_WHOLE_FOR = timedelta(days=180)
_AT_ONCE = 500
_LOOK_AGAIN = -1  # the announced revision of what an objection hides: no revision tells when it is answered
_DATASET = table_of(Dataset).c
_TELL = (
    update(table_of(Dataset))
    .where(_DATASET.id == bindparam("dataset"))
    .values(announced_revision=bindparam("as_of"), announced_version=bindparam("told"))
)
_STAMP = (
    update(table_of(Dataset))
    .where(
        _DATASET.id == bindparam("dataset"), or_(_DATASET.stamped_at.is_(None), _DATASET.stamped_at < bindparam("at"))
    )
    .values(stamped_at=bindparam("at"))
)
"""When a change was told is later than when it was made, and after its commit: a harvester that asks since when misses none."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One public change. `version`: the one that was current then; None where the dataset was withdrawn."""

    number: int
    dataset_id: str
    kind: str
    version: int | None
    reason: str
    publisher_slug: str
    theme_slugs: tuple[str, ...]
    noticed_at: datetime


def announce_changes(session: Session, now: datetime, limit: int = _AT_ONCE) -> int:
    """Number what changed in public since it was last told, at most `limit` datasets; how many of them were looked at.

    Call it again while it answers `limit`. For the worker; any number of workers may.
    """
    lock(session, "changes")
    rows = _different(session, limit)
    if not rows:
        return 0
    themes = read_theme_slugs(session, [row.id for row in rows])
    number = session.scalar(select(func.max(Change.number))) or 0
    entries: list[dict[str, Any]] = []
    for row in rows:
        kind = _kind(row)
        if kind is None:
            continue
        number += 1
        reason = (UNDER_OBJECTION if row.is_hidden else row.withdrawn_reason) if kind == WITHDRAWN else ""
        entries.append(
            {
                "number": number,
                "dataset_id": row.id,
                "kind": kind,
                "version_number": None if kind == WITHDRAWN else row.current_version,
                "reason": reason,
                "publisher_slug": row.slug,
                "theme_slugs": list(themes[row.id]),
                "noticed_at": now,
            }
        )
    if entries:
        session.execute(insert(table_of(Change)), entries)
        session.execute(_STAMP, [{"dataset": entry["dataset_id"], "at": now} for entry in entries])
    session.execute(
        _TELL,
        [
            {
                "dataset": row.id,
                "as_of": _LOOK_AGAIN if row.is_hidden else row.revision,
                "told": row.current_version if _is_shown(row) else None,
            }
            for row in rows
        ],
    )
    return len(rows)


def are_changes_due(session: Session) -> bool:
    """Whether `announce_changes` may have something to tell; asked first, because it needs no write."""
    return bool(_different(session, 1))


def list_changes(
    session: Session, principal: Principal, since: int, limit: int, *, publisher: str = "", theme: str = ""
) -> tuple[ChangeView, ...]:
    """Changes after number `since` in order, of one department or theme where one is named; at most 1,000."""
    query = select(*table_of(Change).c).where(Change.number > since).order_by(Change.number)
    return _views(session, query, min(limit, MOST_CHANGES), publisher, theme)


def list_latest_changes(
    session: Session, principal: Principal, before: int | None, limit: int, *, publisher: str = "", theme: str = ""
) -> tuple[ChangeView, ...]:
    """The newest change of each dataset, the newest first, before number `before` where one is given; at most 1,000."""
    later = aliased(table_of(Change))
    query = select(*table_of(Change).c).order_by(Change.number.desc())
    query = query.where(
        ~select(later.c.number).where(later.c.dataset_id == Change.dataset_id, later.c.number > Change.number).exists()
    )
    if before is not None:
        query = query.where(Change.number < before)
    return _views(session, query, min(limit, MOST_CHANGES), publisher, theme)


def find_newest_change(session: Session) -> int:
    """The number of the newest change; 0 before the first."""
    return session.scalar(select(func.max(Change.number))) or 0


def compact_changes(session: Session, now: datetime, limit: int = 5_000) -> int:
    """Forget changes older than 180 days that a later one of the same dataset has overtaken; how many, at most `limit`.

    Whoever reads on from any old cursor still learns the last state of everything.
    """
    later = aliased(table_of(Change))
    overtaken = (
        select(Change.number)
        .where(Change.noticed_at < now - KEPT_WHOLE_FOR)
        .where(
            select(later.c.number)
            .where(later.c.dataset_id == Change.dataset_id, later.c.number > Change.number)
            .exists()
        )
        .order_by(Change.number)
        .limit(limit)
    )
    numbers = session.scalars(overtaken).all()
    if numbers:
        session.execute(delete(table_of(Change)).where(Change.number.in_(numbers)))
    return len(numbers)


def _different(session: Session, limit: int) -> Sequence[Any]:
    """Datasets whose state may differ from what was told, in order of id; one statement, so one state."""
    newly_hidden = select(Objection.dataset_id).where(Objection.state == "open", Objection.hides.is_(True))
    unequal = select(_DATASET.id).where(_DATASET.revision != _DATASET.announced_revision)  # a partial index
    is_told_hidden = _DATASET.announced_revision == _LOOK_AGAIN
    is_due = (~is_told_hidden & (_DATASET.revision != _DATASET.announced_revision)) | (
        is_hidden(Dataset.id) & _DATASET.announced_version.is_not(None)
    )
    columns = (_DATASET.id, _DATASET.state, _DATASET.current_version, _DATASET.revision, _DATASET.announced_version)
    query = (
        select(*columns, _DATASET.withdrawn_reason, Publisher.slug, is_hidden(Dataset.id).label("is_hidden"))
        .select_from(Dataset)
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .where(_DATASET.id.in_(unequal.union(newly_hidden)), is_due | (is_told_hidden & ~is_hidden(Dataset.id)))
        .order_by(Dataset.id)
        .limit(limit)
    )
    return session.execute(query).all()


def _is_shown(row: Any) -> bool:
    return row.state in VISIBLE_STATES and not row.is_hidden


def _kind(row: Any) -> str | None:
    """What the public has to learn, if anything: a rising popularity or a renamed department is no change of a dataset."""
    if not _is_shown(row):
        return WITHDRAWN if row.announced_version is not None else None
    if row.announced_version is None:
        return CREATED
    return UPDATED if row.announced_version != row.current_version else None


def _views(session: Session, query: Any, limit: int, publisher: str, theme: str) -> tuple[ChangeView, ...]:
    if not is_storable(publisher, theme):
        return ()
    if publisher:
        query = query.where(Change.publisher_slug == publisher)
    if theme:
        query = query.where(cast(Change.theme_slugs, String).contains(f'"{theme}"', autoescape=True))
    return tuple(
        ChangeView(
            row.number,
            row.dataset_id,
            row.kind,
            row.version_number,
            row.reason,
            row.publisher_slug,
            tuple(row.theme_slugs),
            row.noticed_at,
        )
        for row in session.execute(query.limit(limit))
    )
