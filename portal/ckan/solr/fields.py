"""What a field of CKAN's search index is, and what a term, a phrase, a pattern or a range in it means as a condition."""

import re
from datetime import datetime, timedelta
from typing import Final

from portal.ckan.solr.dates import read_instant
from portal.ckan.solr.errors import Unreadable
from portal.ckan.solr.grammar import Phrase, Range, Term
from portal.index.analysis import words
from portal.index.lookup import Both, Condition, Every, Has, HasLike, Is, Known, Like, Some, Within
from portal.index.tokens import fold, is_unspaced

PROSE: Final = frozenset({"text", "title", "notes", "res_name", "res_description"})
"""Fields in which a Chinese word is found inside a longer run."""

_TEXT: Final = PROSE | {"author", "author_email", "maintainer", "maintainer_email"}
_TEXT_PREFIXES: Final = ("extras_", "res_extras_")
_SAME: Final = {"title_ngram": "title", "name_ngram": "text", "urls": "res_url", "ckan_url": "res_url"}
_INSTANTS: Final = frozenset({"metadata_created", "metadata_modified"})
FIXED: Final = {
    "private": "false",
    "state": "active",
    "capacity": "public",
    "permission_labels": "public",
    "dataset_type": "dataset",
    "entity_type": "package",
    "type": "dataset",
}
"""Fields in which everything that can be found at all has the same value."""

MANY: Final = frozenset(
    {
        "tags",
        "groups",
        "res_name",
        "res_description",
        "res_format",
        "res_url",
        "res_type",
        "text",
        "urls",
        "permission_labels",
    }
)
"""Fields of several values each, by which nothing can be sorted."""

_MILLISECOND = timedelta(milliseconds=1)


def of_term(name: str, term: Term, now: datetime, *, any_part: bool = False) -> Condition:
    """A field has a term. `any_part`: one of its parts is enough, where punctuation parts it."""
    name = _SAME.get(name, name)
    if not is_text(name):
        return _of_pattern(name, term.raw) if term.is_pattern else _of_value(name, term.text, now)
    if term.is_pattern:
        return HasLike(name, re.sub(r"\\.|.", _folded_sign, term.raw, flags=re.DOTALL))
    found = tuple(_has_word(name, word) for word in words(term.text))
    if not found:
        return Every(is_true=False)
    has_chinese = any(is_unspaced(word) for word in words(term.text))
    return Some(found) if any_part and not has_chinese else Both(found)


def of_phrase(name: str, phrase: Phrase, now: datetime) -> Condition:
    """A field has words in a row; a field that is no text has exactly this value."""
    name = _SAME.get(name, name)
    if not is_text(name):
        return _of_value(name, phrase.text, now)
    found = tuple(words(phrase.text))
    if not found:
        return Every(is_true=False)
    if phrase.slop or len(found) == 1:
        return Both(tuple(_has_word(name, word) for word in found))
    if name in PROSE and (is_unspaced(found[0]) or is_unspaced(found[-1])):
        return Has(name, (" ".join(found),), is_inside=True)
    return Has(name, found)


def of_range(name: str, asked: Range, now: datetime) -> Condition:
    """A field's value lies in a range. Raises Unreadable for ends that are no values of the field."""
    name = _SAME.get(name, name)
    if asked.low is None and asked.high is None:
        return of_any(name)
    if name in _INSTANTS:
        low = None if asked.low is None else read_instant(asked.low, now)
        high = None if asked.high is None else read_instant(asked.high, now)
        # Solr counts in milliseconds: what lies within the last of them belongs to it.
        low = low + _MILLISECOND if low and not asked.has_low else low
        high = high + _MILLISECOND if high and asked.has_high else high
        return Within(name, low, high, has_high=False)
    if name in FIXED:
        value = FIXED[name]
        after = asked.low is None or (asked.low <= value if asked.has_low else asked.low < value)
        before = asked.high is None or (value <= asked.high if asked.has_high else value < asked.high)
        return Every(is_true=after and before)
    if is_text(name):
        return Every(is_true=False)
    return Within(name, asked.low, asked.high, asked.has_low, asked.has_high)


def of_any(name: str) -> Condition:
    """A field has any value."""
    if name in {"", "*", "site_id", "id", "name", "num_resources", "num_tags", *_INSTANTS, *FIXED}:
        return Every()
    return Known(_SAME.get(name, name))


def is_text(name: str) -> bool:
    """Whether a field holds words; otherwise it holds whole values."""
    return name in _TEXT or name.startswith(_TEXT_PREFIXES)


def _of_value(name: str, text: str, now: datetime) -> Condition:
    if name == "site_id":
        return Every()
    if name in FIXED:
        return Every(is_true=text == FIXED[name])
    if name in _INSTANTS:
        instant = read_instant(text, now)
        return Within(name, instant, instant + _MILLISECOND, has_high=False)
    return Is(name, text.replace("\x00", ""))


def _of_pattern(name: str, raw: str) -> Condition:
    if name == "site_id" or raw == "*":
        return of_any(name)
    if name in FIXED:
        shape = "".join({"*": ".*", "?": "."}.get(s) or re.escape(s[-1]) for s in re.findall(r"\\.|.", raw, re.DOTALL))
        return Every(is_true=bool(re.fullmatch(shape, FIXED[name], re.DOTALL)))
    if name in _INSTANTS:
        raise Unreadable(f"{name} has no patterns; write a range: {name}:[… TO …].")
    return Like(name, raw.replace("\x00", ""))


def _has_word(name: str, word: str) -> Condition:
    return Has(name, (word,), is_inside=name in PROSE and is_unspaced(word))


def _folded_sign(found: re.Match[str]) -> str:
    """One sign of a pattern as words are stored; spaces and bars stand between words, so they match nothing there."""
    sign = found[0]
    if sign in {"*", "?"}:
        return sign
    return "".join(f"\\{one}" if one in "\\*?" else one for one in fold(sign[-1]))
