"""Numbers, sizes, days and instants as each language writes them. Instants are shown in the district's own time (UTC+8)."""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from babel.dates import format_date as _babel_date
from babel.numbers import format_decimal

from portal.kernel.text import Language

DISTRICT_TIME = timezone(timedelta(hours=8), "UTC+8")
_LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en_GB"}
_UNITS = ("B", "KB", "MB", "GB", "TB")


@lru_cache(maxsize=4096)
def format_number(language: Language, number: float) -> str:
    """`1,234,567`; fractions with up to two digits."""
    return str(format_decimal(number, locale=_LOCALES[language], format="#,##0.##"))


@lru_cache(maxsize=4096)
def format_bytes(language: Language, size_bytes: int) -> str:
    """`3.4 MB`, in steps of 1,000."""
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = 0 if unit == 0 or size >= 99.5 else 1
    return f"{format_number(language, round(size, digits))} {_UNITS[unit]}"


@lru_cache(maxsize=4096)
def _date(language: Language, day: date) -> str:
    return str(_babel_date(day, "long", locale=_LOCALES[language]))


def format_date(language: Language, when: date | datetime) -> str:
    """`2026年3月9日`, `9 March 2026`."""
    return _date(language, when.astimezone(DISTRICT_TIME).date() if isinstance(when, datetime) else when)


def format_instant(language: Language, when: datetime) -> str:
    """Day and minute in district time: `2026年3月9日 08:05`."""
    local = when.astimezone(DISTRICT_TIME)
    return f"{_date(language, local.date())} {local:%H:%M}"
