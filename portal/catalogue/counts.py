"""How much each department and theme has to show, kept as numbers so that no page has to count.

Every change of what is visible moves the difference in its own transaction; `recount` makes the numbers anew and finds
what went astray. Only what is published counts, so the numbers tell nothing about what is not.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, DatasetTheme, Publisher, Theme
from portal.catalogue.reading import only_visible
from portal.catalogue.versions import Version
from portal.db import table_of
from portal.db.locks import lock
from portal.kernel.vocab import Openness


@dataclass(frozen=True, slots=True)
class Share:
    """What one visible dataset adds to the numbers."""

    publisher_id: str
    themes: frozenset[str]
    tables: int
    rows: int


def told_rows(openness: str, row_count: int | None) -> int:
    """The rows that are counted in public: those of data that is open to everyone."""
    return (row_count or 0) if openness == Openness.UNCONDITIONAL else 0


def find_share(session: Session, dataset_id: str) -> Share | None:
    """What the dataset adds now; None when it is not visible. Two statements."""
    row = session.execute(
        only_visible(
            select(Dataset.publisher_id, Version.table_count, Version.row_count, Dataset.openness)
            .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
            .where(Dataset.id == dataset_id)
        )
    ).one_or_none()
    if row is None:
        return None
    themes = session.scalars(select(DatasetTheme.theme_slug).where(DatasetTheme.dataset_id == dataset_id))
    return Share(row.publisher_id, frozenset(themes), row.table_count, told_rows(row.openness, row.row_count))


def move_share(session: Session, before: Share | None, after: Share | None) -> None:
    """Put the difference into the numbers; nothing is written when there is none."""
    if before == after:
        return
    themes, publishers = Counter[str](), Counter[tuple[str, str]]()
    for share, sign in ((before, -1), (after, 1)):
        if share is not None:
            themes.update(dict.fromkeys(share.themes, sign))
            amounts = {"dataset_count": sign, "table_count": sign * share.tables, "row_count": sign * share.rows}
            publishers.update({(share.publisher_id, name): amount for name, amount in amounts.items()})
    lock(session, "counts")
    for publisher_id in sorted({publisher_id for publisher_id, _ in publishers}):
        changes = {
            name: getattr(Publisher, name) + amount
            for (owner, name), amount in publishers.items()
            if owner == publisher_id and amount
        }
        if changes:
            session.execute(update(table_of(Publisher)).where(Publisher.id == publisher_id).values(changes))
    for slug, amount in sorted(themes.items()):
        if amount:
            counted = Theme.dataset_count + amount
            session.execute(update(table_of(Theme)).where(Theme.slug == slug).values(dataset_count=counted))


def recount(session: Session) -> int:
    """Make all numbers anew from what is visible; how many departments and themes were wrong."""
    lock(session, "counts")
    in_publishers = select(
        Dataset.publisher_id,
        func.count(),
        func.coalesce(func.sum(Version.table_count), 0),
        func.coalesce(func.sum(Version.row_count).filter(Dataset.openness == Openness.UNCONDITIONAL), 0),
    ).join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
    by_publisher = session.execute(only_visible(in_publishers).group_by(Dataset.publisher_id))
    counted = {i: (n, int(tables or 0), int(rows or 0)) for i, n, tables, rows in by_publisher}
    in_themes = select(DatasetTheme.theme_slug, func.count()).join(Dataset, Dataset.id == DatasetTheme.dataset_id)
    by_theme = dict(session.execute(only_visible(in_themes).group_by(DatasetTheme.theme_slug)).all())
    wrong = 0
    for publisher in session.scalars(select(Publisher)):
        right = counted.get(publisher.id, (0, 0, 0))
        if (publisher.dataset_count, publisher.table_count, publisher.row_count) != right:
            publisher.dataset_count, publisher.table_count, publisher.row_count = right
            wrong += 1
    for theme in session.scalars(select(Theme)):
        if theme.dataset_count != by_theme.get(theme.slug, 0):
            theme.dataset_count = by_theme.get(theme.slug, 0)
            wrong += 1
    session.flush()
    return wrong
