"""The rows of kind `mail`: taken by one worker at a time, tried again with growing waits, given up after a day.

A row is taken before it is sent and marked after; a worker that is killed in between leaves it to be sent again when its
lease is over. So a mail can come twice, with the same Message-ID, and is never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.catalogue.models import MAIL, Outbox

LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
_ERROR_CHARS = 300
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail in hand. `content`: what the transaction that asked for it wrote down."""

    id: int
    to: str
    content: Mapping[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail that was not taken by a server: it waits, or was given up."""

    id: int
    to: str
    source_name: str
    events: tuple[str, ...]
    is_given_up: bool
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime | None


def is_mail_due(session: Session, now: datetime) -> bool:
    """Whether `take_mail` would find one; asked first, because it needs no write."""
    return session.scalar(select(Outbox.id).where(*_due(now)).limit(1)) is not None


def take_mail(session: Session, now: datetime) -> TakenMail | None:
    """Take the mail that is due longest, so that no other worker sends it; None when none is due."""
    row = session.scalars(
        select(Outbox).where(*_due(now)).order_by(Outbox.due_at, Outbox.id).limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.attempts += 1
    row.due_at = now + LEASE
    session.flush()
    return TakenMail(row.id, str(row.payload.get("to", "")), row.payload, row.attempts, row.created_at)


def note_sent(session: Session, mail: TakenMail, now: datetime) -> None:
    """A server took it."""
    _change(session, mail.id, done_at=now, error="")


def note_failure(session: Session, mail: TakenMail, error: str, now: datetime, *, is_final: bool = False) -> bool:
    """Keep what went wrong and when to try again; whether the mail is given up, at once or because a day is over."""
    is_given_up = is_final or now - mail.created_at >= GIVEN_UP_AFTER
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(mail.attempts - 1, 10))
    _change(
        session,
        mail.id,
        error=error[:_ERROR_CHARS],
        due_at=now + wait,
        done_at=now if is_given_up else None,
        is_given_up=is_given_up,
    )
    return is_given_up


def list_mail(session: Session, limit: int = 200) -> tuple[MailView, ...]:
    """What waits and what was given up, the newest first."""
    open_or_lost = (Outbox.kind == MAIL, Outbox.done_at.is_(None) | Outbox.is_given_up)
    rows = session.scalars(select(Outbox).where(*open_or_lost).order_by(Outbox.id.desc()).limit(limit))
    return tuple(
        MailView(
            id=row.id,
            to=str(row.payload.get("to", "")),
            source_name=str(row.payload.get("source", "")),
            events=tuple(str(event) for event in row.payload.get("events", ())),
            is_given_up=row.is_given_up,
            attempts=row.attempts,
            error=row.error,
            created_at=row.created_at,
            due_at=None if row.is_given_up else row.due_at,
        )
        for row in rows
    )


def is_mail_old(session: Session, now: datetime) -> bool:
    """Whether `forget_mail` would find something."""
    return session.scalar(select(Outbox.id).where(*_old(now)).limit(1)) is not None


def forget_mail(session: Session, now: datetime) -> int:
    """Delete mail that was done with 90 days ago: its addresses belong to people. At most 500; how many."""
    old = session.scalars(select(Outbox.id).where(*_old(now)).limit(_AT_ONCE)).all()
    session.execute(delete(Outbox).where(Outbox.id.in_(old)).execution_options(synchronize_session=False))
    return len(old)


def _due(now: datetime) -> tuple[Any, ...]:
    return (Outbox.kind == MAIL, Outbox.done_at.is_(None), Outbox.due_at <= now)


def _old(now: datetime) -> tuple[Any, ...]:
    return (Outbox.kind == MAIL, Outbox.done_at < now - KEPT_FOR)


def _change(session: Session, row_id: int, **values: object) -> None:
    session.execute(update(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None)).values(**values))
