"""What was carried, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bundles.models import BundleMade, BundleTaken

_MOST = 50


@dataclass(frozen=True, slots=True)
class Carried:
    """One bundle. `direction`: made | taken."""

    sequence: int
    direction: str
    at: datetime
    counts: Mapping[str, int]
    digest: str


def is_outside(session: Session) -> bool:
    """Whether this instance takes bundles: what is public here is decided inside, rows that end among it."""
    return session.scalar(select(BundleTaken.sequence).limit(1)) is not None


def list_bundles(session: Session) -> tuple[Carried, ...]:
    """The newest fifty of each direction, newest first."""
    made = session.scalars(select(BundleMade).order_by(BundleMade.sequence.desc()).limit(_MOST))
    taken = session.scalars(select(BundleTaken).order_by(BundleTaken.sequence.desc()).limit(_MOST))
    rows = [Carried(row.sequence, "made", row.made_at, row.counts, row.digest) for row in made]
    rows += [Carried(row.sequence, "taken", row.taken_at, row.counts, row.digest) for row in taken]
    return tuple(sorted(rows, key=lambda row: (row.at, row.sequence), reverse=True))
