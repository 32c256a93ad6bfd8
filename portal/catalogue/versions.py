"""Verdicts, immutable versions, their parts and files, and the tombstones that outlive them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, UtcDateTime, guards
from portal.kernel.ids import new_id


class Verdict(Base):
    """What the gate answered about one pair of digests, append-only. `reasons`: list of {code, subject, count}."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("id", "data_digest", "page_digest", "outcome"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    source_key: Mapped[str] = mapped_column(String(400), index=True)
    data_digest: Mapped[str] = mapped_column(String(64), index=True)
    page_digest: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(10))
    reasons: Mapped[list[Any]]
    gate_version: Mapped[str] = mapped_column(String(40))
    release_id: Mapped[str | None] = mapped_column(String(16))
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Version(Base):
    """One published state of a dataset, never edited. The composite key refuses a version whose verdict is not
    `admitted` for the very same digests. `redacted_at`: its content was cut or withdrawn later. `rows_end_at`: the instant
    at which the first of its rows is public no more; from then on no door shows any of it until it is cut again."""

    __tablename__ = "version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["verdict_id", "data_digest", "page_digest", "verdict_outcome"],
            ["verdict.id", "verdict.data_digest", "verdict.page_digest", "verdict.outcome"],
            name="fk_version_verdict",
        ),
        CheckConstraint("verdict_outcome = 'admitted'", name="only_admitted"),
    )

    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data_digest: Mapped[str] = mapped_column(String(64))
    page_digest: Mapped[str] = mapped_column(String(64))
    verdict_id: Mapped[str] = mapped_column(String(16))
    verdict_outcome: Mapped[str] = mapped_column(String(10), default="admitted")
    openness: Mapped[str] = mapped_column(String(20))  # what it was judged for; see portal.access.narrower
    provenance: Mapped[dict[str, Any]]
    row_count: Mapped[int | None] = mapped_column(BigInteger)  # over all its tables
    table_count: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    data_modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    redacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    parts: Mapped[list["VersionPart"]] = relationship(lazy="raise", order_by="VersionPart.position")


class VersionPart(Base):
    """A distribution in one version: a table, a file, or a link that we did not check.

    `schema`: serialised TableSchema and column rules for tables. `preview`: first page of rows, stored at publication.
    `profile`: what the values of a table's columns are like, in numbers. `row_ends`: the column that says until when a row is
    public. `blob_key`: the Parquet table or the published file; `original_blob_key`: the delivered file, only where it may leave
    quarantine.
    """

    __tablename__ = "version_part"
    __table_args__ = (
        ForeignKeyConstraint(["dataset_id", "version_number"], ["version.dataset_id", "version.number"]),
        Index("ix_version_part_blob_key", "blob_key"),
        Index("ix_version_part_original_blob_key", "original_blob_key"),
    )

    dataset_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    version_number: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    names: Mapped[dict[str, Any]]
    format: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(100), default="application/octet-stream")
    url: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[Any]] = mapped_column(default=list)
    schema: Mapped[dict[str, Any] | None]
    preview: Mapped[list[Any] | None]
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    blob_key: Mapped[str | None] = mapped_column(String(200))
    original_blob_key: Mapped[str | None] = mapped_column(String(200))
    original_format: Mapped[str | None] = mapped_column(String(20))
    original_sha256: Mapped[str | None] = mapped_column(String(64))
    original_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    quality: Mapped[dict[str, Any]] = mapped_column(default=dict)
    particulars: Mapped[dict[str, Any]] = mapped_column(default=dict)
    profile: Mapped[dict[str, Any] | None]
    row_ends: Mapped[dict[str, Any] | None]


class SpooledFile(Base):
    """A download made from a part (CSV, JSON …): content-addressed, made once, shared, purged with the version.

    `query`: digest of the clauses that its rows answer; empty for the whole table. `last_sent_at`: to the nearest minutes.
    """

    __tablename__ = "spooled_file"
    __table_args__ = (ForeignKeyConstraint(["dataset_id", "version_number"], ["version.dataset_id", "version.number"]),)

    dataset_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    version_number: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(80), primary_key=True)
    format: Mapped[str] = mapped_column(String(20), primary_key=True)  # a name of portal.exports.FORMATS
    query: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    blob_key: Mapped[str] = mapped_column(String(200), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Tombstone(Base):
    """What stays of something that was public: address, digest, when and why. Never deleted."""

    __tablename__ = "tombstone"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    dataset_id: Mapped[str] = mapped_column(String(16), index=True)
    version_number: Mapped[int | None]
    data_digest: Mapped[str | None] = mapped_column(String(64))
    checksums: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    buried_at: Mapped[datetime] = mapped_column(UtcDateTime)


_CONTENT = tuple(column.name for column in Version.__table__.columns if column.name != "redacted_at")

guards.append_only(Verdict.__table__)
guards.append_only(Tombstone.__table__)
guards.frozen_columns(Version.__table__, _CONTENT, once="redacted_at")
guards.frozen_until(
    VersionPart.__table__,
    allowed_when=(
        "EXISTS (SELECT 1 FROM version WHERE version.dataset_id = OLD.dataset_id"
        " AND version.number = OLD.version_number AND version.redacted_at IS NOT NULL)"
    ),
)
