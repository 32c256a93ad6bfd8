"""Lists over the visible catalogue: cards, departments, themes, counts, the sitemap. Every list is bounded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, DatasetTheme, Publisher, Theme
from portal.catalogue.reading import is_storable, only_visible, read_cards
from portal.catalogue.serialised import load_text
from portal.catalogue.themes import SLUGS
from portal.catalogue.views import CatalogueCounts, DatasetCard, PublisherView, ThemeView
from portal.kernel.errors import NotFound
from portal.kernel.paging import Page
from portal.kernel.principal import Principal
from portal.kernel.text import Text
from portal.kernel.vocab import Openness

MAX_PAGE = 1_000


def list_cards(session: Session, principal: Principal, ids: Sequence[str]) -> tuple[DatasetCard, ...]:
    """Cards in the order of `ids`; what the caller may not see is left out. At most 1,000, in four statements."""
    cards = read_cards(session, tuple(ids[:MAX_PAGE]))
    return tuple(cards[i] for i in ids if i in cards)


def list_newest(session: Session, principal: Principal, limit: int) -> tuple[DatasetCard, ...]:
    """The most recently modified datasets."""
    query = only_visible(select(Dataset.id)).order_by(Dataset.modified_at.desc(), Dataset.id)
    return list_cards(session, principal, session.scalars(query.limit(min(limit, MAX_PAGE))).all())


def list_open_on_application(session: Session, principal: Principal, limit: int) -> tuple[str, ...]:
    """Ids of visible datasets whose rows are for those who were granted them."""
    query = only_visible(select(Dataset.id)).where(Dataset.openness == Openness.CONDITIONAL).order_by(Dataset.id)
    return tuple(session.scalars(query.limit(min(limit, MAX_PAGE))))


def list_publishers(session: Session, principal: Principal) -> tuple[PublisherView, ...]:
    """Departments that have something to show, most datasets first."""
    query = _publishers().order_by(Publisher.dataset_count.desc(), Publisher.slug).limit(MAX_PAGE)
    return tuple(_publisher(row) for row in session.execute(query))


def get_publisher(session: Session, principal: Principal, slug: str) -> PublisherView:
    """One department. Raises NotFound, also when nothing of it is visible."""
    found = session.execute(_publishers().where(Publisher.slug == slug)) if is_storable(slug) else None
    row = found.one_or_none() if found else None
    if row is None:
        raise NotFound(f"There is no publisher {slug} here.")
    return _publisher(row)


def list_publisher_cards(
    session: Session, principal: Principal, slug: str, offset: int, limit: int
) -> Page[DatasetCard]:
    """A department's datasets, most recently modified first. Raises NotFound."""
    publisher = get_publisher(session, principal, slug)
    query = only_visible(select(Dataset.id)).where(Dataset.publisher_id == publisher.id)
    return _page(session, principal, query, total=publisher.dataset_count, offset=offset, limit=limit)


def list_themes(session: Session, principal: Principal) -> tuple[ThemeView, ...]:
    """Themes that have something to show, in their fixed order."""
    return tuple(_theme(row) for row in session.execute(_themes()))


def read_themes(session: Session, slugs: tuple[str, ...]) -> tuple[ThemeView, ...]:
    """The themes named, in their fixed order; one statement."""
    return tuple(_theme(row) for row in session.execute(_themes().where(Theme.slug.in_(slugs)))) if slugs else ()


def name_publishers(session: Session, principal: Principal, slugs: Sequence[str]) -> Mapping[str, Text]:
    """Slug → name of those departments among `slugs` that have something to show."""
    query = _publishers().where(Publisher.slug.in_(slugs[:MAX_PAGE]))
    return {row.slug: load_text(row.names) for row in session.execute(query)}


def name_themes(session: Session, slugs: Sequence[str]) -> Mapping[str, Text]:
    """Slug → name of themes; the list of themes is fixed and public, so nobody is asked who asks."""
    query = select(Theme.slug, Theme.names).where(Theme.slug.in_(slugs[:MAX_PAGE])).order_by(Theme.position)
    return {row.slug: load_text(row.names) for row in session.execute(query)}


def get_theme(session: Session, principal: Principal, slug: str) -> ThemeView:
    """One theme. Raises NotFound, also when nothing in it is visible."""
    found = read_themes(session, (slug,)) if slug in SLUGS else ()
    if not found:
        raise NotFound(f"There is no theme {slug} here.")
    return found[0]


def list_theme_cards(session: Session, principal: Principal, slug: str, offset: int, limit: int) -> Page[DatasetCard]:
    """A theme's datasets, most recently modified first. Raises NotFound."""
    theme = get_theme(session, principal, slug)
    in_theme = select(DatasetTheme.dataset_id).where(DatasetTheme.theme_slug == slug)
    query = only_visible(select(Dataset.id)).where(Dataset.id.in_(in_theme))
    return _page(session, principal, query, total=theme.dataset_count, offset=offset, limit=limit)


def count_catalogue(session: Session, principal: Principal) -> CatalogueCounts:
    """Numbers for the home page; one statement over the departments."""
    has_data = Publisher.dataset_count > 0
    query = select(
        func.sum(Publisher.dataset_count),
        func.count().filter(has_data),
        func.sum(Publisher.table_count),
        func.sum(Publisher.row_count),
    )
    datasets, publishers, tables, rows = session.execute(query).one()
    return CatalogueCounts(int(datasets or 0), publishers, int(tables or 0), int(rows or 0))


def count_licences(session: Session, principal: Principal) -> tuple[tuple[str, int], ...]:
    """Licences of visible datasets with how many have each, the commonest first; `""`: none of their own."""
    count = func.count().label("count")
    query = only_visible(select(Dataset.licence, count)).group_by(Dataset.licence)
    found = session.execute(query.order_by(count.desc(), Dataset.licence).limit(MAX_PAGE))
    return tuple((row[0], row[1]) for row in found)


_CHANGED = func.coalesce(Dataset.stamped_at, Dataset.modified_at)
"""When what a page shows changed last; the data itself may be older than its page."""


def list_sitemap(session: Session, principal: Principal, after_id: str, limit: int) -> tuple[tuple[str, datetime], ...]:
    """(id, when its page changed) of visible datasets in order of id, after one of them (`""`: from the first)."""
    query = only_visible(select(Dataset.id, _CHANGED.label("at"))).where(Dataset.id > after_id).order_by(Dataset.id)
    return tuple((row.id, row.at) for row in session.execute(query.limit(limit)))


def list_sitemap_parts(session: Session, principal: Principal, step: int) -> tuple[tuple[str, datetime], ...]:
    """The visible datasets in parts of `step`, in order of id: (the id that a part follows on, its last change).

    `list_sitemap` goes on *after* each of the ids; the first is `""`.
    """
    place = func.row_number().over(order_by=Dataset.id)
    numbered = only_visible(select(Dataset.id, _CHANGED.label("at"), place.label("place"))).subquery()
    part = (numbered.c.place - 1) // step
    query = select(func.max(numbered.c.id).label("last"), func.max(numbered.c.at).label("at"))
    rows = session.execute(query.group_by(part).order_by(part)).all()
    starts = ["", *(row.last for row in rows)]
    return tuple((start, row.at) for start, row in zip(starts, rows, strict=False))


def list_last_changes(session: Session, principal: Principal) -> Mapping[str, datetime]:
    """`publisher/<slug>`, `theme/<slug>` → when the newest of its datasets changed; two statements."""
    newest = func.max(_CHANGED).label("at")
    of_publishers = (
        only_visible(select(Publisher.slug, newest).join(Dataset, Dataset.publisher_id == Publisher.id))
        .group_by(Publisher.slug)
        .limit(MAX_PAGE)
    )
    of_themes = only_visible(
        select(DatasetTheme.theme_slug.label("slug"), newest).join(Dataset, Dataset.id == DatasetTheme.dataset_id)
    ).group_by(DatasetTheme.theme_slug)
    return {f"publisher/{row.slug}": row.at for row in session.execute(of_publishers)} | {
        f"theme/{row.slug}": row.at for row in session.execute(of_themes)
    }


def _page(
    session: Session, principal: Principal, query: Select[str], *, total: int, offset: int, limit: int
) -> Page[DatasetCard]:
    limit = min(limit, MAX_PAGE)
    ordered = query.order_by(Dataset.modified_at.desc(), Dataset.id).offset(offset).limit(limit)
    return Page(list_cards(session, principal, session.scalars(ordered).all()), total, offset, limit)


def _publishers() -> Select[Any]:
    columns = (Publisher.id, Publisher.slug, Publisher.names, Publisher.descriptions, Publisher.dataset_count)
    return select(*columns).where(Publisher.dataset_count > 0)


def _publisher(row: Row[Any]) -> PublisherView:
    return PublisherView(row.id, row.slug, load_text(row.names), load_text(row.descriptions), row.dataset_count)


def _themes() -> Select[Any]:
    columns = (Theme.slug, Theme.names, Theme.dataset_count)
    return select(*columns).where(Theme.dataset_count > 0).order_by(Theme.position)


def _theme(row: Row[Any]) -> ThemeView:
    return ThemeView(row.slug, load_text(row.names), row.dataset_count)
