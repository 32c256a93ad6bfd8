"""The calendar by which deadlines are counted, as the settings say it."""

from zoneinfo import ZoneInfo

from portal.kernel.working_days import WorkingDays, parse_days
from portal.settings import Settings


def working_days(settings: Settings) -> WorkingDays:
    """Offices' days in the site's zone."""
    return WorkingDays(
        ZoneInfo(settings.time_zone), parse_days(settings.holidays), parse_days(settings.working_weekends)
    )
