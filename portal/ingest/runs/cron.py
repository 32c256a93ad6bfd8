"""When a schedule is due: cron expressions of five fields, read in the zone of the site."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from portal.ingest.errors import ScheduleInvalid

_FIELDS = 5
_LONGEST = 100


def checked_expression(expression: str, now: datetime, zone: ZoneInfo) -> str:
    """The expression with single spaces. Raises ScheduleInvalid with what is wrong with it."""
    plain = " ".join(expression.split())
    if len(plain) > _LONGEST or len(plain.split(" ")) != _FIELDS:
        raise ScheduleInvalid(
            f"A schedule has five fields (minute, hour, day of month, month, day of week), not {expression[:120]!r}; "
            'every night at half past two is "30 2 * * *".',
            parameter="schedule",
        )
    try:
        CronSim(plain, now.astimezone(zone))
    except CronSimError as error:
        raise ScheduleInvalid(
            f"The schedule {plain!r} cannot be read: {str(error).lower()}. Its fields are minute (0-59), hour (0-23), "
            "day of month (1-31), month (1-12) and day of week (0-7).",
            parameter="schedule",
        ) from error
    if not next_times(plain, now, zone, 1):
        raise ScheduleInvalid(f"The schedule {plain!r} never comes due.", parameter="schedule")
    return plain


def next_times(expression: str, after: datetime, zone: ZoneInfo, count: int) -> tuple[datetime, ...]:
    """The next `count` instants after `after`, in UTC; fewer when the expression comes to an end.

    An hour that the clock skips or repeats counts once, as Debian's cron has it.
    """
    return tuple(at.astimezone(UTC) for at in islice(CronSim(expression, after.astimezone(zone)), count))
