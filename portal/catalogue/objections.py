"""Objections of people concerned. While one is open that hides, its dataset is not shown at any door.

The page that takes an objection only adds a row here: what is hidden follows from it in every query, in that very
transaction, without a worker. Statement and contact can be written by the web's role and not read.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, Text, false, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from portal.db import Base, UtcDateTime
from portal.kernel.ids import new_id

UNDER_OBJECTION = "under_objection"
"""The public reason while a dataset is hidden."""


class Objection(Base):
    """One objection. `ground`: personal | privacy | business | wrong. `state`: open | upheld | rejected.

    `hides`: the dataset is hidden while it is open. `receipt_sha256`: of the code with which the person asks for the
    answer. `data_digest`: of what was public when it came. `contact` is erased half a year after the answer.
    """

    __tablename__ = "objection"
    __table_args__ = (Index("ix_objection_open", "dataset_id", "state"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    data_digest: Mapped[str] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(10))
    statement: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2))
    hides: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    receipt_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    measure: Mapped[str] = mapped_column(String(12), default="")
    answered_by: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def hidden_ids() -> Select[str]:
    """Ids of the datasets that an open objection hides."""
    return select(Objection.dataset_id).where(Objection.state == "open", Objection.hides != false())


def is_hidden(dataset_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether an open objection hides the dataset with this id (a column)."""
    is_open = Objection.state == "open"
    return (  # one column by name: the web's role may not read the others
        select(Objection.dataset_id)
        .where(Objection.dataset_id == dataset_id, is_open, Objection.hides != false())
        .correlate_except(Objection)
        .exists()
    )
