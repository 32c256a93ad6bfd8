"""Text meant for people, in two languages, with where each wording came from."""

from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.digests import text_digest


class Language(StrEnum):
    """The two languages of the site, as BCP 47 primary tags."""

    ZH = "zh"
    EN = "en"

    @property
    def other(self) -> "Language":
        return Language.EN if self is Language.ZH else Language.ZH


class Origin(StrEnum):
    """Who worded it: the source's record, a person at the desk, or a machine translation."""

    SOURCE = "source"
    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's text. `translated_from` is the digest of the text it was translated from, if it was."""

    value: str
    origin: Origin = Origin.SOURCE
    translated_from: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader of one language gets: the text, the language it is really in, and what to warn of."""

    value: str
    language: Language
    is_fallback: bool
    is_stale: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Text:
    """A bilingual text; at least one language should be present, both may be absent."""

    zh: Wording | None = None
    en: Wording | None = None

    @classmethod
    def of(cls, zh: str | None = None, en: str | None = None) -> "Text":
        """Text worded by a source; blank counts as absent."""
        return cls(*(Wording(v.strip()) if v and v.strip() else None for v in (zh, en)))

    def wording(self, language: Language) -> Wording | None:
        return self.zh if language is Language.ZH else self.en

    def shown(self, language: Language) -> Shown:
        """The wording for a reader of `language`, falling back to the other one; empty if there is none."""
        own, other = self.wording(language), self.wording(language.other)
        if own:
            stale = bool(own.translated_from and (not other or own.translated_from != text_digest(other.value)))
            return Shown(own.value, language, is_fallback=False, is_stale=stale, origin=own.origin)
        if other:
            return Shown(other.value, language.other, is_fallback=True, is_stale=False, origin=other.origin)
        return Shown("", language, is_fallback=False, is_stale=False, origin=Origin.SOURCE)

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(lang for lang in Language if self.wording(lang))
