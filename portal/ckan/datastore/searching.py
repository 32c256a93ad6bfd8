"""Full-text search over rows: `q` as words, as a query of words (`plain=false`), or by field.

CKAN searches rows with PostgreSQL's English configuration: every word must be somewhere in the row.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from portal.ckan.datastore.conditions import NOTHING
from portal.ckan.datastore.words import STOPS, has_word, words_of
from portal.ckan.errors import InvalidQuery, ValidationError
from portal.tables import All, Condition, Either, Not

_LANGUAGE_NAMES = (
    "simple arabic armenian basque catalan danish dutch english finnish french german greek hindi hungarian "
    "indonesian irish italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish "
    "tamil turkish yiddish"
)
LANGUAGES: Final = frozenset(_LANGUAGE_NAMES.split())
"""The text search configurations that PostgreSQL 16 brings."""

MAX_WORDS: Final = 20
_MAX_CHARS = 1_000
_MAX_DEPTH = 10
_TOKEN = re.compile(
    r"\s*(?:(?P<sign>[&|!()]|<->|<\d{1,3}>)|(?P<word>'(?:[^']|'')*'|[^\s&|!()<>:]+)(?P<mark>:[A-Da-d*]*)?)"
)


def check_language(language: str) -> None:
    """Raise InvalidQuery for a language that PostgreSQL has no text search for."""
    if language and language not in LANGUAGES:
        raise InvalidQuery(f'text search configuration "{language[:50]}" does not exist')


def search_text(field: str, text: object, columns: Mapping[str, Sequence[str]], *, is_plain: bool) -> Condition:
    """The condition that a text is found in a field (empty: anywhere in the row). `columns`: field → the columns it shows.

    Raises ValidationError for a field there is none of, InvalidQuery for a query that cannot be read.
    """
    if field not in columns or not isinstance(text, str):
        raise ValidationError({"q": [f'invalid value "{field[:200]}"']})
    if len(text) > _MAX_CHARS:
        raise ValidationError({"q": [f"A search may have at most {_MAX_CHARS} characters."]})
    return _plain(text, columns[field]) if is_plain else _Query(text, columns[field]).whole()


def _plain(text: str, columns: Sequence[str]) -> Condition:
    """Every word of a text; nothing is found by words that say nothing alone, as in CKAN."""
    words = [word for word in words_of(text) if word not in STOPS]
    if len(words) > MAX_WORDS:
        raise ValidationError({"q": [f"A search may have at most {MAX_WORDS} words."]})
    if not words:
        return NOTHING
    return _all(tuple(has_word(word, columns) for word in words))


def _all(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else All(conditions)


class _Query:
    """PostgreSQL's query language: words with & | ! <-> and parentheses; `:*` after a word takes it as a beginning."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        self._columns = columns
        self._tokens = list(self._cut(text))
        self._at = 0

    def whole(self) -> Condition:
        found = self._either(1)
        if self._at < len(self._tokens):
            raise self._wrong()
        return found

    @staticmethod
    def _cut(text: str) -> Iterator[tuple[str, str, str]]:
        text, at = text.strip(), 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.end() == at:
                raise InvalidQuery(f'syntax error in tsquery: "{text[:100]}"')
            sign = match["sign"] or ""
            yield "&" if sign.startswith("<") else sign, match["word"] or "", match["mark"] or ""
            at = match.end()

    def _wrong(self) -> InvalidQuery:
        return InvalidQuery("syntax error in tsquery: words are joined by &, |, ! and parentheses")

    def _takes(self, *signs: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][0] in signs:
            self._at += 1
            return True
        return False

    def _either(self, depth: int) -> Condition:
        if depth > _MAX_DEPTH:
            raise InvalidQuery("the query is nested too deeply")
        found = [self._every(depth)]
        while self._takes("|"):
            found.append(self._every(depth))
        return found[0] if len(found) == 1 else Either(tuple(found))

    def _every(self, depth: int) -> Condition:
        found = [self._one(depth)]
        while self._takes("&"):
            found.append(self._one(depth))
        return _all(tuple(found))

    def _one(self, depth: int) -> Condition:
        if self._takes("!"):
            if depth > _MAX_DEPTH:
                raise InvalidQuery("the query is nested too deeply")
            return Not(self._one(depth + 1))
        if self._takes("("):
            inner = self._either(depth + 1)
            if not self._takes(")"):
                raise self._wrong()
            return inner
        if self._at >= len(self._tokens) or self._tokens[self._at][0]:
            raise self._wrong()
        _, word, mark = self._tokens[self._at]
        self._at += 1
        words = [part for part in words_of(word) if part not in STOPS or "*" in mark]
        if not words:
            return NOTHING
        return _all(tuple(has_word(part, self._columns, is_prefix="*" in mark) for part in words))
