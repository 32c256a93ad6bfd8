"""The short way of tables by rows: the scan alone, without typing, projecting and judging the rest of a record.

A finding that holds a page or a table holds it whatever else is in the record; under the bench's mapping every column is
published as it is; and a column in which several cells are Chinese words stays text as it was delivered, for a type is taken
only when every value fits it. So a specimen with such a finding about its page or about such a column is caught. What this
way does not catch goes the whole way, where types, names, page and original are judged as well. `test_corpus.py` compares both.
"""

import re
from pathlib import Path

import polars as pl

from portal.gate import CONTENT_RULES
from portal.inspect import scan_table, scan_texts
from tests.gate.corpus.bench import Delivery

_WORDS = re.compile("[一-龥]{2}")
_FEWEST_WORDS = 2


def stopped_by(delivery: Delivery, room: Path) -> tuple[str, ...]:
    """The codes of the findings that surely stop this table; none if it must go the whole way."""
    return _by_page(delivery) or _by_table(delivery, room)


def _by_page(delivery: Delivery) -> tuple[str, ...]:
    """By the words that this page has and others have not."""
    usual = Delivery()
    words = {
        "title": delivery.title,
        "description": delivery.description,
        "resource": delivery.part_name,
        "column title": delivery.words_of_column[0],
        "column description": delivery.words_of_column[1],
    }
    words |= {f"keyword#{number}": word for number, word in enumerate(delivery.keywords)}
    known = {usual.title, usual.description, usual.part_name, *usual.keywords, ""}
    own = {place: text for place, text in words.items() if text not in known}
    return _codes({finding.rule for finding in scan_texts(own, digest="").findings}) if own else ()


def _by_table(delivery: Delivery, room: Path) -> tuple[str, ...]:
    cells = list(zip(*delivery.rows, strict=True))
    if not cells:
        return ()
    texts = {name for name, column in zip(delivery.columns, cells, strict=True) if _is_surely_text(column)}
    typed = [
        pl.Series(name, column, dtype=pl.String) if name in texts else _as_numbers(name, column)
        for name, column in zip(delivery.columns, cells, strict=True)
    ]
    path = room / "short.parquet"
    pl.DataFrame(typed).write_parquet(path)
    return _codes({finding.rule for finding in scan_table(path, digest="").findings if finding.column in texts})


def _codes(rules: set[str]) -> tuple[str, ...]:
    return tuple(sorted(f"found_{rule}" for rule in rules if CONTENT_RULES.get(rule) == "hold"))


def _is_surely_text(column: tuple[str | None, ...]) -> bool:
    return len({cell for cell in column if cell and _WORDS.search(cell)}) >= _FEWEST_WORDS


def _as_numbers(name: str, column: tuple[str | None, ...]) -> pl.Series:
    """Short whole numbers as such: what they are counts in judgements over neighbouring columns."""
    texts = pl.Series(name, column, dtype=pl.String)
    return texts.cast(pl.Int64) if texts.drop_nulls().str.contains("^[1-9][0-9]{0,8}$").all() else texts
