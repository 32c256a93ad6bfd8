"""The text that a grantee accepts: versioned, in both languages, never edited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.grants.models import Agreement
from portal.kernel.digests import value_digest
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.text import Language

LONGEST_TEXT = 50_000


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One version. Texts are plain paragraphs and lists in Markdown."""

    number: int
    text_zh: str
    text_en: str
    sha256: str
    added_by: str
    added_at: datetime

    def text(self, language: Language) -> str:
        """The wording in a language."""
        return self.text_zh if language is Language.ZH else self.text_en


def add_agreement(session: Session, *, text_zh: str, text_en: str, person: str, now: datetime) -> AgreementView:
    """Put a new version in force; who accepted an earlier one stays with that. Raises InvalidInput."""
    texts = {"zh": text_zh.strip(), "en": text_en.strip()}
    for language, text in texts.items():
        if not text or len(text) > LONGEST_TEXT or "\x00" in text:
            raise InvalidInput(
                f"An agreement has 1 to {LONGEST_TEXT:,} characters in each language.", parameter=f"text_{language}"
            )
    if not person.strip():
        raise InvalidInput("Say who puts the agreement in force, by name; it is kept.", parameter="person")
    number = (session.scalar(select(func.max(Agreement.number))) or 0) + 1
    row = Agreement(
        number=number,
        text_zh=texts["zh"],
        text_en=texts["en"],
        sha256=value_digest(texts),
        added_by=person.strip()[:200],
        added_at=now,
    )
    session.add(row)
    session.flush()
    return _view(row)


def find_agreement(session: Session) -> AgreementView | None:
    """The version in force; None where nobody has added one: then no grant can begin."""
    row = session.scalars(select(Agreement).order_by(Agreement.number.desc()).limit(1)).one_or_none()
    return _view(row) if row else None


def get_agreement(session: Session, number: int) -> AgreementView:
    """One version. Raises NotFound."""
    row = session.get(Agreement, number)
    if row is None:
        raise NotFound(f"There is no agreement number {number}; `portal agreement show` shows the one in force.")
    return _view(row)


def _view(row: Agreement) -> AgreementView:
    return AgreementView(row.number, row.text_zh, row.text_en, row.sha256, row.added_by, row.added_at)
