"""The words of a search over rows: which forms of a word are the same word, and how a table is asked for it.

English words are found in every inflected form, as by PostgreSQL; Chinese is found inside a longer run, which PostgreSQL
takes for one word, and in either script.
"""

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import snowballstemmer

from portal.index.tokens import is_unspaced, pieces, runs
from portal.kernel.scripts import simplified_forms
from portal.tables import Condition, Either
from portal.tables.query import HasWord

_MAX_VARIANTS = 16
_MAX_WORD_CHARS = 100
_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_STOP_WORDS = (
    "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their theirs themselves what which who whom this that these those am is "
    "are was were be been being have has had having do does did doing a an the and but if or because as until "
    "while of at by for with about against between into through during before after above below to from up "
    "down in out on off over under again further then once here there when where why how all any both each few "
    "more most other some such no nor not only own same so than too very s t can will just don should now"
)
STOPS: Final = frozenset(_STOP_WORDS.split())
"""Words that PostgreSQL leaves out of an English search."""

_ENDING_TEXTS = (
    "e s es ed d ing ings er ers ly y ies ied ying al als ally ation ations ment ments ness ful fully ive ively ize ized "
    "izes izing ization ity ities ion ions ious ous ously able ably ance ant ence ent ently ical ically ic ism ist ists "
    "ate ated ates ating ational iveness ousness"
)
_ENDINGS: Final = ("", *_ENDING_TEXTS.split())
_stemmer = snowballstemmer.stemmer("english")


def words_of(text: str) -> list[str]:
    """The words of a text in order, each once: runs of Chinese, numbers with their points, other words in lower case."""
    folded = unicodedata.normalize("NFKC", text).lower()
    numbers = _NUMBER.findall(folded)
    rest = _NUMBER.sub(" ", folded)
    found = [run for piece in pieces(rest) for run in runs(piece)]
    return list(dict.fromkeys([*numbers, *found]))


def has_word(word: str, columns: Sequence[str], *, is_prefix: bool = False) -> Condition:
    """Some of the columns has the word of `words_of`, or one that begins with it."""
    names = tuple(columns)
    if is_unspaced(word):
        forms = tuple(HasWord(names, form, is_anywhere=True) for form in either_script(word))
        return forms[0] if len(forms) == 1 else Either(forms)
    if is_prefix or not (word.isascii() and word.isalpha()):
        return HasWord(names, word[:_MAX_WORD_CHARS], is_prefix=is_prefix)
    base, endings = inflections(word[:60])
    return HasWord(names, base, endings=endings)


def inflections(word: str) -> tuple[str, tuple[str, ...]]:
    """What all inflected forms of an English word begin with, and the endings that have the same stem."""
    stem = str(_stemmer.stemWord(word))
    base = stem[:-1] if stem.endswith("i") and len(stem) > 2 else stem
    doubled = tuple(base[-1] + ending for ending in ("ed", "ing", "ings"))
    own = (word[len(base) :],) if word.startswith(base) else ()
    endings = tuple(
        dict.fromkeys(
            e for e in (*own, *_ENDINGS, *doubled) if e.isalpha() or not e if _stemmer.stemWord(base + e) == stem
        )
    )
    return (base, endings) if word.startswith(base) and endings else (word, ())


def either_script(run: str) -> tuple[str, ...]:
    """A run as it is, in Simplified, and in the Traditional forms it may have (at most 16 together)."""
    simplified = "".join((simplified_forms().get(sign) or (sign,))[0] for sign in run)
    options = [(sign, *_traditional().get(sign, ())) for sign in simplified]
    forms = ("".join(signs) for signs in itertools.product(*options))
    return tuple(dict.fromkeys(itertools.chain((run, simplified), itertools.islice(forms, _MAX_VARIANTS - 2))))


@cache
def _traditional() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for old, forms in simplified_forms().items():
        for form in forms:
            if form != old:
                found[form] = (*found.get(form, ()), old)
    return found
