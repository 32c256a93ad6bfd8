"""The full rules, on the cells that the pre-filter selected, and what follows for a whole column."""

import polars as pl

from portal.gate.rules import RULES, Counts, Judged
from portal.inspect.numbers import count_numbers
from portal.inspect.readings import read_all
from portal.inspect.words import count_words
from portal.kernel.findings import Finding


def examine(cells: pl.Series, *, column: str = "", is_lossy: bool = False) -> Counts:
    """Count what is in these cells (strings, none null).

    `column`: the name of their column. `is_lossy`: the cells were floating-point numbers, whose last digits mean nothing.
    """
    counts = Counts()
    readings = read_all(cells)
    count_words(counts, readings, column)
    count_numbers(counts, readings, is_lossy=is_lossy)
    return counts


def findings_of(counts: Counts, column: str | None, place: str, filled: int) -> list[Finding]:
    """What the counts of a whole column amount to, rule by rule. `filled`: cells with a value in the whole column."""
    found, by_chance = [], 0
    for rule in RULES:
        judged = rule.judge(counts) if rule.judge else Judged(counts.cells[rule.name], 0)
        by_chance += judged.by_chance
        if judged.found:
            found.append((rule.name, judged.found))
    if by_chance:
        found.append(("serial_number", by_chance))
    return [Finding(name, column, place, count, min(1.0, count / filled) if filled else 0.0) for name, count in found]
