"""Words of a text as the clients of a CKAN expect them to be cut: the chain of Solr's `text` field, in Python.

White space → parts between punctuation, at changes of case and between letters and digits → lower case, Simplified, without
accents → English stems. What hyphens and the like part is also there as one word (`wi-fi` → wi, fi, wifi), so that both
spellings find it.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from portal.index.tokens import fold, stem

MAX_WORD_CHARS: Final = 100
_PART = re.compile(r"[^\W\d_]+|\d+")
_CASE = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_ASCII_WORD = re.compile(r"[a-z]+")
_POSSESSIVE = re.compile(r"['’][sS](?![^\W_])")


def words(text: str) -> list[str]:
    """The words of a text in order."""
    return [word for chunk in text.split() for word in chunk_words(chunk)]


def joined_words(text: str) -> list[str]:
    """What stands beside the words: neighbours of one kind that punctuation or case parts, written together."""
    found = []
    for chunk in text.split():
        parts = _parts(chunk)
        for kind in (str.isdigit, _is_letters):
            run: list[str] = []
            for part in [*parts, ""]:
                if part and kind(part):
                    run.append(part)
                    continue
                if len(run) > 1:
                    found.append(_word("".join(run)))
                run = []
    return found


def chunk_words(chunk: str) -> list[str]:
    """The words of a text without spaces."""
    return [_word(part) for part in _parts(chunk)]


def stream(texts: list[str]) -> str:
    """What is stored of a field: its words with a space on each side, a bar after each text, the joined words last."""
    parts: list[str] = []
    joined: list[str] = []
    for text in texts:
        parts += [*words(text), "|"]
        joined += joined_words(text)
    return f" {' '.join([*parts, *joined])} " if parts else ""


def _parts(chunk: str) -> list[str]:
    plain = _POSSESSIVE.sub("", chunk)
    return [piece for part in _PART.findall(plain) for piece in _CASE.split(part) if piece]


def _is_letters(part: str) -> bool:
    return not part.isdigit()


@lru_cache(maxsize=50_000)
def _word(part: str) -> str:
    folded = fold(part)
    if not folded.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
        folded = bare or folded
    return stem(folded) if _ASCII_WORD.fullmatch(folded) else folded[:MAX_WORD_CHARS]
