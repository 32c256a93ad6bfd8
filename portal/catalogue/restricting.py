"""From open to everyone to open on application: at once, for every version, before anything new is judged.

Every door asks `portal.access` with the dataset's openness, so changing it takes rows, previews, files and exports away with
the next request. Nothing is deleted: those who are granted the dataset get the same. What was open may be out already; a
restriction says who gets it from now on. Terms are text of a page, and are shown when the gate has judged them.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.catalogue.counts import find_share, move_share
from portal.catalogue.models import Dataset, Outbox
from portal.db.locks import lock
from portal.kernel.vocab import DatasetState, Openness

RESTRICTED = "restricted"


def restrict_dataset(session: Session, dataset_id: str, actor: str, now: datetime) -> bool:
    """Make a dataset that is open to everyone open on application; False where it is not open to everyone."""
    lock(session, f"dataset {dataset_id}")
    is_open = (
        Dataset.id == dataset_id,
        Dataset.state == DatasetState.PUBLISHED,
        Dataset.openness == Openness.UNCONDITIONAL,
    )
    before = find_share(session, dataset_id)
    changed = {"openness": Openness.CONDITIONAL, "open_condition": "", "revision": Dataset.revision + 1}
    found = session.execute(
        update(Dataset).where(*is_open).values(**changed).returning(Dataset.id),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if found is None:
        return False
    move_share(session, before, find_share(session, dataset_id))
    payload = {"dataset_id": dataset_id, "actor": actor}
    session.add(Outbox(kind=RESTRICTED, payload=payload, created_at=now, done_at=now))
    session.flush()
    return True
