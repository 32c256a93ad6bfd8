"""Popularity: on how many caller-days of the last 90 days a dataset was used."""

from datetime import date, timedelta

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, DatasetUse
from portal.catalogue.reading import only_visible

WINDOW = timedelta(days=90)


def record_use(session: Session, dataset_id: str, caller: str, used_on: date) -> None:
    """Count a caller's day once; nothing for what is not visible. `caller` is a keyed hash that changes daily."""
    source = only_visible(select(Dataset.id, literal(used_on), literal(caller))).where(Dataset.id == dataset_id)
    names = ["dataset_id", "used_on", "caller"]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    # Without a conflict target: naming one would ask for the right to read, which the web's role does not have.
    if is_sqlite:
        session.execute(insert(DatasetUse).prefix_with("OR IGNORE").from_select(names, source))
    else:
        session.execute(postgresql.insert(DatasetUse).from_select(names, source).on_conflict_do_nothing())


def count_popularity(session: Session, today: date) -> int:
    """Bring every dataset's popularity up to date and forget older uses; how many datasets changed."""
    session.execute(delete(DatasetUse).where(DatasetUse.used_on <= today - WINDOW))
    used = select(DatasetUse.dataset_id, func.count().label("days")).group_by(DatasetUse.dataset_id).subquery()
    days = func.coalesce(used.c.days, 0)
    changed = session.execute(
        select(Dataset.id, days).outerjoin(used, used.c.dataset_id == Dataset.id).where(Dataset.popularity != days)
    ).all()
    if changed:
        session.execute(
            update(Dataset),
            [{"id": dataset_id, "popularity": count} for dataset_id, count in changed],
        )
        session.execute(
            update(Dataset).where(Dataset.id.in_([i for i, _ in changed])).values(revision=Dataset.revision + 1),
            execution_options={"synchronize_session": False},
        )
    return len(changed)
