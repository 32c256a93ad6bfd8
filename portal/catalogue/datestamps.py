"""Datasets in the order in which they last changed in public, gone ones among them: for harvesters that ask since when.

A dataset's datestamp is the instant at which its current version became public, at which it was withdrawn, or at which an
objection hid it or let it be seen again. It never goes back.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES
from portal.catalogue.models import Dataset, DatasetTheme, Publisher
from portal.catalogue.objections import Objection, is_hidden
from portal.catalogue.reading import is_storable
from portal.catalogue.versions import Version
from portal.kernel.principal import Principal
from portal.kernel.vocab import DatasetState

MAX_STAMPS = 1_000


@dataclass(frozen=True, slots=True)
class Stamped:
    """A dataset that was public once. `is_gone`: it is no more, and nothing but this is told of it."""

    dataset_id: str
    at: datetime
    is_gone: bool


@dataclass(frozen=True, slots=True)
class StampSelection:
    """Which datasets: stamped from `since` on and before `before`, of a department or theme.

    What is gone belongs to every department and theme: whom it belonged to is told no more.
    """

    since: datetime | None = None
    before: datetime | None = None
    publisher: str = ""
    theme: str = ""


def list_stamps(
    session: Session,
    principal: Principal,
    selection: StampSelection,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> tuple[Stamped, ...]:
    """Datasets in the order of (datestamp, id), after one of them; one statement."""
    if not is_storable(selection.publisher, selection.theme, after[1] if after else ""):
        return ()
    stamps = _stamps()
    query = select(stamps.c.id, stamps.c.at, stamps.c.is_gone).order_by(stamps.c.at, stamps.c.id)
    if selection.since is not None:
        query = query.where(stamps.c.at >= selection.since)
    if selection.before is not None:
        query = query.where(stamps.c.at < selection.before)
    if after is not None:
        query = query.where(or_(stamps.c.at > after[0], and_(stamps.c.at == after[0], stamps.c.id > after[1])))
    if selection.publisher:
        query = query.where(or_(stamps.c.is_gone, stamps.c.publisher == selection.publisher))
    if selection.theme:
        in_theme = select(DatasetTheme.dataset_id).where(DatasetTheme.theme_slug == selection.theme)
        query = query.where(or_(stamps.c.is_gone, stamps.c.id.in_(in_theme)))
    rows = session.execute(query.limit(min(limit, MAX_STAMPS)))
    return tuple(Stamped(row.id, row.at, bool(row.is_gone)) for row in rows)


def find_stamp(session: Session, principal: Principal, dataset_id: str) -> Stamped | None:
    """One of them; None for what was never public."""
    if not is_storable(dataset_id):
        return None
    stamps = _stamps()
    row = session.execute(select(stamps).where(stamps.c.id == dataset_id)).one_or_none()
    return Stamped(row.id, row.at, bool(row.is_gone)) if row else None


def find_first_stamp(session: Session) -> datetime | None:
    """No datestamp is before this instant; None while nothing was ever public."""
    return session.scalar(select(func.min(Dataset.issued_at)))


def _stamps() -> Subquery:
    """Every dataset that was public once, with its datestamp."""
    hidden_at = (
        select(func.min(Objection.filed_at))
        .where(Objection.dataset_id == Dataset.id, Objection.state == "open")
        .correlate(Dataset)
        .scalar_subquery()
    )
    answered_at = (
        select(func.max(Objection.answered_at))
        .where(Objection.dataset_id == Dataset.id)
        .correlate(Dataset)
        .scalar_subquery()
    )
    hidden = is_hidden(Dataset.id)
    at = case(
        (Dataset.state == DatasetState.WITHDRAWN, Dataset.withdrawn_at),
        (hidden, hidden_at),
        (answered_at > Version.published_at, answered_at),
        else_=Version.published_at,
    )
    return (
        select(
            Dataset.id,
            Publisher.slug.label("publisher"),
            at.label("at"),
            or_(Dataset.state.not_in(VISIBLE_STATES), hidden).label("is_gone"),
        )
        .join(Publisher, Publisher.id == Dataset.publisher_id)
        .join(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.state.in_((*VISIBLE_STATES, DatasetState.WITHDRAWN)))
        .subquery()
    )
