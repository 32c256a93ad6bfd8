"""Accounts, their sign-ins and keys, and what was done with them. No password, key, code or token is in here as it was."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime
from portal.db.guards import append_only
from portal.kernel.ids import new_id

ACCOUNT_MAIL_KINDS = ("join", "reset", "address", "notice")


class Account(Base):
    """A person. `email` is in lower case; null where the provider told none, and once the account is deleted.

    What a deleted account did stays, nameless.
    `tier` is set by staff; `verified_at` by a claim of the sign-in provider. `password_hash` is argon2id, empty for who
    only signs in through the provider; `totp_secret` is encrypted. The web's role writes neither `tier` nor `roles`.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    tier: Mapped[str] = mapped_column(String(20), server_default="registered")
    tier_by: Mapped[str] = mapped_column(String(200), server_default=text("''"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roles: Mapped[str] = mapped_column(String(200), server_default=text("''"))  # words of StaffRole
    totp_secret: Mapped[str] = mapped_column(String(200), default="")
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountIdentity(Base):
    """Who an account is at a sign-in provider: issuer and subject, as OpenID Connect Core 2 names them."""

    __tablename__ = "account_identity"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignIn(Base):
    """One browser that is signed in. `token_hash` is SHA-256 of its cookie; `needs_code`: the second factor is still due.

    `by_provider`: the person came through the sign-in provider.
    """

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(16), unique=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    agent: Mapped[str] = mapped_column(String(200), default="")
    needs_code: Mapped[bool] = mapped_column(default=False)
    by_provider: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RecoveryCode(Base):
    """A code that stands for the second factor once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountErrand(Base):
    """A mail that somebody asked for at a page; the worker decides what it says and whether it goes out.

    `kind`: one of ACCOUNT_MAIL_KINDS. The link in the mail is made of the id and the site's secret and stored nowhere.
    `account_id` is set where the person was signed in. `subject` names the notice of kind `notice`.
    """

    __tablename__ = "account_errand"
    __table_args__ = (Index("ix_account_errand_due", "noticed_at", "created_at"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    subject: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountAct(Base):
    """What was done with an account, by whom and when. Never changed, and kept but for failures to sign in; no secret,
    address or name of a person is in it, but the name of staff.

    `actor`: `account:<id>`, `staff:<name>`, `provider:<issuer>` or `unknown` (somebody who failed to sign in).
    """

    __tablename__ = "account_act"
    __table_args__ = (Index("ix_account_act_kind", "act", "done_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    act: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(330))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """One key. `prefix` is public and finds the row; `key_hash` is HMAC-SHA256 of the whole key under the site's secret.

    A key of an account has the account's tier, and `tier` is null; a key without one was made by staff, with its own.
    `scopes`: words of `Scope`; null: all but `account`, for keys without an account.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    holder: Mapped[str] = mapped_column(String(200))
    tier: Mapped[str | None] = mapped_column(String(20))
    scopes: Mapped[list[Any] | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_by: Mapped[str | None] = mapped_column(String(16))
    last_used_on: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeyUse(Base):
    """How many requests a key made on a day in a class of budgets, and how many units they cost. Written in batches."""

    __tablename__ = "key_use"

    key_id: Mapped[str] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    used_on: Mapped[date] = mapped_column(Date, primary_key=True)
    budget: Mapped[str] = mapped_column(String(20), primary_key=True)
    requests: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)


# Somebody who fails to sign in writes these; the worker forgets them, so that a stranger cannot fill the record.
append_only(AccountAct.__table__, removable_when="OLD.act IN ('sign_in_failed', 'code_failed')")
