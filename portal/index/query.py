"""The query language: words, "phrases", -not, field:value. Any text parses; nothing of it ever reaches an engine as syntax."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from portal.index import facets, tokens
from portal.kernel.errors import InvalidInput

MAX_CHARS: Final = 1000
MAX_WORDS: Final = 60

TEXT_FIELDS: Final = {
    "title": "title",
    "keywords": "keywords",
    "keyword": "keywords",
    "description": "description",
    "publisher": "publisher",
    "columns": "columns",
    "column": "columns",
    "标题": "title",
    "关键词": "keywords",
    "简介": "description",
    "部门": "publisher",
    "字段": "columns",
}
"""What may stand before a colon → the text field that is searched."""

CODE_FIELDS: Final = {
    **{name: name for name in facets.NAMES},
    "主题": "theme",
    "格式": "format",
}
"""What may stand before a colon → the facet whose code is meant."""

_FIELD = re.compile(rf"(?:{'|'.join([*TEXT_FIELDS, *CODE_FIELDS])}):(?=\S)", re.IGNORECASE)
_QUOTES: Final = '"“”„‟«»「」'
_BARE = re.compile(rf"[^\s{_QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked for. `pieces` are folded (tokens.pieces); a phrase wants them in this order, side by side.

    `field` None: anywhere. For a facet (`CODE_FIELDS`) `code` is the value as typed, lower case.
    """

    pieces: tuple[str, ...]
    field: str | None = None
    is_phrase: bool = False
    is_excluded: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: all of `required` and none of `excluded`. Both empty: everything."""

    required: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()


def parse_query(text: str) -> Query:
    """The query's tree. Raises InvalidInput when it is longer than 1,000 characters or has more than 60 words."""
    if len(text) > MAX_CHARS:
        raise InvalidInput(
            f"The search text has {len(text):,} characters; at most {MAX_CHARS:,} are read. Shorten it to a few words.",
            parameter="q",
            position=MAX_CHARS,
        )
    terms = _scan(unicodedata.normalize("NFKC", text))
    if sum(len(term.pieces) for term in terms) > MAX_WORDS:
        raise InvalidInput(f"The search text has more than {MAX_WORDS} words; use fewer.", parameter="q")
    required = tuple(term for term in terms if not term.is_excluded)
    if not required:  # a minus with nothing to subtract from is a dash
        return Query(required=tuple(Term(t.pieces, t.field, t.is_phrase, code=t.code) for t in terms))
    return Query(required=_without_stop_words(required), excluded=tuple(term for term in terms if term.is_excluded))


def _scan(text: str) -> list[Term]:
    terms: list[Term] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        is_excluded = text[position] == "-" and position + 1 < len(text) and not text[position + 1].isspace()
        start = position + is_excluded
        field = _FIELD.match(text, start)
        start = field.end() if field else start
        name = field.group()[:-1].lower() if field else None
        value, is_phrase, position = _value(text, start)
        term = _term(name, value, is_phrase=is_phrase, is_excluded=is_excluded)
        if term:
            terms.append(term)
    return terms


def _value(text: str, start: int) -> tuple[str, bool, int]:
    """The quoted or bare text at `start`, whether it was quoted, and where to go on. A missing end quote is forgiven."""
    if text[start] in _QUOTES:
        end = next((i for i in range(start + 1, len(text)) if text[i] in _QUOTES), len(text))
        return text[start + 1 : end], True, end + 1
    bare = _BARE.match(text, start)
    end = bare.end() if bare else start + 1
    return text[start:end], False, end


def _term(name: str | None, value: str, *, is_phrase: bool, is_excluded: bool) -> Term | None:
    folded = tokens.fold(value)
    found = tuple(tokens.pieces(folded))
    if not found:
        return None
    if name in CODE_FIELDS:
        return Term(found, CODE_FIELDS[name], is_excluded=is_excluded, code=folded.strip())
    return Term(found, TEXT_FIELDS[name] if name else None, is_phrase=is_phrase, is_excluded=is_excluded)


def _without_stop_words(required: tuple[Term, ...]) -> tuple[Term, ...]:
    kept = tuple(
        term
        for term in required
        if term.is_phrase or term.field or not all(piece in tokens.STOP_WORDS for piece in term.pieces)
    )
    return kept or required
