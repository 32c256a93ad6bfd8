"""An objection's way: filed without an account, the item hidden first, then reviewed by a named person, answered, kept.

Hiding at once could be misused to empty the portal. So a dataset whose very data was found in order is not hidden again
for the same data, and no more than a few are hidden at a time by objections nobody has looked at; what comes beyond waits
for a person, who is told at once (decision 0023).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.access import is_visible
from portal.catalogue.counts import recount
from portal.catalogue.models import Dataset
from portal.catalogue.objections import Objection
from portal.catalogue.versions import Version
from portal.catalogue.withdrawal import withdraw_dataset
from portal.db import table_of
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.ids import new_id
from portal.kernel.principal import Principal
from portal.kernel.text import Language

MOST_HIDDEN = 20
LONGEST_STATEMENT = 5_000
SHORTEST_STATEMENT = 10
LONGEST_CONTACT = 200
CONTACT_KEPT = timedelta(days=180)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: the code is copied by hand
_GROUPS, _GROUP = 4, 5
_AT_ONCE = 500


class Ground(StrEnum):
    """Why a person objects."""

    PERSONAL = "personal"  # personal information about me
    PRIVACY = "privacy"  # it lets people find out about my private life
    BUSINESS = "business"  # a business secret of mine
    WRONG = "wrong"  # what it says about me is wrong


class Measure(StrEnum):
    """What was done about an objection that was upheld."""

    WITHDRAWN = "withdrawn"  # the whole dataset
    CORRECTED = "corrected"  # rows or columns were taken out, the rest is shown again


@dataclass(frozen=True, slots=True)
class Filed:
    """What the person is told. `receipt` is shown once. `is_hidden`: the dataset is not shown from this moment on."""

    receipt: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt tells."""

    state: str
    filed_at: datetime
    answered_at: datetime | None
    measure: str
    answer: str


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One objection as the person in charge sees it."""

    id: str
    dataset_id: str
    ground: str
    statement: str
    contact: str
    language: str
    hides: bool
    state: str
    filed_at: datetime
    answer: str
    measure: str
    answered_by: str
    answered_at: datetime | None


def file_objection(
    session: Session,
    principal: Principal,
    dataset_id: str,
    *,
    ground: str,
    statement: str,
    contact: str,
    language: Language,
    now: datetime,
) -> Filed:
    """Keep an objection; the dataset is hidden with the transaction. Raises NotFound, InvalidInput."""
    found = session.execute(
        select(Dataset.id, Dataset.state, Version.data_digest)
        .outerjoin(Version, (Version.dataset_id == Dataset.id) & (Version.number == Dataset.current_version))
        .where(Dataset.id == dataset_id)
    ).one_or_none()
    if found is None or not is_visible(principal, found.state):
        raise NotFound(f"There is no dataset {dataset_id[:40]} here.")
    statement, contact = statement.strip(), contact.strip()
    _check(ground, statement, contact)
    hides = _may_hide(session, dataset_id, found.data_digest)
    receipt = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    session.execute(
        insert(table_of(Objection)),
        {
            "id": new_id(),
            "dataset_id": dataset_id,
            "data_digest": found.data_digest,
            "ground": ground,
            "statement": statement,
            "contact": contact,
            "language": language.value,
            "hides": hides,
            "receipt_sha256": _digest(receipt),
            "filed_at": now,
        },
    )
    return Filed(receipt, hides)


def find_standing(session: Session, receipt: str) -> Standing:
    """What became of an objection, for whoever has its receipt. Raises NotFound."""
    found = session.execute(
        select(Objection.state, Objection.filed_at, Objection.answered_at, Objection.measure, Objection.answer).where(
            Objection.receipt_sha256 == _digest(receipt)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no objection with this receipt.")
    return Standing(*found)


def list_objections(session: Session, *, state: str | None = "open") -> tuple[ObjectionView, ...]:
    """The oldest first, at most five hundred; for the people in charge, never for a public door."""
    query = select(Objection).order_by(Objection.filed_at, Objection.id).limit(_AT_ONCE)
    rows = session.scalars(query.where(Objection.state == state) if state else query)
    return tuple(_view(row) for row in rows)


def get_objection(session: Session, objection_id: str) -> ObjectionView:
    """Raises NotFound."""
    return _view(_get(session, objection_id))


def reject_objection(session: Session, objection_id: str, *, person: str, answer: str, now: datetime) -> None:
    """The publication was in order: it is shown again at once. Raises NotFound, InvalidInput."""
    objection = _open(session, objection_id)
    _close(session, objection, "rejected", "", person=person, answer=answer, now=now)


def uphold_objection(
    session: Session, objection_id: str, measure: Measure, *, person: str, answer: str, now: datetime
) -> None:
    """The person was right. `measure` withdrawn: the dataset is withdrawn now, and no source brings it back; corrected:
    the person in charge has taken out rows or columns before, and the rest is shown again. Raises NotFound, InvalidInput.
    """
    objection = _open(session, objection_id)
    if measure is Measure.CORRECTED:
        current = session.scalar(
            select(Version.data_digest)
            .join(Dataset, (Dataset.id == Version.dataset_id) & (Dataset.current_version == Version.number))
            .where(Dataset.id == objection.dataset_id)
        )
        if current == objection.data_digest:
            raise InvalidInput(
                "Nothing of the dataset has changed since the objection came: take out the rows or the column first "
                "(`portal withdraw … --rows`, or the source's mapping), or withdraw it.",
                parameter="measure",
            )
    _close(session, objection, "upheld", measure.value, person=person, answer=answer, now=now)
    if measure is Measure.WITHDRAWN:
        withdraw_dataset(session, objection.dataset_id, "objection_upheld", person.strip(), now)


def notice_objections(session: Session, now: datetime) -> tuple[ObjectionView, ...]:
    """Those that nobody was told of yet; index and numbers follow what is hidden from here on."""
    rows = session.scalars(
        select(Objection).where(Objection.noticed_at.is_(None)).order_by(Objection.filed_at).limit(_AT_ONCE)
    ).all()
    for row in rows:
        row.noticed_at = now
    _touch(session, {row.dataset_id for row in rows})
    return tuple(_view(row) for row in rows)


def erase_contacts(session: Session, now: datetime) -> int:
    """Erase how to reach people whose objections were answered long ago; how many."""
    is_old = (Objection.answered_at < now - CONTACT_KEPT) & (Objection.contact != "")
    found = session.scalars(select(Objection.id).where(is_old).limit(_AT_ONCE)).all()
    if found:
        session.execute(update(table_of(Objection)).where(Objection.id.in_(found)).values(contact=""))
    return len(found)


def _check(ground: str, statement: str, contact: str) -> None:
    if ground not in set(Ground):
        raise InvalidInput("Say why you object: choose one of the grounds.", parameter="ground")
    if not SHORTEST_STATEMENT <= len(statement) <= LONGEST_STATEMENT:
        raise InvalidInput(
            f"Say what is concerned in {SHORTEST_STATEMENT} to {LONGEST_STATEMENT:,} characters.", parameter="statement"
        )
    if len(contact) > LONGEST_CONTACT:
        raise InvalidInput(f"A contact has at most {LONGEST_CONTACT} characters.", parameter="contact")
    if "\x00" in statement + contact:
        raise InvalidInput("The text holds a character that cannot be kept.", parameter="statement")


def _may_hide(session: Session, dataset_id: str, data_digest: str) -> bool:
    is_same = (Objection.dataset_id == dataset_id) & (Objection.data_digest == data_digest)
    if session.scalar(select(func.count()).where(is_same, Objection.state == "rejected")):
        return False
    others = select(func.count(func.distinct(Objection.dataset_id))).where(
        Objection.state == "open", Objection.hides.is_(True), Objection.dataset_id != dataset_id
    )
    return (session.scalar(others) or 0) < MOST_HIDDEN


def _close(
    session: Session, objection: Objection, state: str, measure: str, *, person: str, answer: str, now: datetime
) -> None:
    if not person.strip() or not answer.strip():
        raise InvalidInput(
            "A decision carries the name of who decides and an answer to the person.", parameter="answer"
        )
    objection.state, objection.measure = state, measure
    objection.answered_by, objection.answer, objection.answered_at = person.strip(), answer.strip(), now
    session.flush()
    _touch(session, {objection.dataset_id})


def _touch(session: Session, dataset_ids: set[str]) -> None:
    """Let index, bundles and numbers follow a change of what is shown."""
    if dataset_ids:
        session.flush()
        bumped = update(table_of(Dataset)).where(Dataset.id.in_(dataset_ids)).values(revision=Dataset.revision + 1)
        session.execute(bumped)
        session.expire_all()
        recount(session)


def _open(session: Session, objection_id: str) -> Objection:
    found = _get(session, objection_id)
    if found.state != "open":
        raise InvalidInput(f"This objection was {found.state} by {found.answered_by} already.", parameter="objection")
    return found


def _get(session: Session, objection_id: str) -> Objection:
    found = session.get(Objection, objection_id)
    if found is None:
        raise NotFound(f"There is no objection {objection_id[:40]!r}; see `portal objection list`.")
    return found


def _digest(receipt: str) -> str:
    """Of a code as people write it: case and hyphens do not count."""
    plain = "".join(sign for sign in receipt.upper() if sign.isalnum())
    return hashlib.sha256(f"objection {plain}".encode()).hexdigest()


def _view(row: Objection) -> ObjectionView:
    return ObjectionView(**{name: getattr(row, name) for name in ObjectionView.__slots__})
