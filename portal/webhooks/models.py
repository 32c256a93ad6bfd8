"""Webhooks of accounts, and the log of what was sent to them. No secret is stored: it follows from the id."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime
from portal.kernel.ids import new_id

ACTIVE, DISABLED = "active", "disabled"
_DUE = text("done_at IS NULL")


class Webhook(Base):
    """One address that is told. `dataset_id`: of this dataset's changes; else `search` (`q` and facets) says which.

    `since_number`: changes after that one. `generation` counts its secrets; `rotated_at`: the one before still signs for a
    day. `failing_since`: nothing was taken since then.
    """

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint("state IN ('active', 'disabled')", name="state_known"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    dataset_id: Mapped[str | None] = mapped_column(String(16), index=True)
    search: Mapped[dict[str, Any] | None]
    events: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    disabled_reason: Mapped[str] = mapped_column(String(300), default="")
    generation: Mapped[int] = mapped_column(default=1)
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since_number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDelivery(Base):
    """One message to one webhook. Its id stays the same however often it is sent, so a receiver can tell repeats.

    `due_at`: not before that; while it is being sent, when another worker may try. `last_*`: what came of the last attempt.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "change_number"),
        Index("ix_webhook_delivery_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    change_number: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    dataset_id: Mapped[str | None] = mapped_column(String(16))
    event: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    last_took_ms: Mapped[int | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_given_up: Mapped[bool] = mapped_column(default=False)


class WebhookProgress(Base):
    """Up to which change messages were made: one row."""

    __tablename__ = "webhook_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
