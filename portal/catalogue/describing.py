"""Whole datasets by the page, for whoever copies the catalogue: other catalogues, harvesters, one document of it all.

Every page takes the same few statements whatever its length, and every list is bounded.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES, can_read_rows, narrower
from portal.catalogue.lists import MAX_PAGE, list_themes
from portal.catalogue.models import Dataset
from portal.catalogue.objections import Objection
from portal.catalogue.reading import (
    Spooled,
    make_card,
    make_version,
    only_visible,
    read_card_rows,
    read_current_parts,
    read_formats,
    read_theme_slugs,
    read_wordings,
)
from portal.catalogue.versions import SpooledFile, Version
from portal.catalogue.views import DatasetView, PartView, ThemeView, VersionView
from portal.kernel.principal import Principal
from portal.kernel.text import Language, Text
from portal.kernel.vocab import DatasetState

_MORE = (
    Dataset.state,
    Dataset.licence,
    Dataset.open_condition,
    Dataset.resource_code,
    Dataset.owner,
    Dataset.approver,
    Dataset.basis,
    Dataset.data_class,
    Dataset.grade,
    Dataset.issued_at,
    Version.number,
    Version.openness.label("version_openness"),
    Version.published_at,
    Version.data_modified_at,
    Version.data_digest,
    Version.page_digest,
    Version.redacted_at,
    Version.provenance,
)


def list_ids(
    session: Session, principal: Principal, *, after_id: str = "", offset: int = 0, limit: int
) -> tuple[str, ...]:
    """Ids of visible datasets in their order, after one of them; `offset` for who counts pages instead."""
    query = only_visible(select(Dataset.id)).where(Dataset.id > after_id).order_by(Dataset.id)
    return tuple(session.scalars(query.offset(offset).limit(min(limit, MAX_PAGE))))


def describe_datasets(session: Session, principal: Principal, ids: Sequence[str]) -> tuple[DatasetView, ...]:
    """What `get_dataset` gives of each current version, in the order of `ids`, without previews and earlier versions.

    What the caller may not see is left out. At most 1,000, in seven statements.
    """
    rows = {row.id: row for row in read_card_rows(session, ids[:MAX_PAGE], _MORE)}
    found = [dataset_id for dataset_id in ids if dataset_id in rows]
    texts = read_wordings(session, found, ("title", "description", "keywords"))
    slugs = read_theme_slugs(session, found)
    formats = read_formats(session, found)
    openness = {row.id: narrower(row.openness, row.version_openness) for row in rows.values()}
    readable = {i for i, held in openness.items() if can_read_rows(principal, held, i)}
    parts = read_current_parts(session, found, _spooled(session, found), readable)
    themes = list_themes(session, principal) if found else ()
    views: list[DatasetView] = []
    for i in dict.fromkeys(found):
        version = make_version(rows[i], shows_rows=i in readable)
        views.append(
            make_view(
                rows[i],
                texts=texts.get(i, {}),
                slugs=slugs[i],
                formats=formats[i],
                version=version,
                versions=(version,),
                parts=parts.get(i, ()),
                themes=tuple(theme for theme in themes if theme.slug in slugs[i]),
                shows_rows=i in readable,
            )
        )
    return tuple(views)


def stamp_catalogue(session: Session, principal: Principal) -> str:
    """A digest that changes with every public change of anything visible: 32 hex digits, in one statement.

    Made of sums that an index holds, since every request for a whole document asks for it. A dataset that goes and one that
    comes may leave count and sum as they were; then the newest datestamp, or what objections hide, is another.
    """
    hiding = (Objection.state == "open", Objection.hides.is_(True))
    newest = select(func.max(Dataset.stamped_at)).scalar_subquery()
    hidden = select(func.count()).select_from(Objection).where(*hiding).scalar_subquery()
    filed = select(func.max(Objection.filed_at)).scalar_subquery()
    answered = select(func.max(Objection.answered_at)).scalar_subquery()
    sums = select(func.count(), func.sum(Dataset.revision), newest, hidden, filed, answered)
    told = session.execute(sums.where(Dataset.state.in_(VISIBLE_STATES))).one()
    return hashlib.blake2b(repr(tuple(told)).encode(), digest_size=16).hexdigest()


def make_view(
    row: Row[Any],
    *,
    texts: Mapping[str, Text],
    slugs: tuple[str, ...],
    formats: tuple[tuple[str, ...], tuple[str, ...]],
    version: VersionView,
    versions: tuple[VersionView, ...],
    parts: tuple[PartView, ...],
    themes: tuple[ThemeView, ...],
    shows_rows: bool,
) -> DatasetView:
    """A dataset and the version `row` was joined with. `version` and `parts` hold of rows what the caller may know already."""
    keywords = texts.get("keywords", Text())
    return DatasetView(
        card=replace(make_card(row, texts, slugs, *formats), row_count=version.row_count if shows_rows else None),
        state=DatasetState(row.state),
        keywords={x: tuple(w.value.splitlines()) for x in Language if (w := keywords.wording(x))},
        licence=row.licence,
        open_condition=row.open_condition,
        resource_code=row.resource_code,
        owner=row.owner,
        approver=row.approver,
        basis=row.basis,
        data_class=row.data_class,
        grade=row.grade,
        issued_at=row.issued_at,
        version=version,
        parts=parts,
        versions=versions,
        themes=themes,
        is_current=version.number == row.current_version,
        openness=narrower(row.openness, row.version_openness),
        shows_rows=shows_rows,
    )


def _spooled(session: Session, ids: Sequence[str]) -> Mapping[str, Spooled]:
    """Dataset id → what was made of its current version, whole; one statement."""
    found: dict[str, dict[str, dict[str, tuple[int, str]]]] = defaultdict(lambda: defaultdict(dict))
    query = (
        select(SpooledFile.dataset_id, SpooledFile.part, SpooledFile.format, SpooledFile.size_bytes, SpooledFile.sha256)
        .join(
            Dataset,
            (Dataset.id == SpooledFile.dataset_id) & (Dataset.current_version == SpooledFile.version_number),
        )
        .where(Dataset.id.in_(ids), SpooledFile.query == "")
    )
    for dataset_id, part, made, size, sha256 in session.execute(query) if ids else ():
        found[dataset_id][part][made] = (size, sha256)
    return found
