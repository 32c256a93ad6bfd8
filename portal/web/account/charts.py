"""A bar for each day, as numbers that a template draws into an inline SVG; the table behind it says the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the units of the drawing; `refused_height` is the part of it, at its foot, that was refused."""

    x: float
    y: float
    width: float
    height: float
    refused_y: float
    refused_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from left to right. `most`: the number at the upper edge."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    most: int
    total: int


def chart_of(totals: Sequence[int], refused: Sequence[int]) -> Chart:
    """Bars for counts of equal steps of time; a count that is not zero is always seen."""
    most = max((*totals, 1))
    step = WIDTH / max(len(totals), 1)
    bars = []
    for number, (total, lost) in enumerate(zip(totals, refused, strict=True)):
        height = max(HEIGHT * total / most, 2.0) if total else 0.0
        lost_height = min(height, max(HEIGHT * lost / most, 2.0)) if lost else 0.0
        bars.append(
            Bar(
                x=round(step * (number + _GAP / 2), 2),
                y=round(HEIGHT - height, 2),
                width=round(step * (1 - _GAP), 2),
                height=round(height, 2),
                refused_y=round(HEIGHT - lost_height, 2),
                refused_height=round(lost_height, 2),
            )
        )
    return Chart(WIDTH, HEIGHT, tuple(bars), most, sum(totals))
