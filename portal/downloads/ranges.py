"""Which bytes of a file a request wants (RFC 9110, sections 13 and 14)."""

from dataclasses import dataclass
from datetime import datetime

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_if_range_header, parse_range_header


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` … `stop` - 1."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def wanted_range(
    header: str | None, if_range: str | None, *, size_bytes: int, etag: str, modified_at: datetime
) -> ByteRange | None:
    """The one range that a `Range` header asks for, or None for the whole file.

    The whole is right for several ranges (a server may), for other units, for a header that cannot be read, and where
    `If-Range` names another state of the file. Raises RequestedRangeNotSatisfiable when the file ends before the range.
    """
    if not header or not _still_the_same(if_range, etag, modified_at):
        return None
    parsed = parse_range_header(header)
    if parsed is None or parsed.units != "bytes" or len(parsed.ranges) != 1:
        return None
    found = parsed.range_for_length(size_bytes)
    if found is None:
        raise RequestedRangeNotSatisfiable(size_bytes)
    return ByteRange(*found)


def _still_the_same(if_range: str | None, etag: str, modified_at: datetime) -> bool:
    if not if_range:
        return True
    if if_range.startswith("W/"):
        return False  # a weak validator never allows a range
    condition = parse_if_range_header(if_range)
    if condition.date is not None:
        return condition.date == modified_at.replace(microsecond=0)
    return condition.etag == etag
