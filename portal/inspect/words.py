"""The rules about words and forms: their patterns, tried on every reading of a cell."""

import re

import polars as pl

from portal.gate.rules import RULES, Counts, Rule
from portal.gate.rules.email_address import AT, SEPARATED, SPELLED_DOT
from portal.inspect.prefilter import WORDED, selects
from portal.inspect.readings import without_separators, without_spaces

_BY_PATTERN = tuple(rule for rule in RULES if rule.patterns or rule.patterns_beside_word)
_SELECTS = {rule.name: selects(rule) for rule in _BY_PATTERN}


_Frames = list[pl.DataFrame]


def count_words(counts: Counts, readings: pl.DataFrame, column: str) -> None:
    """Add the cells that each rule's patterns match. `column`: the column's name, which may be the word they ask for."""
    named = {rule.name for rule in _BY_PATTERN if rule.word and re.search(rule.word, column)}
    worded = _worded([readings], is_all=bool(named))
    pieces, codes = _worded(without_spaces(readings)), _worded(without_separators(readings), is_all=bool(named))
    whole, broken = _likely(worded), _likely(pieces)
    for rule in _BY_PATTERN:
        cells: set[int] = set()
        is_named = rule.name in named
        for frame in (
            _spelled_out(worded + pieces, rule)
            if rule.name == "email_address"
            else (worded if is_named else whole[rule.name])
        ):
            cells |= _matches(rule, _without_exceptions(rule, frame), is_named=is_named)
        for frame in () if rule.patterns_beside_word or rule.name == "email_address" else broken[rule.name]:
            cells |= _matches(rule, _without_exceptions(rule, frame), is_named=False)
        for frame in codes:
            cells |= _matches_of_codes(rule, frame, is_named=rule.name in named)
        if cells:
            counts.cells[rule.name] += len(cells)


def _worded(frames: _Frames, *, is_all: bool = False) -> _Frames:
    """What some rule's words may select, without empty frames."""
    chosen = frames if is_all else [frame.filter(pl.col("text").str.contains(WORDED)) for frame in frames]
    return [frame for frame in chosen if frame.height]


def _likely(frames: _Frames) -> dict[str, _Frames]:
    """For each rule the readings that its own words select: to try all patterns on every cell takes three times as long."""
    found: dict[str, _Frames] = {name: [] for name in _SELECTS}
    for frame in frames:
        text = pl.col("text")
        is_likely = frame.select(text.str.contains(pattern).alias(name) for name, pattern in _SELECTS.items())
        for name, chosen in found.items():
            if is_likely.get_column(name).any():
                chosen.append(frame.filter(is_likely.get_column(name)))
    return found


def _without_exceptions(rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
    if not rule.except_for or not frame.height or not frame.get_column("text").str.contains(rule.except_for).any():
        return frame
    return frame.with_columns(pl.col("text").str.replace_all(rule.except_for, " "))


def _matches(rule: Rule, frame: pl.DataFrame, *, is_named: bool) -> set[int]:
    """The cells in which one of the rule's patterns is."""
    text = pl.col("text")
    found = _cells(frame, rule.patterns)
    if rule.patterns_beside_word:
        near = frame if is_named else frame.filter(text.str.contains(rule.word))
        found |= _cells(near, rule.patterns_beside_word)
    return found


def _matches_of_codes(rule: Rule, frame: pl.DataFrame, *, is_named: bool) -> set[int]:
    """The same where separators were taken out: codes beside their word, and what no other code looks like."""
    found = _cells(frame, rule.patterns_without_separators)
    if rule.patterns_beside_word:
        near = frame if is_named else frame.filter(pl.col("text").str.contains(rule.word))
        found |= _cells(near, (*rule.patterns, *rule.patterns_beside_word))
    return found


def _cells(frame: pl.DataFrame, patterns: tuple[str, ...]) -> set[int]:
    if not patterns or not frame.height:
        return set()
    return set(frame.filter(pl.col("text").str.contains("|".join(patterns))).get_column("cell").to_list())


def _spelled_out(frames: _Frames, rule: Rule) -> _Frames:
    """Only what has an @ in it, with `[at]` and `(dot)` as signs; where that shows no address, without separators too."""
    text = pl.col("text")
    made = []
    for frame in frames:
        likely = frame.filter(text.str.contains(f"@|{AT}"))
        if not likely.height:
            continue
        plain = likely.with_columns(text.str.replace_all(AT, "@").str.replace_all(SPELLED_DOT, "."))
        plain = plain.filter(text.str.contains("@"))
        odd = plain.filter(~text.str.contains(rule.except_for) & ~text.str.contains("|".join(rule.patterns)))
        joined = text.str.replace_all(SEPARATED, "").str.replace_all(r"\.{2,}", ".").str.replace_all(r"\.?@\.?", "@")
        made += [plain, odd.with_columns(joined)]
    return [frame for frame in made if frame.height]
