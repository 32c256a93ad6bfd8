"""Every act of review, for good: who decided what about which digests, when and why, with the assessment of privacy.

An approval is the first half of a release by two people. It counts while what it is bound to is still what waits: both
digests and every reason that was seen; anything newer voids it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import table_of
from portal.gate import person_key
from portal.ingest.errors import CannotReview
from portal.ingest.models import HeldRecord, ReviewAct
from portal.inspect import scan_texts
from portal.kernel.digests import text_digest, value_digest

Act = Literal["approve", "release", "refuse"]
LARGEST_ASSESSMENT: Final = 100_000
"""Bytes. An assessment report is some pages of text (GB/T 39335-2020, annex A)."""

_QUOTED: Final = frozenset(
    {"identity_number", "identity_number_15", "residence_permit", "regional_identity", "passport", "bank_card"}
)
_ACT = table_of(ReviewAct).c
_SHORT = (
    _ACT.id,
    _ACT.held_id,
    _ACT.act,
    _ACT.data_digest,
    _ACT.page_digest,
    _ACT.reasons_digest,
    _ACT.person,
    _ACT.reason,
    _ACT.assessment_sha256,
    _ACT.acted_at,
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment of what publishing means for the people concerned (个人信息保护影响评估): its text and its hash.

    PIPL articles 55 and 56: made before personal information is made public, kept for at least three years.
    """

    text: str = ""
    sha256: str = ""

    @classmethod
    def of(cls, content: bytes) -> "Assessment":
        """Read it. Raises CannotReview for what is not text, is empty, too long, or quotes numbers of persons."""
        if len(content) > LARGEST_ASSESSMENT:
            raise CannotReview(f"An assessment has at most {LARGEST_ASSESSMENT:,} bytes, this one {len(content):,}.")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CannotReview("The assessment is not text in UTF-8; save it as text or Markdown.") from error
        if "\x00" in text or not text.strip(" \t\r\n\ufeff\u3000"):
            raise CannotReview("The assessment is empty, or no text; save it as text or Markdown.")
        sha256 = text_digest(text)
        found = scan_texts({"assessment": text}, digest=sha256)
        quoted = sorted({finding.rule for finding in found.findings} & _QUOTED)
        if quoted or not found.is_complete:
            raise CannotReview(
                f"The assessment quotes numbers of persons or cards ({', '.join(quoted)}); it is kept for good, so describe "
                "them without quoting."
            )
        return cls(text, sha256)


NO_ASSESSMENT: Final = Assessment()


@dataclass(frozen=True, slots=True)
class ActView:
    """One act of review, without the text of its assessment. `bound`: digests of the data, the page and the reasons."""

    id: int
    act: str
    bound: tuple[str, str, str]
    person: str
    reason: str
    assessment_sha256: str
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """What the first of two people said. `id`: of its row, by which a later judgement knows it again."""

    id: int
    person: str
    reason: str
    assessment_sha256: str


def add_act(
    session: Session, held: HeldRecord, act: Act, person: str, reason: str, *, assessment: Assessment, now: datetime
) -> None:
    """Keep what a person decided about exactly this."""
    session.add(
        ReviewAct(
            held_id=held.id,
            act=act,
            data_digest=held.data_digest,
            page_digest=held.page_digest,
            reasons_digest=reasons_digest(held),
            person=person.strip(),
            reason=reason.strip(),
            assessment_sha256=assessment.sha256,
            assessment=assessment.text,
            acted_at=now,
        )
    )
    session.flush()


def reasons_digest(held: HeldRecord) -> str:
    """What tells whether the reasons are still those that a person saw."""
    return value_digest(list(held.reasons))


def list_acts(session: Session, held_ids: Sequence[str]) -> dict[str, tuple[ActView, ...]]:
    """Held id → what was done about it, the oldest first; one statement for all."""
    acts: dict[str, tuple[ActView, ...]] = {}
    for row in session.execute(select(*_SHORT).where(_ACT.held_id.in_(held_ids)).order_by(_ACT.id)):
        bound = (row.data_digest, row.page_digest, row.reasons_digest)
        act = ActView(row.id, row.act, bound, row.person, row.reason, row.assessment_sha256, row.acted_at)
        acts[row.held_id] = (*acts.get(row.held_id, ()), act)
    return acts


def find_approval(held: HeldRecord, acts: Iterable[ActView]) -> Approval | None:
    """The approval that counts now: the first about these digests and these reasons."""
    bound = (held.data_digest, held.page_digest, reasons_digest(held))
    for act in acts:
        if act.act == "approve" and act.bound == bound:
            return Approval(act.id, act.person, act.reason, act.assessment_sha256)
    return None


def approval_of(session: Session, held: HeldRecord) -> Approval | None:
    """The approval of a held record that counts now."""
    return find_approval(held, list_acts(session, [held.id]).get(held.id, ()))


def find_assessment(session: Session, held_id: str) -> Assessment | None:
    """The assessment that was archived last with a decision about this held record."""
    row = session.execute(
        select(_ACT.assessment, _ACT.assessment_sha256)
        .where(_ACT.held_id == held_id, _ACT.assessment_sha256 != "")
        .order_by(_ACT.id.desc())
        .limit(1)
    ).first()
    return Assessment(row.assessment, row.assessment_sha256) if row else None


def check_words(person: str, reason: str) -> None:
    """Raise CannotReview unless both say something."""
    if not person_key(person) or not reason.strip():
        raise CannotReview("A decision carries the reviewer's name and a reason.")
    if len(person) > 200 or len(reason) > 5_000:
        raise CannotReview("The reviewer's name has at most 200 characters, the reason 5,000.")
    if "\x00" in person + reason:
        raise CannotReview("The reviewer's name and the reason are text, without control characters.")
