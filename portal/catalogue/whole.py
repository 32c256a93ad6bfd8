"""The whole public catalogue at once: what it holds, in batches, and the files that were made of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.access import narrower
from portal.catalogue.files import KEPT_ANSWERS, purge_blobs
from portal.catalogue.models import CatalogueFile, Dataset
from portal.catalogue.objections import Objection
from portal.catalogue.reading import only_visible, read_cards, read_wordings
from portal.catalogue.serialised import load_text
from portal.catalogue.versions import Version, VersionPart
from portal.catalogue.views import DatasetCard, FileView
from portal.kernel.digests import value_digest
from portal.kernel.text import Language, Text
from portal.kernel.vocab import DatasetState, Openness

BATCH = 500
MAY_LAG = timedelta(minutes=10)
"""How old a file may be that lacks the newest datasets. What was taken back is never in one that is served."""


@dataclass(frozen=True, slots=True)
class CatalogueState:
    """What the catalogue is like, and what was ever taken back, as digests; and how many datasets are public."""

    digest: str
    removals: str
    dataset_count: int


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A distribution. `columns`: names, of a table."""

    slug: str
    kind: str
    name: Text
    format: str
    media_type: str
    url: str
    row_count: int | None
    size_bytes: int | None
    sha256: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogueRecord:
    """One public dataset with its parts. Whoever sees it may not be allowed to read its rows: of conditional data there is
    nothing here that was counted in rows or made from them, and no checksum by which a guess could be confirmed."""

    card: DatasetCard
    keywords: Mapping[Language, tuple[str, ...]]
    licence: str
    open_condition: str
    issued_at: datetime | None
    parts: tuple[PartRecord, ...]


def read_state(session: Session) -> CatalogueState:
    """The state now, in six statements. Revisions only grow, so their sum is another one after any public change."""
    revisions = session.scalar(select(func.sum(Dataset.revision)))
    count = session.scalar(only_visible(select(func.count()).select_from(Dataset))) or 0
    withdrawn = session.execute(
        select(func.count(), func.max(Dataset.withdrawn_at)).where(Dataset.state == DatasetState.WITHDRAWN)
    ).one()
    redacted = session.execute(select(func.count(Version.redacted_at), func.max(Version.redacted_at))).one()
    closing = session.execute(select(func.count()).where(Dataset.openness != Openness.UNCONDITIONAL)).one()
    hiding = session.execute(select(func.count(), func.max(Objection.filed_at)).where(Objection.hides.is_(True))).one()
    removals = value_digest([str(cell) for row in (withdrawn, redacted, closing, hiding) for cell in row])
    return CatalogueState(value_digest([str(revisions), count, removals]), removals, count)


def list_records(session: Session) -> Iterator[CatalogueRecord]:
    """Every public dataset in order of id: six statements for each 500, and memory for no more."""
    after = ""
    while True:
        query = only_visible(select(Dataset.id)).where(Dataset.id > after).order_by(Dataset.id).limit(BATCH)
        ids = session.scalars(query).all()
        if not ids:
            return
        yield from _records(session, ids)
        after = ids[-1]


def _records(session: Session, ids: Sequence[str]) -> Iterator[CatalogueRecord]:
    cards = read_cards(session, ids)
    keywords = read_wordings(session, ids, ("keywords",))
    others = {
        row.id: row
        for row in session.execute(
            select(
                Dataset.id, Dataset.licence, Dataset.open_condition, Dataset.issued_at, Dataset.openness,
                Version.openness.label("version_openness"),
            )
            .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
            .where(Dataset.id.in_(ids))
        )
    }  # fmt: skip
    is_open = {i: narrower(row.openness, row.version_openness) is Openness.UNCONDITIONAL for i, row in others.items()}
    parts = _parts(session, ids, {i for i, yes in is_open.items() if yes})
    for dataset_id in ids:
        if (card := cards.get(dataset_id)) is not None:
            words, other = keywords.get(dataset_id, {}).get("keywords", Text()), others[dataset_id]
            yield CatalogueRecord(
                card=card,
                keywords={x: tuple(w.value.splitlines()) for x in Language if (w := words.wording(x))},
                licence=other.licence,
                open_condition=other.open_condition,
                issued_at=other.issued_at,
                parts=tuple(parts[dataset_id]),
            )


def _parts(session: Session, ids: Sequence[str], unconditional: set[str]) -> Mapping[str, list[PartRecord]]:
    found: dict[str, list[PartRecord]] = defaultdict(list)
    columns = [
        getattr(VersionPart, name)
        for name in (
            "dataset_id", "slug", "kind", "names", "format", "media_type", "url", "row_count", "size_bytes", "sha256", "schema",
        )
    ]  # fmt: skip
    is_current = (Dataset.id == VersionPart.dataset_id) & (Dataset.current_version == VersionPart.version_number)
    query = select(*columns).join(Dataset, is_current).where(Dataset.id.in_(ids))
    for row in session.execute(query.order_by(VersionPart.dataset_id, VersionPart.position)):
        found[row.dataset_id].append(_part(row, is_open=row.dataset_id in unconditional))
    return found


def _part(row: Any, *, is_open: bool) -> PartRecord:
    return PartRecord(
        slug=row.slug,
        kind=row.kind,
        name=load_text(row.names),
        format=row.format,
        media_type=row.media_type,
        url=row.url if is_open else "",
        row_count=row.row_count if is_open else None,
        size_bytes=row.size_bytes if is_open else None,
        sha256=row.sha256 if is_open else None,
        columns=tuple(column["name"] for column in row.schema["columns"]) if row.schema else (),
    )


def record_catalogue_file(
    session: Session,
    *,
    format: str,  # noqa: A002 - the word of the address
    state: CatalogueState,
    blob_key: str,
    sha256: str,
    size_bytes: int,
    row_count: int,
    now: datetime,
) -> None:
    """Register the catalogue as a file, whose blob was put before; the first one of a state stays."""
    if session.get(CatalogueFile, (format, state.digest)) is None:
        made = CatalogueFile(
            format=format,
            state=state.digest,
            removals=state.removals,
            blob_key=blob_key,
            sha256=sha256,
            size_bytes=size_bytes,
            row_count=row_count,
            made_at=now,
        )
        session.add(made)
        session.flush()


def find_catalogue_file(session: Session, format: str, state: CatalogueState, now: datetime) -> FileView | None:  # noqa: A002 - as above
    """The catalogue as a file: as it is now, else as it was some minutes ago if nothing was taken back since."""
    is_right = (CatalogueFile.state == state.digest) | (
        (CatalogueFile.removals == state.removals) & (CatalogueFile.made_at > now - MAY_LAG)
    )
    query = select(CatalogueFile).where(CatalogueFile.format == format, is_right)
    found = session.scalars(
        query.order_by((CatalogueFile.state == state.digest).desc(), CatalogueFile.made_at.desc()).limit(1)
    ).first()
    if found is None:
        return None
    name = f"catalogue-{found.made_at:%Y-%m-%d}.{format}"
    return FileView(found.blob_key, name, "", found.size_bytes, found.sha256, found.made_at)


def forget_catalogue_files(session: Session, now: datetime) -> int:
    """Let go of the catalogue's files that are served no more; how many."""
    state = read_state(session)
    is_served = (CatalogueFile.state == state.digest) | (
        (CatalogueFile.removals == state.removals) & (CatalogueFile.made_at > now - MAY_LAG)
    )
    is_over = ~is_served | (CatalogueFile.made_at < now - KEPT_ANSWERS)
    keys = session.scalars(delete(CatalogueFile).where(is_over).returning(CatalogueFile.blob_key)).all()
    purge_blobs(session, set(keys), now)
    return len(keys)
