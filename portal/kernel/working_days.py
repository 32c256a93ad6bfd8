"""Days on which offices work: Monday to Friday, without public holidays, with the weekends that stand in for them (调休)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SATURDAY: Final = 5
_MOST_DAYS: Final = 2_000
_END_OF_DAY: Final = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A calendar. `holidays`: days without work; `made_up`: Saturdays and Sundays with work."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        return day in self.made_up or (day.weekday() < _SATURDAY and day not in self.holidays)

    def after(self, start: datetime, days: int) -> datetime:
        """The last second of the working day that is so many working days after the day of `start`; in UTC's terms aware."""
        day, left = start.astimezone(self.zone).date(), days
        for _ in range(_MOST_DAYS):
            if left == 0:
                break
            day += timedelta(days=1)
            left -= self.is_working(day)
        return datetime.combine(day, _END_OF_DAY, self.zone)


def parse_days(text: str) -> frozenset[date]:
    """`2026-10-01..2026-10-07, 2027-01-01`: days and ranges of days with commas between. Raises ValueError."""
    found: set[date] = set()
    for one in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = one.partition("..")
        begin = date.fromisoformat(first.strip())
        length = (date.fromisoformat(last.strip()) - begin).days if last else 0
        if not 0 <= length <= _MOST_DAYS or len(found) > _MOST_DAYS:
            raise ValueError(f"{one} is no range of days")
        found.update(begin + timedelta(days=n) for n in range(length + 1))
    return frozenset(found)
