"""Compare what a column's values are like with the last approved version. Pure; the thresholds are in decision record 19.

A reason says which column moved and how, in numbers. Small tables move by chance, so every rule asks for enough rows.
"""

from collections.abc import Callable, Iterator
from datetime import date

from portal.gate import Reason
from portal.tables.profiles import ColumnProfile, TableProfile

DIGITS_SHARE = 0.01
DIGITS_CELLS = 3
NULLS_JUMP = 0.30
DISTINCT_BEFORE = 20
DISTINCT_LEFT = 0.10
DAYS_AHEAD = 400
MAGNITUDE = 10.0
ROWS_ENOUGH = 20
ROWS_GROWN = 10.0
_LAST_DAY = date(9999, 12, 31)

_Rule = Callable[["_Pair"], str]


class _Pair:
    """One column before and now."""

    def __init__(self, old: ColumnProfile, new: ColumnProfile, rows_before: int, rows: int) -> None:
        self.old, self.new, self.rows_before, self.rows = old, new, rows_before, rows

    @property
    def is_large(self) -> bool:
        return min(self.rows_before, self.rows) >= ROWS_ENOUGH


def compare_profiles(slug: str, old: TableProfile, new: TableProfile, same: frozenset[str]) -> Iterator[Reason]:
    """Reasons of severity `hold`. `same`: columns with which the same was done in both versions."""
    if old.rows >= ROWS_ENOUGH and new.rows > old.rows * ROWS_GROWN:
        yield Reason("drift_rows_grown", "hold", slug, new.rows - old.rows)
    for name in new.columns:
        if name not in same or name not in old.columns or not old.rows or not new.rows:
            continue
        pair = _Pair(old.columns[name], new.columns[name], old.rows, new.rows)
        for code, rule in _RULES.items():
            if moved := rule(pair):
                yield Reason(code, "hold", f"{slug} · {name}: {moved}")


def _digits(pair: _Pair) -> str:
    """Runs of digits as long as telephone, identity and card numbers, in a column that had next to none."""
    if pair.new.runs is None or pair.old.runs is None:
        return ""
    filled = pair.rows * (1 - pair.new.nulls)
    for run, share in pair.new.runs.items():
        before = pair.old.runs.get(run, 0.0)
        by_chance = 3 * (before * filled) ** 0.5  # three standard deviations of what the column had before
        is_enough = (share - before) * filled >= DIGITS_CELLS - 0.5 + by_chance
        if is_enough and share - before >= max(DIGITS_SHARE, 2 * before):
            return f"{run} digits {_percent(before)} → {_percent(share)}"
    return ""


def _nulls(pair: _Pair) -> str:
    if pair.is_large and pair.new.nulls - pair.old.nulls >= NULLS_JUMP:
        return f"{_percent(pair.old.nulls)} → {_percent(pair.new.nulls)}"
    return ""


def _distinct(pair: _Pair) -> str:
    if pair.is_large and pair.old.distinct >= DISTINCT_BEFORE and pair.new.distinct < pair.old.distinct * DISTINCT_LEFT:
        return f"{pair.old.distinct} → {pair.new.distinct}"
    return ""


def _days(pair: _Pair) -> str:
    """The last day jumps ahead by more than a year, and by more than the column ever spanned."""
    if not (pair.old.first and pair.old.last and pair.new.last):
        return ""
    first, last, now = (_day(text) for text in (pair.old.first, pair.old.last, pair.new.last))
    if (now - last).days > max(DAYS_AHEAD, (last - first).days):
        return f"{last} → {now}"
    return ""


def _numbers(pair: _Pair) -> str:
    old, new = pair.old.middle, pair.new.middle
    if not pair.is_large or not old or new is None:
        return ""
    return f"{old:.3g} → {new:.3g}" if new >= old * MAGNITUDE or new <= old / MAGNITUDE else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:  # a year beyond all calendars
        return _LAST_DAY


def _percent(share: float) -> str:
    return f"{share:.1%}"


_RULES: dict[str, _Rule] = {
    "drift_digits_appeared": _digits,
    "drift_nulls_jumped": _nulls,
    "drift_values_collapsed": _distinct,
    "drift_days_moved": _days,
    "drift_numbers_moved": _numbers,
}
