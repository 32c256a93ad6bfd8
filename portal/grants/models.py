"""Applications for conditional datasets, the agreements behind them, grants, reports, and what was done in which order.

What an applicant wrote and what was decided never changes; contact data alone can be erased.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Account  # noqa: F401 - its table belongs to these
from portal.catalogue.models import Dataset  # noqa: F401 - its table belongs to these
from portal.db import Base, UtcDateTime, table_of
from portal.db.guards import append_only, frozen_columns
from portal.kernel.ids import new_id


class Agreement(Base):
    """One version of the text that a grantee accepts; the highest number is in force. `sha256`: of both texts."""

    __tablename__ = "agreement"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Application(Base):
    """What a person applied for. `state`: submitted, approved, refused, withdrawn, lapsed or granted. `decided_by` is a
    name, `days` how long the grant is to last, `agreement_number` the text that was accepted at `agreed_at`."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted', 'approved', 'refused', 'withdrawn', 'lapsed', 'granted')", name="state_known"
        ),
        CheckConstraint("state != 'granted' OR agreement_number IS NOT NULL", name="granted_was_agreed"),
        Index("ix_application_due", "state", "due_at", "id"),
        Index("ix_application_own", "account_id", "submitted_at"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"), index=True)
    terms: Mapped[str] = mapped_column(Text)  # as they stood when the person applied
    organisation: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text)
    scenario: Mapped[str] = mapped_column(Text)
    retention: Mapped[str] = mapped_column(Text)
    safeguards: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="submitted")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    days: Mapped[int | None]
    agreement_number: Mapped[int | None] = mapped_column(ForeignKey("agreement.number"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApplicationMessage(Base):
    """One message of an application's thread. `author`: applicant or reviewer; `name`: the reviewer's."""

    __tablename__ = "application_message"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    author: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Grant(Base):
    """The rows of one dataset for one account, from an instant until another, unless it was revoked before."""

    __tablename__ = "data_grant"
    __table_args__ = (Index("ix_data_grant_held", "account_id", "until_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    report_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(String(200), default="")
    revoked_reason: Mapped[str] = mapped_column(Text, default="")


class UseReport(Base):
    """What came of the data, as the grantee says. `links`: addresses of results, one a line."""

    __tablename__ = "use_report"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    grant_id: Mapped[str] = mapped_column(ForeignKey("data_grant.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    links: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApplicationAct(Base):
    """One step, in order. `actor`: `account:<id>`, `staff:<name>` or `clock`. `told_at`: when mail about it was asked for."""

    __tablename__ = "application_act"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(220))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


_WRITTEN = (
    "account_id",
    "dataset_id",
    "terms",
    "purpose",
    "scenario",
    "retention",
    "safeguards",
    "submitted_at",
    "due_at",
)
_GIVEN = ("application_id", "account_id", "dataset_id", "from_at", "until_at", "report_due_at")

append_only(table_of(Agreement))
append_only(table_of(ApplicationMessage))
append_only(table_of(UseReport))
frozen_columns(table_of(Application), _WRITTEN, once="decided_at")
frozen_columns(table_of(Grant), _GIVEN, once="revoked_at")
frozen_columns(table_of(ApplicationAct), ("application_id", "act", "actor", "detail", "done_at"), once="told_at")
