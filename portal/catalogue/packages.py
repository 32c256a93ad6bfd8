"""Datasets as CKAN's clients and the entries of their search need them: many at once, in five statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from portal.access import can_read_rows, narrower
from portal.catalogue.models import Dataset, DatasetTheme, Publisher, Theme
from portal.catalogue.reading import only_visible, read_wordings
from portal.catalogue.serialised import load_text
from portal.catalogue.versions import Version, VersionPart
from portal.catalogue.views import PublisherView, ThemeView
from portal.kernel.principal import Principal
from portal.kernel.text import Language, Text
from portal.kernel.vocab import Openness, PartKind, UpdateCycle


@dataclass(frozen=True, slots=True)
class PackagePart:
    """A part as a resource. `has_rows`: the caller may read its rows. Who may not read what it holds gets no size, no
    checksum, no address elsewhere, and of the source's words only those that describe."""

    slug: str
    kind: PartKind
    name: Text
    format: str
    media_type: str
    url: str
    size_bytes: int | None
    sha256: str | None
    offers_original: bool
    has_rows: bool
    particulars: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Package:
    """A visible dataset. `changed_at`: when what we tell of it last changed here; `particulars`: the source's other words."""

    id: str
    name: str
    revision: int
    title: Text
    description: Text
    keywords: tuple[str, ...]
    publisher: PublisherView
    themes: tuple[ThemeView, ...]
    openness: Openness
    update_cycle: UpdateCycle
    licence: str
    owner: str
    resource_code: str
    created_at: datetime
    changed_at: datetime
    particulars: Mapping[str, str]
    parts: tuple[PackagePart, ...]


def list_packages(session: Session, principal: Principal, ids: Sequence[str]) -> tuple[Package, ...]:
    """The visible ones among `ids`, in that order; five statements whatever their number."""
    rows = {row.id: row for row in _rows(session, ids)}
    found = tuple(rows)
    texts = read_wordings(session, found, ("title", "description", "keywords"))
    themes, parts = _themes(session, found), _parts(session, found)
    return tuple(
        _package(rows[i], texts.get(i, {}), themes.get(i, ()), parts.get(i, ()), principal) for i in ids if i in rows
    )


def list_open_tables(
    session: Session, *, limit: int, offset: int = 0, keys: Sequence[tuple[str, str]] | None = None
) -> tuple[tuple[tuple[str, str], ...], int]:
    """((dataset id, part) of tables whose rows everybody may read, as they are now, in order; how many there are).

    `keys`: of these alone. Two statements.
    """
    is_current = (VersionPart.dataset_id == Dataset.id) & (VersionPart.version_number == Dataset.current_version)
    is_its = (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version)
    is_open = (Dataset.openness == Openness.UNCONDITIONAL) & (Version.openness == Openness.UNCONDITIONAL)
    query = (
        only_visible(select(VersionPart.dataset_id, VersionPart.slug).join(Dataset, is_current).join(Version, is_its))
        .where(VersionPart.kind == PartKind.TABLE, is_open)
        .order_by(VersionPart.dataset_id, VersionPart.slug)
    )
    if keys is not None:
        query = query.where(tuple_(VersionPart.dataset_id, VersionPart.slug).in_(keys))
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.limit(limit).offset(offset)).all() if offset < total and limit else ()
    return tuple((row[0], row[1]) for row in rows), total


def find_package_id(session: Session, principal: Principal, text: str) -> str | None:
    """The id of the visible dataset with this id or name."""
    if not text or len(text) > 100 or "\x00" in text:
        return None
    query = only_visible(select(Dataset.id)).where((Dataset.id == text) | (Dataset.name == text))
    return session.scalars(query.order_by((Dataset.id == text).desc()).limit(1)).one_or_none()


def _rows(session: Session, ids: Sequence[str]) -> Sequence[Any]:
    query = (
        select(
            Dataset.id,
            Dataset.name,
            Dataset.revision,
            Dataset.openness,
            Dataset.update_cycle,
            Dataset.licence,
            Dataset.owner,
            Dataset.resource_code,
            Dataset.particulars,
            Dataset.created_at,
            Dataset.issued_at,
            Version.published_at,
            Version.openness.label("version_openness"),
            Publisher.id.label("publisher_id"),
            Publisher.slug,
            Publisher.names,
            Publisher.descriptions,
            Publisher.dataset_count,
        )
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.id.in_(ids))
    )
    return session.execute(only_visible(query)).all() if ids else ()


def _themes(session: Session, ids: Sequence[str]) -> Mapping[str, tuple[ThemeView, ...]]:
    query = (
        select(DatasetTheme.dataset_id, Theme.slug, Theme.names, Theme.dataset_count)
        .join(Theme, Theme.slug == DatasetTheme.theme_slug)
        .where(DatasetTheme.dataset_id.in_(ids))
        .order_by(Theme.position)
    )
    found: dict[str, tuple[ThemeView, ...]] = {}
    for dataset_id, slug, names, count in session.execute(query) if ids else ():
        found[dataset_id] = (*found.get(dataset_id, ()), ThemeView(slug, load_text(names), count))
    return found


def _parts(session: Session, ids: Sequence[str]) -> Mapping[str, tuple[Any, ...]]:
    query = (
        select(
            VersionPart.dataset_id,
            VersionPart.slug,
            VersionPart.kind,
            VersionPart.names,
            VersionPart.format,
            VersionPart.media_type,
            VersionPart.url,
            VersionPart.size_bytes,
            VersionPart.sha256,
            VersionPart.original_blob_key.is_not(None).label("has_original"),
            VersionPart.particulars,
        )
        .join(
            Dataset,
            (Dataset.id == VersionPart.dataset_id) & (Dataset.current_version == VersionPart.version_number),
        )
        .where(Dataset.id.in_(ids))
        .order_by(VersionPart.dataset_id, VersionPart.position)
    )
    found: dict[str, tuple[Any, ...]] = {}
    for row in session.execute(query) if ids else ():
        found[row.dataset_id] = (*found.get(row.dataset_id, ()), row)
    return found


def _package(
    row: Any, texts: Mapping[str, Text], themes: tuple[ThemeView, ...], parts: tuple[Any, ...], principal: Principal
) -> Package:
    openness = narrower(row.openness, row.version_openness)
    shows_rows = can_read_rows(principal, openness, row.id)
    keywords = texts.get("keywords", Text())
    words = [word for x in Language if (w := keywords.wording(x)) for word in w.value.splitlines()]
    return Package(
        id=row.id,
        name=row.name or row.id,
        revision=row.revision,
        title=texts.get("title", Text()),
        description=texts.get("description", Text()),
        keywords=tuple(dict.fromkeys(words)),
        publisher=PublisherView(
            row.publisher_id, row.slug, load_text(row.names), load_text(row.descriptions), row.dataset_count
        ),
        themes=themes,
        openness=openness,
        update_cycle=UpdateCycle(row.update_cycle),
        licence=row.licence,
        owner=row.owner,
        resource_code=row.resource_code,
        created_at=row.issued_at or row.created_at,
        changed_at=row.published_at,
        particulars=row.particulars or {},
        parts=tuple(_part(part, shows_rows=shows_rows) for part in parts),
    )


_DESCRIBING = frozenset({"name", "description", "format", "created"})


def _part(row: Any, *, shows_rows: bool) -> PackagePart:
    kind = PartKind(row.kind)
    said: Mapping[str, str] = row.particulars or {}
    return PackagePart(
        slug=row.slug,
        kind=kind,
        name=load_text(row.names),
        format=row.format,
        media_type=row.media_type,
        url=row.url if shows_rows else "",
        size_bytes=row.size_bytes if shows_rows else None,
        sha256=row.sha256 if shows_rows else None,
        offers_original=row.has_original and shows_rows,
        has_rows=kind is PartKind.TABLE and shows_rows,
        particulars=said if shows_rows else {name: text for name, text in said.items() if name in _DESCRIBING},
    )
