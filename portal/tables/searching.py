"""Words in rows: a condition that some column, written as text, has a word.

Chinese and its like are found anywhere; other words stand alone between things that are no letter or digit. The pattern is
made here, out of letters and digits alone; it goes to the engine as a value, and its matcher takes linear time.
"""

from collections.abc import Sequence

from portal.kernel.vocab import ColumnType
from portal.tables.expressions import JsonValue
from portal.tables.query import HasWord
from portal.tables.terms import Terms

MAX_WORD_CHARS = 100
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_EDGE = rf"[^\p{{L}}\p{{N}}]|[{_UNSPACED}]"


def words_sql(condition: HasWord, terms: Terms) -> tuple[str, list[JsonValue]]:
    """The condition as SQL with `?` for every value, and the values. Raises InvalidInput with the terms' parameter."""
    if not 1 <= len(condition.word) <= MAX_WORD_CHARS or not condition.word.replace(".", "").isalnum():
        raise terms.wrong(f"a word has 1 to {MAX_WORD_CHARS} letters and digits.", condition)
    if not all(ending.isalpha() for ending in condition.endings if ending):
        raise terms.wrong("an ending has letters alone.", condition)
    columns = [typed for name in condition.columns if (typed := terms.of(name)).type is not ColumnType.GEOMETRY]
    if not columns:
        return "(1 = 0)", []
    texts = [f"lower({c.sql if c.type is ColumnType.TEXT else f'CAST({c.sql} AS VARCHAR)'})" for c in columns]
    function, value = ("contains", condition.word) if condition.is_anywhere else ("regexp_matches", _pattern(condition))
    values = [bound for typed in columns for bound in (*typed.values, value)]
    return f"({' OR '.join(_known(function, text) for text in texts)})", values


def _known(function: str, text: str) -> str:
    """False, not unknown, where the cell is null: the words of a row are those of its filled cells."""
    return f"coalesce({function}({text}, ?), false)"


def _pattern(condition: HasWord) -> str:
    word = condition.word.replace(".", r"\.")
    if condition.is_prefix:
        return f"(?:^|{_EDGE}){word}"
    return f"(?:^|{_EDGE}){word}{_one_of(condition.endings)}(?:$|{_EDGE})"


def _one_of(endings: Sequence[str]) -> str:
    if not endings:
        return ""
    return f"(?:{'|'.join(sorted((e for e in endings if e), key=len, reverse=True))}){'?' if '' in endings else ''}"
