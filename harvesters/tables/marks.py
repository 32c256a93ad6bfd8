"""Marks: texts that sort as rows came to be, and from which a later run computes where to ask again."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from harvesters.tables.options import Reading

_DIGITS = 40
_BIAS: int = 10 ** (_DIGITS - 1)


def zone_of(offset: str) -> timezone:
    """The zone of an offset such as +08:00."""
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))


def stamp_text(value: object, zone: timezone) -> str:
    """A time stamp in one spelling that sorts as a text; "" for what is none (null, zero dates, words)."""
    found = _moment(value, zone)
    return found.strftime("%Y-%m-%d %H:%M:%S.%f") if found else ""


def number_text(value: object) -> str:
    """A sequence number in one spelling that sorts as a text, negative ones too; "" for what is none."""
    try:
        number = int(Decimal(str(value).strip())) if value is not None else None
    except (ArithmeticError, ValueError):
        return ""
    return f"{number + _BIAS:0{_DIGITS}}" if number is not None and abs(number) < _BIAS else ""


def mark_of(reading: Reading, values: tuple[object, ...], zone: timezone) -> str:
    """The mark of a row from the values of `reading.mark_columns`."""
    if reading.stamp:
        rest = number_text(values[1]) if reading.sequence else ""
        return f"{stamp_text(values[0], zone)} {rest}".strip()
    return number_text(values[0]) if reading.sequence else ""


def leading(reading: Reading, mark: str) -> str:
    """The part of a mark by which increments are asked for."""
    return mark[:26] if reading.stamp else mark


def start_of(reading: Reading, mark: str) -> datetime | int | None:
    """From where to ask: the mark less the overlap; None when the mark is of another kind."""
    try:
        if reading.stamp:
            return datetime.fromisoformat(mark[:26]) - timedelta(seconds=reading.overlap_s)
        return int(mark) - int(_BIAS) - reading.overlap_numbers
    except (ValueError, OverflowError):
        return None


def not_after(reading: Reading, mark: str, now: datetime, zone: timezone) -> str:
    """The mark, or this moment where a clock at the source ran ahead: rows between the two must not be missed."""
    return min(mark, stamp_text(now.astimezone(zone), zone)) if reading.stamp and mark else mark


def _moment(value: object, zone: timezone) -> datetime | None:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("/", "-"))
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).replace(tzinfo=None)
    return None
