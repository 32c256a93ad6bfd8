"""The rules about words and forms: their patterns, tried on every reading of a cell."""

import re

import polars as pl

from portal.gate.rules import RULES, Counts, Rule
from portal.gate.rules.email_address import AT, SPELLED_DOT
from portal.inspect.prefilter import WORDED

_BY_PATTERN = tuple(rule for rule in RULES if rule.patterns or rule.patterns_beside_word)


def count_words(counts: Counts, readings: pl.DataFrame, column: str) -> None:
    """Add the cells that each rule's patterns match. `column`: the column's name, which may be the word they ask for."""
    named = {rule.name for rule in _BY_PATTERN if rule.word and re.search(rule.word, column)}
    text = pl.col("text")
    worded = readings if named else readings.filter(text.str.contains(WORDED))
    if not worded.height:
        return
    for rule in _BY_PATTERN:
        frame = _spelled_out(worded) if rule.name == "email_address" else worded
        if rule.except_for and frame.height and frame.get_column("text").str.contains(rule.except_for).any():
            frame = frame.with_columns(text.str.replace_all(rule.except_for, " "))
        cells = _matches(rule, frame, is_named=rule.name in named)
        if cells.height:
            counts.cells[rule.name] += cells.get_column("cell").n_unique()


def _matches(rule: Rule, frame: pl.DataFrame, *, is_named: bool) -> pl.DataFrame:
    text = pl.col("text")
    found = frame.filter(text.str.contains("|".join(rule.patterns))) if rule.patterns else frame.clear()
    if rule.patterns_beside_word:
        near = frame if is_named else frame.filter(text.str.contains(rule.word))
        if near.height:
            found = pl.concat([found, near.filter(text.str.contains("|".join(rule.patterns_beside_word)))])
    return found


def _spelled_out(frame: pl.DataFrame) -> pl.DataFrame:
    """Only what has an @ in it, with `[at]` and `(dot)` as signs."""
    text = pl.col("text")
    likely = frame.filter(text.str.contains(f"@|{AT}"))
    if not likely.height:
        return likely
    return likely.with_columns(text.str.replace_all(AT, "@").str.replace_all(SPELLED_DOT, ".")).filter(
        text.str.contains("@")
    )
