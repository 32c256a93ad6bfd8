"""Working days: Monday to Friday in the site's zone. Public holidays are not known here; they only make a deadline kinder
to the applicant than the law asks."""

from datetime import datetime, timedelta
from typing import Final

DECIDED_WITHIN: Final = 15
"""Working days in which an application is decided."""
_SATURDAY: Final = 5


def after_working_days(start: datetime, days: int) -> datetime:
    """The instant so many working days later, at the same time of day."""
    when = start
    left = days
    while left:
        when += timedelta(days=1)
        left -= when.weekday() < _SATURDAY
    return when
