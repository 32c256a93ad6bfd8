"""What was carried out, and what was taken in. An instance uses one half of these tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class BundleMade(Base):
    """One bundle that was made here. `previous` is the digest of the manifest before, "" for a whole catalogue."""

    __tablename__ = "bundle_made"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BundledDataset(Base):
    """Up to which revision a dataset was carried out, and which of its versions were."""

    __tablename__ = "bundled_dataset"

    dataset_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int]
    sequence: Mapped[int]


class BundledBlob(Base):
    """A blob that the outside instance has: carried out, and referred to ever since."""

    __tablename__ = "bundled_blob"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    sequence: Mapped[int]


class BundleTaken(Base):
    """One bundle that was taken in here. `origin`: fingerprint of the key that signed it."""

    __tablename__ = "bundle_taken"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
