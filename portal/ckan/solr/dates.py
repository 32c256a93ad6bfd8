"""Solr's instants: ISO 8601 in UTC, and `NOW` with sums and roundings (`NOW-1DAY`, `NOW/MONTH+2DAYS`)."""

import re
from datetime import UTC, datetime, timedelta

from portal.ckan.solr.errors import Unreadable

_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z")
_MATH = re.compile(r"([+\-])(\d{1,9})([A-Z]+)|/([A-Z]+)")
_FIXED = {
    "DAY": timedelta(days=1),
    "DATE": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
    "MILLI": timedelta(milliseconds=1),
    "MILLISECOND": timedelta(milliseconds=1),
}
_MONTHS = {"MONTH": 1, "YEAR": 12}
_ROUNDED = {"YEAR": 1, "MONTH": 2, "DAY": 3, "DATE": 3, "HOUR": 4, "MINUTE": 5, "SECOND": 6}


def read_instant(text: str, now: datetime) -> datetime:
    """The instant, to the millisecond. Raises Unreadable."""
    wrong = Unreadable(f"Invalid Date String:'{text[:60]}'; write 2024-01-31T00:00:00Z or NOW-1DAY.")
    if text.startswith("NOW"):
        base, rest = now, text[3:]
    else:
        found = _INSTANT.match(text)
        if found is None:
            raise wrong
        fraction = (found[2] or "").ljust(6, "0")[:6]
        try:
            base = datetime.fromisoformat(found[1]).replace(tzinfo=UTC, microsecond=int(fraction))
        except ValueError as error:
            raise wrong from error
        rest = text[found.end() :]
    try:
        moved = _moved(base, rest)
    except (OverflowError, ValueError, KeyError) as error:
        raise wrong from error
    return moved.replace(microsecond=moved.microsecond // 1000 * 1000)


def _moved(base: datetime, math: str) -> datetime:
    position, moved = 0, base
    while position < len(math):
        found = _MATH.match(math, position)
        if found is None:
            raise ValueError(math)
        sign, amount, unit, rounding = found.groups()
        moved = _rounded(moved, rounding) if rounding else _added(moved, int(f"{sign}{amount}"), unit.removesuffix("S"))
        position = found.end()
    return moved


def _added(base: datetime, amount: int, unit: str) -> datetime:
    if unit in _MONTHS:
        months = base.year * 12 + base.month - 1 + amount * _MONTHS[unit]
        first = base.replace(year=months // 12, month=months % 12 + 1, day=1)
        next_month = (first + timedelta(days=32)).replace(day=1)
        return first.replace(day=min(base.day, (next_month - timedelta(days=1)).day))
    return base + amount * _FIXED[unit]


def _rounded(base: datetime, unit: str) -> datetime:
    kept = _ROUNDED[unit.removesuffix("S")]
    parts = [base.year, base.month, base.day, base.hour, base.minute, base.second][:kept]
    parts += [1] * (3 - len(parts))
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
