"""API keys: shown once, stored as a keyed hash with a prefix for lookup."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime
from portal.kernel.ids import new_id


class ApiKey(Base):
    """One key. `prefix` is public and finds the row; `key_hash` is HMAC-SHA256 of the whole key under the site's secret."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(200))
    tier: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_on: Mapped[datetime | None] = mapped_column(UtcDateTime)
