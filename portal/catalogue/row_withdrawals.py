"""Rows that persons withdrew: what is remembered of them, and the question whether anything must be cut."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import Dataset, RowWithdrawal
from portal.catalogue.versions import Version
from portal.db import table_of
from portal.db.locks import lock
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.vocab import DatasetState
from portal.tables.row_cuts import WithdrawnCell

_DATASET, _ROW = table_of(Dataset).c, table_of(RowWithdrawal).c
_FIND = (
    select(_DATASET.source_key, _ROW.column, _ROW.mark, _ROW.reason)
    .join(table_of(Dataset), _DATASET.id == _ROW.dataset_id)
    .where(_DATASET.source_key.in_(bindparam("keys", expanding=True)), _DATASET.rows_withdrawn > 0)
    .order_by(_ROW.withdrawn_at, _ROW.id)
)


def find_withdrawn(session: Session, source_keys: Sequence[str]) -> dict[str, tuple[WithdrawnCell, ...]]:
    """Source key → the marks of its withdrawn rows, in one statement; most datasets are absent."""
    found: dict[str, tuple[WithdrawnCell, ...]] = {}
    for key, column, mark, reason in session.execute(_FIND, {"keys": list(source_keys)}):
        found[key] = (*found.get(key, ()), WithdrawnCell(column, mark, reason))
    return found


def add_row_withdrawal(
    session: Session,
    dataset_id: str,
    cells: Sequence[WithdrawnCell],
    *,
    reason: str,
    actor: str,
    row_count: int,
    now: datetime,
) -> None:
    """Withdraw the rows with these cells: from the commit on no door shows any row of the dataset, until it is cut.

    Raises NotFound, and InvalidInput without a reason or for a dataset that is not public.
    """
    if not reason.strip() or not actor.strip():
        raise InvalidInput("A withdrawal needs a reason that the public may read, and a name.", parameter="reason")
    lock(session, f"dataset {dataset_id}")
    state = session.scalar(select(_DATASET.state).where(_DATASET.id == dataset_id))
    if state is None:
        raise NotFound(f"There is no dataset {dataset_id}.")
    if state != DatasetState.PUBLISHED:
        raise InvalidInput(f"The dataset {dataset_id} is not public; no row of it is.", parameter="dataset")
    rows = session.execute(select(_ROW.column, _ROW.mark).where(_ROW.dataset_id == dataset_id))
    known = {(row.column, row.mark) for row in rows}
    fresh = [cell for cell in cells if (cell.column, cell.mark) not in known]
    values = [
        {
            "id": new_id(),
            "dataset_id": dataset_id,
            "column": cell.column,
            "mark": cell.mark,
            "reason": reason.strip(),
            "actor": actor.strip(),
            "row_count": row_count,
            "withdrawn_at": now,
        }
        for cell in fresh
    ]
    if values:
        session.execute(insert(table_of(RowWithdrawal)), values)
    session.execute(
        update(table_of(Dataset))
        .where(_DATASET.id == dataset_id)
        .values(cut_asked_at=now, rows_withdrawn=_DATASET.rows_withdrawn + len(values), revision=_DATASET.revision + 1)
    )


def list_due(session: Session, now: datetime, *, after_id: str = "", limit: int = 50) -> tuple[str, ...]:
    """Public datasets of which rows must be taken out, by id after `after_id`."""
    has_ended = exists().where(
        Version.dataset_id == Dataset.id, Version.redacted_at.is_(None), Version.rows_end_at <= now
    )
    query = (
        select(Dataset.id)
        .where(Dataset.state == DatasetState.PUBLISHED, Dataset.id > after_id)
        .where(or_(Dataset.cut_asked_at.is_not(None), has_ended))
        .order_by(Dataset.id)
        .limit(limit)
    )
    return tuple(session.scalars(query))
