"""The one tokenizer: what an engine is fed and what a query is cut into, so that every engine finds the same.

NFKC → lower case → Traditional to Simplified, character by character (a phrase table would make a cut of a title differ from
the whole) → pieces between anything that is no letter or digit → runs of one script. A Chinese run of n characters becomes
n - 1 overlapping bigrams (one character alone stays), any other run one token: English stemmed by Snowball, codes as they are.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

import rjieba
import snowballstemmer

from portal.kernel.scripts import simplified_forms

TOKENS_VERSION: Final = 1
"""Raise it when any rule here changes: indexes made by other rules are then rebuilt."""

GAP: Final = "¶"
"""Stands between two texts in one field; no query has it, so no phrase reaches across."""

MAX_TOKEN_CHARS: Final = 64
EDGE_CHARS: Final = 20
START_CHARS: Final = 30

# Scripts written without spaces: Han with extensions, kana, Hangul (spaces there part phrases, not words).
_UNSPACED: Final = "々-〇぀-ヿㇰ-ㇿ㐀-䶿一-鿿豈-﫿가-힯\U00020000-\U0003ffff"
_PIECE = re.compile(r"[^\W_]+")
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ENGLISH = re.compile(r"[a-z]+")
_INVISIBLE: Final = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF])

_ENGLISH_STOPS: Final = "a an and are as at be by for from in into is it of on or that the their this to was were with"
STOP_WORDS: Final = frozenset({*_ENGLISH_STOPS.split(), *"的和与及了在或等"})
"""Not required when a query has other words."""


@cache
def _simplified() -> dict[int, str]:
    """For `str.translate`: where a character has several Simplified forms, the usual one."""
    return {ord(old): forms[0] for old, forms in simplified_forms().items() if forms}


def fold(text: str) -> str:
    """The text as it is compared: NFKC, lower case, Simplified, without invisible characters."""
    lowered = unicodedata.normalize("NFKC", text).lower()
    return lowered.translate(_INVISIBLE).translate(_simplified())


def pieces(folded: str) -> list[str]:
    """What stands between punctuation and spaces: `2023年停车 GB/T` → 2023年停车, gb, t."""
    return _PIECE.findall(folded)


def runs(piece: str) -> list[str]:
    """A piece by script: `2023年停车` → 2023, 年停车."""
    return _RUN.findall(piece)


def is_unspaced(run: str) -> bool:
    """True for Chinese and other scripts without spaces between words."""
    return run[0] > "⿿" and bool(_IS_UNSPACED.match(run))


def run_tokens(run: str) -> tuple[str, ...]:
    """The tokens of one run in order; together they are a phrase."""
    if is_unspaced(run):
        return tuple(grams(run))
    return (stem(run) if _ENGLISH.fullmatch(run) else run[:MAX_TOKEN_CHARS],)


def tokens(folded: str) -> list[str]:
    """All tokens of a folded text, in order."""
    return [token for piece in pieces(folded) for run in runs(piece) for token in run_tokens(run)]


def grams(text: str) -> list[str]:
    """Overlapping pairs of characters; a single character is itself."""
    return [text[i : i + 2] for i in range(len(text) - 1)] if len(text) > 1 else [text]


def field_stream(folded_texts: Iterable[str]) -> str:
    """What a text field is fed: the tokens of each folded text, a gap after each, then every single Chinese character once."""
    parts: list[str] = []
    characters: dict[str, None] = {}
    for folded in folded_texts:
        parts += tokens(folded)
        parts.append(GAP)
        characters.update(dict.fromkeys(_IS_UNSPACED.findall(folded)))
    return " ".join([*parts, *characters])


def fragment_stream(folded_texts: Iterable[str]) -> str:
    """Pairs and single characters of every piece that is not purely Chinese, so that `3年` or `pm` is found inside one."""
    parts: list[str] = []
    for piece in (piece for folded in folded_texts for piece in pieces(folded)):
        if needs_fragments(piece):
            parts += [*grams(piece[:1000]), GAP]
            parts += [*dict.fromkeys(c for c in piece[:1000] if not is_unspaced(c)), GAP]
    return " ".join(parts)


def needs_fragments(piece: str) -> bool:
    """True unless every character is Chinese (then the bigrams of the field itself do)."""
    return any(not is_unspaced(run) for run in runs(piece))


def edge_stream(folded_texts: Iterable[str]) -> str:
    """Beginnings of every word that is not Chinese, for suggestions: `air` → a ai air."""
    found: dict[str, None] = {}
    for folded in folded_texts:
        for run in (run for piece in pieces(folded) for run in runs(piece)):
            if not is_unspaced(run):
                found.update(dict.fromkeys(run[:n] for n in range(1, min(len(run), EDGE_CHARS) + 1)))
    return " ".join(found)


def start_stream(folded_texts: Iterable[str]) -> str:
    """Beginnings of whole titles with spaces and punctuation left out, for suggestions."""
    found: dict[str, None] = {}
    for folded in folded_texts:
        joined = "".join(pieces(folded))[:START_CHARS]
        found.update(dict.fromkeys(joined[:n] for n in range(1, len(joined) + 1)))
    return " ".join(found)


def words(run: str) -> tuple[str, ...]:
    """A Chinese run cut into dictionary words, without particles; the run itself when it is one word or short."""
    if len(run) < 4 or not is_unspaced(run):
        return (run,)
    cut = tuple(dict.fromkeys(word for word in rjieba.cut(run) if word not in STOP_WORDS))
    return cut or (run,)


_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of an English word in lower case."""
    return str(_stemmer.stemWord(word[:MAX_TOKEN_CHARS]))
