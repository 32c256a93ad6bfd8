"""The table of public changes: what was created, updated or withdrawn, numbered in the order in which the public learns it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime

CREATED, UPDATED, WITHDRAWN = "created", "updated", "withdrawn"
KINDS = (CREATED, UPDATED, WITHDRAWN)


class Change(Base):
    """One public change. `number` is given by one writer at a time, after the change itself was committed.

    `reason`: of a withdrawal, public. `publisher_slug` and `theme_slugs` as they were then, so that a withdrawal reaches
    those who follow a department or a theme.
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("kind IN ('created', 'updated', 'withdrawn')", name="kind_known"),
        Index("ix_change_of_publisher", "publisher_slug", "number"),
    )

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    dataset_id: Mapped[str] = mapped_column(String(16), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    version_number: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    publisher_slug: Mapped[str] = mapped_column(String(80))
    theme_slugs: Mapped[list[Any]] = mapped_column(default=list)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
