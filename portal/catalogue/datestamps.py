"""Datasets in the order in which they last changed in public, gone ones among them: for harvesters that ask since when.

A dataset's datestamp is the instant at which the public of this instance last learned something of it: a new version, its
withdrawal, that an objection hid it or lets it be seen again. What a bundle brings was published inside long before; a
harvester that was here yesterday is to hear of it nevertheless. It never goes back.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES
from portal.catalogue.models import Dataset, DatasetTheme, Publisher
from portal.catalogue.objections import is_hidden
from portal.catalogue.reading import is_storable
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
    query = _stamps().order_by(Dataset.stamped_at, Dataset.id)
    if selection.since is not None:
        query = query.where(Dataset.stamped_at >= selection.since)
    if selection.before is not None:
        query = query.where(Dataset.stamped_at < selection.before)
    if after is not None:
        at, dataset_id = after
        query = query.where(Dataset.stamped_at >= at, or_(Dataset.stamped_at > at, Dataset.id > dataset_id))
    if selection.publisher:
        of_publisher = select(Publisher.id).where(Publisher.slug == selection.publisher)
        query = query.where(or_(_is_gone(), Dataset.publisher_id.in_(of_publisher)))
    if selection.theme:
        in_theme = select(DatasetTheme.dataset_id).where(DatasetTheme.theme_slug == selection.theme)
        query = query.where(or_(_is_gone(), Dataset.id.in_(in_theme)))
    rows = session.execute(query.limit(min(limit, MAX_STAMPS)))
    return tuple(Stamped(row.id, row.at, bool(row.is_gone)) for row in rows)


def find_stamp(session: Session, principal: Principal, dataset_id: str) -> Stamped | None:
    """One of them; None for what was never public."""
    if not is_storable(dataset_id):
        return None
    row = session.execute(_stamps().where(Dataset.id == dataset_id)).one_or_none()
    return Stamped(row.id, row.at, bool(row.is_gone)) if row else None


def find_first_stamp(session: Session) -> datetime | None:
    """No datestamp is before this instant; None while nothing was ever public."""
    return session.scalar(select(func.min(Dataset.stamped_at)))


def _stamps() -> Select[str, datetime | None, bool]:
    """Every dataset that was public once, with its datestamp, in the order of which an index lists them."""
    columns = select(Dataset.id, Dataset.stamped_at.label("at"), _is_gone().label("is_gone"))
    return columns.where(
        Dataset.stamped_at.is_not(None),
        Dataset.current_version.is_not(None),
        Dataset.state != DatasetState.DRAFT,  # not a list of states: engines would take their index and sort
    )


def _is_gone() -> ColumnElement[bool]:
    return or_(Dataset.state.not_in(VISIBLE_STATES), is_hidden(Dataset.id))
