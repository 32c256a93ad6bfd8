"""What is known of a record before this run looks at it: its last state, what is live, what a reviewer decided."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from portal.catalogue.commands import find_curated, find_withdrawn
from portal.catalogue.models import Dataset
from portal.catalogue.versions import Version, VersionPart
from portal.db import Database, table_of
from portal.gate import Release
from portal.ingest.comparing.drift import LivePart
from portal.ingest.fetching.increments import Due
from portal.ingest.models import HeldRecord, SourceRecord
from portal.ingest.preparing.reading_plans import Choices, choices_of
from portal.ingest.staging import StagedPart, staged_from_json
from portal.kernel.vocab import DatasetState, PartKind
from portal.tables.profiles import profile_from_json
from portal.tables.row_cuts import WithdrawnCell
from portal.tables.serial import orders_of

REVIEWS_KEPT_IN_MIND = 50
_AT_ONCE = 100
_GOOD_FOR_S = 5.0
_log = structlog.get_logger(__name__)

_LAST, _HELD = table_of(SourceRecord).c, table_of(HeldRecord).c
_DATASET, _VERSION, _PART = table_of(Dataset).c, table_of(Version).c, table_of(VersionPart).c
_OF_SOURCE = (_LAST.source_name == bindparam("source"), _LAST.record_id.in_(bindparam("ids", expanding=True)))
_GLANCE = select(
    _LAST.record_id,
    _LAST.fingerprint,
    _LAST.seen_run_id,
    _LAST.is_missing,
    _LAST.is_incremental,
    _LAST.compare_at,
    _LAST.compare_from_run,
    _LAST.labels,
).where(*_OF_SOURCE)
_FIND_LAST = select(
    _LAST.record_id, _LAST.data_stamp, _LAST.rules_digest, _LAST.raw_sha256, _LAST.dataset_id, _LAST.parts
).where(*_OF_SOURCE)
_REVIEWS = (
    select(
        table_of(HeldRecord),
        func.row_number()
        .over(partition_by=_HELD.record_id, order_by=(_HELD.reviewed_at.desc(), _HELD.id))
        .label("place"),
    )
    .where(
        _HELD.source_name == bindparam("source"),
        _HELD.record_id.in_(bindparam("ids", expanding=True)),
        _HELD.kind == "record",
        _HELD.state.in_(("released", "refused")),
    )
    .subquery()
)
_FIND_REVIEWS = select(_REVIEWS).where(_REVIEWS.c.place <= REVIEWS_KEPT_IN_MIND).order_by(_REVIEWS.c.place)
_FIND_LIVE = (
    select(_DATASET.id, _DATASET.source_key, _VERSION.number, _VERSION.data_digest, _VERSION.page_digest)
    .join(table_of(Version), (_VERSION.dataset_id == _DATASET.id) & (_VERSION.number == _DATASET.current_version))
    .where(_DATASET.source_key.in_(bindparam("keys", expanding=True)), _DATASET.state == DatasetState.PUBLISHED)
)
_FIND_LIVE_PARTS = (
    select(
        _PART.dataset_id,
        _PART.slug,
        _PART.kind,
        _PART.row_count,
        _PART.schema,
        _PART.sha256,
        _PART.preview,
        _PART.profile,
    )
    .join(table_of(Dataset), (_PART.dataset_id == _DATASET.id) & (_PART.version_number == _DATASET.current_version))
    .where(_PART.dataset_id.in_(bindparam("ids", expanding=True)))
    .order_by(_PART.dataset_id, _PART.position)
)


@dataclass(frozen=True, slots=True)
class Glance:
    """What decides whether a record needs a second look. `due`: when keys are compared, of a table fetched in parts.

    `labels`: those that it has while it is unchanged (`label_sets.py`); None where it must be mapped to learn them.
    """

    fingerprint: str
    seen_run_id: str
    is_missing: bool
    due: Due | None = None
    labels: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """The published version of a dataset, and the digests that it was admitted with."""

    dataset_id: str
    version: int
    data_digest: str
    page_digest: str
    parts: tuple[LivePart, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything known about one record. `staged`: source's part key → what was made of it, while `data_stamp` lasts;
    without previews, which the database keeps for what is live alone. `reviews`: ids of what persons decided about it (the
    newest 50), `curated`: the texts that curators own, `withdrawn`: what marks rows that a person withdrew, `choices`:
    headers that persons confirmed."""

    data_stamp: str = ""
    rules_digest: str = ""
    raw_sha256: str = ""
    dataset_id: str | None = None
    staged: Mapping[str, tuple[StagedPart, ...]] | None = None
    live: Live | None = None
    releases: tuple[Release, ...] = ()
    refused_digests: frozenset[str] = frozenset()
    reviews: frozenset[str] = frozenset()
    curated: tuple[Row[Any], ...] = ()
    withdrawn: tuple[WithdrawnCell, ...] = ()
    choices: Choices = field(default_factory=dict)


class Outlook:
    """What is known of the records that come next: asked for many at once, and again when the answer has grown old.

    A curator or a reviewer may decide something in between; what is written is checked against that (`settling.py`).
    """

    def __init__(self, database: Database, source_name: str, record_ids: Sequence[str]) -> None:
        self._database = database
        self._source_name = source_name
        self._coming = list(record_ids)
        self._known: dict[str, Known] = {}
        self._asked_at = 0.0

    def known(self, record_id: str) -> Known:
        """Everything known of the record; the database is asked for it and for those after it, or not at all."""
        if record_id not in self._known or time.monotonic() - self._asked_at > _GOOD_FOR_S:
            start = self._coming.index(record_id)
            self._coming = self._coming[start:]
            with self._database.reading() as session:
                self._known = look_up_many(session, self._source_name, self._coming[:_AT_ONCE])
            self._asked_at = time.monotonic()
        return self._known.pop(record_id)


def glance(session: Session, source_name: str, record_ids: Sequence[str]) -> dict[str, Glance]:
    """The last state of many records in one statement; records never seen are absent."""
    rows = session.execute(_GLANCE, {"source": source_name, "ids": list(record_ids)})
    return {row.record_id: _glanced(row) for row in rows}


def _glanced(row: Row[*tuple[Any, ...]]) -> Glance:
    due = Due(row.compare_at, row.compare_from_run) if row.is_incremental else None
    return Glance(row.fingerprint, row.seen_run_id, row.is_missing, due, row.labels)


def look_up(session: Session, source_name: str, record_id: str) -> Known:
    """Everything that the steps want to know about one record."""
    return look_up_many(session, source_name, (record_id,))[record_id]


def look_up_many(session: Session, source_name: str, record_ids: Sequence[str]) -> dict[str, Known]:
    """Record id → everything that the steps want to know about it, in seven statements for all."""
    of_source = {"source": source_name, "ids": list(record_ids)}
    keys = {record_id: f"{source_name}:{record_id}" for record_id in record_ids}
    last = {row.record_id: row for row in session.execute(_FIND_LAST, of_source)}
    reviews: dict[str, list[Row[Any]]] = {}
    for review in session.execute(_FIND_REVIEWS, of_source):
        reviews.setdefault(review.record_id, []).append(review)
    live = find_live_many(session, tuple(keys.values()))
    curated = find_curated(session, tuple(keys.values()))
    withdrawn = find_withdrawn(session, tuple(keys.values()))
    choices = choices_of(session, source_name, record_ids)
    return {
        record_id: replace(
            _known(last.get(record_id), reviews.get(record_id, ()), live.get(key), curated.get(key, ())),
            withdrawn=withdrawn.get(key, ()),
            choices=choices.get(record_id, {}),
        )
        for record_id, key in keys.items()
    }


def find_live(session: Session, source_key: str) -> Live | None:
    """The published version of a record's dataset, None while nothing of it is public."""
    return find_live_many(session, (source_key,)).get(source_key)


def find_live_many(session: Session, source_keys: Sequence[str]) -> dict[str, Live]:
    """Source key → the published version of its dataset, absent while nothing of it is public; two statements."""
    rows = session.execute(_FIND_LIVE, {"keys": list(source_keys)}).all()
    parts: dict[str, list[LivePart]] = {row.id: [] for row in rows}
    for part in session.execute(_FIND_LIVE_PARTS, {"ids": list(parts)}) if parts else ():
        parts[part.dataset_id].append(_live_part(part))
    return {
        row.source_key: Live(row.id, row.number, row.data_digest, row.page_digest, tuple(parts[row.id])) for row in rows
    }


def release_of(held: HeldRecord | Row[Any]) -> Release:
    """A reviewer's decision as the gate reads it: bound to the digests, and to the reasons that the reviewer saw."""
    return Release(
        id=held.id,
        reviewer=held.reviewer,
        reason=held.review_reason,
        data_digest=held.data_digest,
        page_digest=held.page_digest,
        codes=frozenset(str(reason["code"]) for reason in held.reasons),
        seen=frozenset((str(reason["code"]), str(reason["subject"])) for reason in held.reasons),
        approved_by=held.approved_by,
    )


def _known(last: Any, reviews: Sequence[Row[Any]], live: Live | None, curated: Sequence[Row[Any]]) -> Known:
    return Known(
        data_stamp=last.data_stamp if last else "",
        rules_digest=last.rules_digest if last else "",
        raw_sha256=last.raw_sha256 if last else "",
        dataset_id=last.dataset_id if last else None,
        staged=_staged(last.parts) if last else None,
        live=live,
        releases=tuple(release_of(held) for held in reviews if held.state == "released"),
        refused_digests=frozenset(held.data_digest + held.page_digest for held in reviews if held.state == "refused"),
        reviews=frozenset(held.id for held in reviews),
        curated=tuple(curated),
    )


def _live_part(row: Row[*tuple[Any, ...]]) -> LivePart:
    columns = tuple((str(c["name"]), str(c["type"])) for c in row.schema["columns"]) if row.schema else ()
    preview = tuple(tuple(cells) for cells in row.preview or ())
    actions = tuple(orders_of(row.schema).items()) if row.schema else ()
    return LivePart(
        row.slug,
        PartKind(row.kind),
        row.row_count,
        columns,
        row.sha256,
        preview,
        actions,
        profile_from_json(row.profile),
    )


def _staged(parts: list[Any]) -> dict[str, tuple[StagedPart, ...]] | None:
    """Parts by the source's key; None when a program of another time wrote them, so that they are made anew."""
    found: dict[str, tuple[StagedPart, ...]] = {}
    try:
        for value in parts:
            part = staged_from_json(value)
            found[part.part_key] = (*found.get(part.part_key, ()), part)
    except (KeyError, TypeError, ValueError) as error:
        _log.warning("staged_parts_unreadable", error=type(error).__name__)
        return None
    return found or None
