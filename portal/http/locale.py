"""Which language an answer is in."""

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from portal.kernel.text import Language

DEFAULT_LANGUAGE = Language.ZH


def language_of_path(path: str) -> Language | None:
    """The language that an address names (`/en/…`), or None."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return Language(first) if first in {"zh", "en"} else None


@lru_cache(maxsize=512)
def preferred_language(accept_language: str) -> Language:
    """The better of our two languages for an `Accept-Language` header; Chinese where it says nothing of either.

    Any Chinese tag counts (`zh-Hant-HK`, `yue`, `cmn`), any English one too.
    """
    accepted = parse_accept_header(accept_language[:500], LanguageAccept)
    for tag, quality in sorted(accepted, key=lambda pair: -pair[1]):
        primary = tag.lower().split("-")[0]
        if quality > 0 and primary in {"zh", "yue", "cmn", "wuu"}:
            return Language.ZH
        if quality > 0 and primary == "en":
            return Language.EN
    return DEFAULT_LANGUAGE


def negotiate_language(path: str, accept_language: str) -> Language:
    """The language of the address, else the preferred one."""
    return language_of_path(path) or preferred_language(accept_language)
