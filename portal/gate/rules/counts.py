"""What was counted about one column over all its rows. Rules judge it: identifiers are judged by column.

Of serial numbers that carry a date one in eleven passes the check digit of identity numbers, of numbers that begin like
cards one in ten, of numbers of eleven digits one in thirteen looks like a mobile number. So hits as frequent as chance
makes them are serial numbers; hits that stand out from the column's pattern still count. The thresholds come
from these rates; how often they err is measured by `benchmarks/thresholds.py` and told in decision 18.
"""

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, NamedTuple

ENOUGH: Final = 20
"""Below so many candidates every hit counts: chance cannot be told from fact."""
ENOUGH_DATED: Final = 5
"""Numbers that begin like identity numbers are rare enough by themselves that five of them show a pattern."""
CHANCE: Final = 0.25
"""Up to this share of hits among candidates a column is of serial numbers (chance: 1/11 and 1/10)."""


class Judged(NamedTuple):
    """Cells that count, and cells that only look so because of chance."""

    found: int
    by_chance: int


@dataclass(slots=True)
class Counts:
    """Counts about one column. `cells`: what was found → cells. `numbers`: candidates, by kind.

    `dated_years`, `checked_years`: years of birth of numbers that begin like identity numbers, and of those whose check
    digit fits as well.
    """

    cells: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    dated_years: Counter[int] = field(default_factory=Counter)
    checked_years: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Add the counts of another stretch of the same column."""
        self.cells.update(other.cells)
        self.numbers.update(other.numbers)
        self.dated_years.update(other.dated_years)
        self.checked_years.update(other.checked_years)

    @property
    def is_dated_serial(self) -> bool:
        """Whether numbers that begin like identity numbers pass the check as seldom as chance has it."""
        dated, checked = self.dated_years.total(), self.checked_years.total()
        return dated >= ENOUGH_DATED and checked <= CHANCE * dated


def by_chance(hits: int, expected: float, spread: float = 1) -> bool:
    """Whether chance explains so many hits where it gives `expected`: not more than three deviations above. `spread`: the
    variance in expected hits, more than one where `expected` is itself reckoned from a few."""
    return hits <= expected + 3 * sqrt(spread * expected) and expected >= 1
