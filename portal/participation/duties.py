"""What the worker does about objections: index and numbers follow what is hidden, people are told, contacts erased."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.catalogue.models import MAIL, Outbox
from portal.kernel.ids import new_id
from portal.participation.objections import erase_contacts, notice_objections

_ABOUT = "objections"


def look_after_objections(session: Session, now: datetime, *, tell: tuple[str, ...]) -> int:
    """Notice what is new and let go of what is old; how many of both. `tell`: addresses that get one mail about all."""
    found = notice_objections(session, now)
    if found:
        for address in tell:
            payload = {"to": address, "about": _ABOUT, "id": new_id(), "count": len(found)}
            session.add(Outbox(kind=MAIL, payload=payload, created_at=now, due_at=now))
    return len(found) + erase_contacts(session, now)
