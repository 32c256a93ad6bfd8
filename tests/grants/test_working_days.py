"""Deadlines pass over weekends and public holidays, in the zone of the site."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.grants.calendar import working_days
from portal.kernel.working_days import WorkingDays, parse_days
from portal.settings import Settings, SettingsError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_day_begins_in_the_zone_of_the_site() -> None:
    saturday_in_utc = datetime(2026, 11, 21, 22, 50, tzinfo=UTC)  # Sunday morning in Shanghai
    due = WorkingDays(SHANGHAI).after(saturday_in_utc, 15)
    assert due == datetime(2026, 12, 11, 23, 59, 59, tzinfo=SHANGHAI)


def test_holidays_do_not_count_and_made_up_weekends_do() -> None:
    settings = Settings(holidays="2026-10-01..2026-10-07, 2026-09-25", working_weekends="2026-10-10")
    start = datetime(2026, 9, 24, 3, 0, tzinfo=UTC)  # a Thursday; the Friday is a holiday
    due = working_days(settings).after(start, 6)
    assert due.date() == date(2026, 10, 10)  # 28, 29, 30 September, 8, 9 and 10 October


def test_an_empty_list_is_no_day() -> None:
    assert parse_days("") == parse_days(" , ") == frozenset()


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-10-07..2026-10-01", "2026-10-01..", "2026-13-01", "2026-01-01..2099-01-01"]
)
def test_a_list_that_cannot_be_read_stops_the_start(text: str) -> None:
    if text.endswith(".."):
        assert parse_days(text) == {date(2026, 10, 1)}
        return
    with pytest.raises(SettingsError, match="PORTAL_HOLIDAYS"):
        Settings(holidays=text).check()
