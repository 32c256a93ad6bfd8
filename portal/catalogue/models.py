"""The tables of the catalogue. Terms follow DCAT 3; `versions.py` holds versions and verdicts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.change_log import Change  # noqa: F401 - its table belongs to these
from portal.catalogue.entries import DatasetEntry, EntryValue, EntryWords  # noqa: F401 - their tables belong to these
from portal.catalogue.objections import Objection  # noqa: F401 - its table belongs to these
from portal.catalogue.versions import Version
from portal.db import Base, UtcDateTime
from portal.kernel.ids import new_id

_UNINDEXED = text("revision != indexed_revision")
_UNANNOUNCED = text("revision != announced_revision")


class Publisher(Base):
    """A department. `names`: language → wording object (`value`, `origin`, `translated_from`)."""

    __tablename__ = "publisher"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    source_name: Mapped[str] = mapped_column(String(300), unique=True)
    names: Mapped[dict[str, Any]]
    descriptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dataset_count: Mapped[int] = mapped_column(default=0)  # these three: of what is published, see counts.py
    table_count: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int] = mapped_column(BigInteger, default=0)


class Theme(Base):
    """A subject area (主题); `slug` is its address and the facet value."""

    __tablename__ = "theme"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    names: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(default=0)
    dataset_count: Mapped[int] = mapped_column(default=0)  # of what is published, see counts.py


class DatasetTheme(Base):
    """Which dataset belongs to which theme."""

    __tablename__ = "dataset_theme"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    theme_slug: Mapped[str] = mapped_column(ForeignKey("theme.slug"), primary_key=True, index=True)


class Dataset(Base):
    """One dataset. Its id is ours; the platform's key (`source:id`) and resource code are attributes.

    `revision` grows with every public change; the index is true when `indexed_revision` equals it, and the feed of changes
    is when `announced_revision` does. `stamped_at`: when the public of this instance last learned something of it; None
    before it was public.
    """

    __tablename__ = "dataset"
    __table_args__ = (
        CheckConstraint("state != 'published' OR current_version IS NOT NULL", name="published_has_version"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state_known"),
        CheckConstraint(
            "state != 'published' OR (trim(owner) != '' AND trim(approver) != '' AND trim(basis) != ''"
            " AND trim(data_class) != '' AND trim(grade) != '')",
            name="published_names_who_decided",
        ),
        CheckConstraint("state != 'published' OR grade NOT IN ('important', 'core')", name="published_grade"),
        CheckConstraint("state != 'published' OR openness != 'closed'", name="published_is_open"),
        Index("ix_dataset_unindexed", "id", sqlite_where=_UNINDEXED, postgresql_where=_UNINDEXED),
        Index("ix_dataset_unannounced", "id", sqlite_where=_UNANNOUNCED, postgresql_where=_UNANNOUNCED),
        Index("ix_dataset_newest", "state", "modified_at", "id"),
        Index("ix_dataset_stamped", "stamped_at", "id"),
        Index("ix_dataset_revisions", "state", "revision"),
        Index("ix_dataset_of_publisher", "publisher_id", "state", "modified_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    source_key: Mapped[str] = mapped_column(String(400), unique=True)
    name: Mapped[str | None] = mapped_column(String(100), unique=True)  # for CKAN's clients, given when first published
    resource_code: Mapped[str] = mapped_column(String(200), default="")
    particulars: Mapped[dict[str, Any]] = mapped_column(default=dict)
    publisher_id: Mapped[str] = mapped_column(ForeignKey("publisher.id"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    openness: Mapped[str] = mapped_column(String(20))
    open_condition: Mapped[str] = mapped_column(Text, default="")
    update_cycle: Mapped[str] = mapped_column(String(20), default="unknown")
    licence: Mapped[str] = mapped_column(String(200), default="")
    owner: Mapped[str] = mapped_column(String(200))
    approver: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(Text)
    data_class: Mapped[str] = mapped_column(String(80))
    grade: Mapped[str] = mapped_column(String(20))
    current_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    cut_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # rows are being taken out: no door shows any
    rows_withdrawn: Mapped[int] = mapped_column(default=0)  # how many cells in row_withdrawal stand for rows of it
    stays_withdrawn: Mapped[bool] = mapped_column(default=False)  # a person withdrew it: no source brings it back
    popularity: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    indexed_revision: Mapped[int] = mapped_column(default=0)
    announced_revision: Mapped[int] = mapped_column(default=0)  # these two: what the feed of changes told last
    announced_version: Mapped[int | None]
    stamped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    publisher: Mapped[Publisher] = relationship(lazy="raise")
    wordings: Mapped[list["DatasetWording"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    themes: Mapped[list[DatasetTheme]] = relationship(lazy="raise", cascade="all, delete-orphan")
    versions: Mapped[list[Version]] = relationship(lazy="raise", order_by=Version.number.desc())


class DatasetWording(Base):
    """One field's text in one language. `value` is public and judged, blank where nothing is.

    `field_owner` `person`: a re-harvest leaves the text and notes the source's `pending` value. `draft` is what a curator
    wrote since: public only when it has been judged and published in its turn.
    """

    __tablename__ = "dataset_wording"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)  # title | description | keywords
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(10))
    translated_from: Mapped[str | None] = mapped_column(String(64))
    field_owner: Mapped[str] = mapped_column(String(10), default="source")
    pending: Mapped[str | None] = mapped_column(Text)
    draft: Mapped[str | None] = mapped_column(Text)
    draft_translated_from: Mapped[str | None] = mapped_column(String(64))
    edited_by: Mapped[str] = mapped_column(String(200), default="")
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


MAIL = "mail"  # the kind of outbox row that portal.notify sends


class RowWithdrawal(Base):
    """Rows that a person withdrew: those whose cell in `column` has this keyed mark. The value itself is nowhere.

    `reason` is public, `row_count` the rows that were taken out then. Kept for good: no delivery brings the rows back.
    """

    __tablename__ = "row_withdrawal"
    __table_args__ = (UniqueConstraint("dataset_id", "column", "mark"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    column: Mapped[str] = mapped_column(String(300))
    mark: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    row_count: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outbox(Base):
    """What must happen because of a transaction (purge, index, mail). The queue only wakes the worker that reads this.

    `due_at`: not before that, for kinds that wait between attempts; `is_given_up`: done without success.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_given_up: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")


class DatasetUse(Base):
    """One caller used one dataset on one day; `caller` is a keyed hash that changes daily and cannot be traced back."""

    __tablename__ = "dataset_use"
    __table_args__ = (UniqueConstraint("dataset_id", "used_on", "caller"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    used_on: Mapped[date] = mapped_column(Date, index=True)
    caller: Mapped[str] = mapped_column(String(64))


class ExportJob(Base):
    """A file being made on request. `state`: waiting | running | done | failed, and waiting or running with `is_cancelled`:
    wanted no more. Progress counts rows and bytes.

    `dataset_id` None: the whole catalogue. `query`: digest of `clauses`, empty for a whole table. `caller` and `account_id` are
    of who asked first; `is_shared`: somebody else asked for the same since. `holder`: the process that is on it. `is_long`: it
    will take so long that short ones go in another lane. `share_done`: 0 … 1, NULL while nobody knows.
    """

    __tablename__ = "export_job"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    version_number: Mapped[int]
    part: Mapped[str] = mapped_column(String(80))
    format: Mapped[str] = mapped_column(String(20))
    query: Mapped[str] = mapped_column(String(64), default="")
    clauses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    rows_done: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_total: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes_done: Mapped[int] = mapped_column(BigInteger, default=0)
    share_done: Mapped[float | None]
    is_long: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    caller: Mapped[str] = mapped_column(String(100), default="")
    account_id: Mapped[str | None] = mapped_column(String(16))
    is_shared: Mapped[bool] = mapped_column(default=False)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    holder: Mapped[str] = mapped_column(String(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # or last sign of life
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CatalogueFile(Base):
    """The whole public catalogue as a file. `state`: digest of what the catalogue was like; it is served while that is so, and
    for a few minutes more while nothing has been taken back since: `removals` is a digest of all that ever was.
    """

    __tablename__ = "catalogue_file"

    format: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    removals: Mapped[str] = mapped_column(String(64))
    blob_key: Mapped[str] = mapped_column(String(200), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    row_count: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DepartmentCoverage(Base):
    """How many resources a department has catalogued in all sources, and how many of them are open: numbers alone.

    `department` is the source's spelling, as in `Publisher.source_name`; blank: no department was named.
    """

    __tablename__ = "department_coverage"

    department: Mapped[str] = mapped_column(String(300), primary_key=True)
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resources: Mapped[int]
    open_resources: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
