"""What the doors for CKAN's clients search by: one entry for each dataset, its exact values, and its words field by field.

Kept in the database and not in the search engine, because such clients ask for exact totals, any sort, any facet, and
every page of a walk through all of it. An entry is true when its revision is the dataset's; `portal.index.entries`
writes it. Whoever reads entries leaves out `reading.invisible_ids`, so that what is not visible is in no answer.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime

MAX_VALUE_CHARS = 300


def by_sign(size: int | None = None) -> String:
    """A text that is sorted and ranged sign by sign, as in CKAN's index, whatever language PostgreSQL was installed for."""
    return String(size).with_variant(String(size, collation="C"), "postgresql")


class DatasetEntry(Base):
    """What is sorted and ranged by. `is_listed`: the dataset was visible when the entry was written."""

    __tablename__ = "dataset_entry"
    __table_args__ = (Index("ix_dataset_entry_listed", "is_listed", "dataset_id"),)

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    is_listed: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(by_sign(100), default="", index=True)
    title: Mapped[str] = mapped_column(by_sign(), default="")
    resource_count: Mapped[int] = mapped_column(default=0)
    tag_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class EntryValue(Base):
    """One exact value of one field: a tag, a format, a department."""

    __tablename__ = "entry_value"
    __table_args__ = (Index("ix_entry_value_by_value", "field", "value", "dataset_id"),)

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(110), primary_key=True)
    value: Mapped[str] = mapped_column(by_sign(MAX_VALUE_CHARS), primary_key=True)


class EntryWords(Base):
    """The words of one field in order, a space on each side of each."""

    __tablename__ = "entry_words"
    __table_args__ = (Index("ix_entry_words_by_field", "field", "dataset_id"),)

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(110), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
