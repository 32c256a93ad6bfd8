"""Texts out of JSON-like values: what is a text is taken, everything else is absent; nothing is guessed."""

from collections.abc import Mapping
from hashlib import sha256

from harvesters.errors import SkipRecord

LONGEST_TITLE = 500
LONGEST_TEXT = 20_000


def text_of(values: Mapping[str, object], name: str) -> str:
    """The text under a name, stripped; a whole number becomes its digits; anything else is ""."""
    value = values.get(name)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def texts_of(values: Mapping[str, object], name: str) -> tuple[str, ...]:
    """The texts of a list under a name; one text alone counts as a list of it. Blank ones are left out."""
    value = values.get(name)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple):
        return ()
    return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())


def by_language(**texts: str) -> dict[str, str]:
    """Language → text, without the blank ones."""
    return {language: text for language, text in texts.items() if text}


def check_lengths(titles: Mapping[str, str], descriptions: Mapping[str, str], record_id: str) -> None:
    """Raise SkipRecord when there is no title, or a text is too long to be one."""
    if not titles:
        raise SkipRecord(f"The record {record_id[:80]!r} has no title.", record_id=record_id)
    for what, texts, longest in (("title", titles, LONGEST_TITLE), ("description", descriptions, LONGEST_TEXT)):
        for language, text in texts.items():
            if len(text) > longest:
                raise SkipRecord(
                    f"The {what} ({language}) of {record_id[:80]!r} has {len(text):,} characters; "
                    f"at most {longest:,} are accepted. Ask the department to shorten it.",
                    record_id=record_id,
                )


def stamp_of(*parts: object) -> str:
    """One short stamp for whatever tells that data changed: 64 hex digits."""
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
