"""Making sense of HTTP answers: what is JSON, what is a login page, what is worth another try."""

import json
from collections.abc import Callable

from harvesters.errors import RetryLater, SkipRecord, StopRun
from harvesters.protocols import Reply

_MOST_NOTES = 50
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<script", b"<meta")


class Notes:
    """Tolerated oddities, each told once, at most fifty."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}

    def add(self, note: str) -> None:
        if len(self._notes) < _MOST_NOTES:
            self._notes.setdefault(note)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(self._notes)


def check_status(status: int, where: str, *, after: str = "", record_id: str = "") -> None:
    """Raise what an HTTP status asks for: nothing below 300, else RetryLater, SkipRecord (404, 410) or StopRun."""
    if status < 300:
        return
    if status in {429, 500, 502, 503, 504}:
        after_s = float(after) if after.isascii() and after.isdigit() else None
        raise RetryLater(f"{where} answered {status}; it is busy or broken.", after_s=after_s, is_tried=True)
    if status in {401, 403, 407}:
        raise StopRun(f"{where} answered {status}; check the key of this source and what it was granted.")
    if status in {404, 410} and record_id:
        raise SkipRecord(f"{where} answered {status}; the platform lists it but does not have it.", record_id=record_id)
    raise StopRun(f"{where} answered {status}; check the address of this source.")


def refuse_html(body_start: bytes, content_type: str, where: str) -> None:
    """Raise StopRun when a page for people came where data was asked for: as a rule the login page."""
    start = body_start[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_HTML_STARTS) or content_type.lower().startswith("text/html"):
        raise StopRun(
            f"{where} answered with an HTML page instead of data, probably its login page. "
            "Check the key of this source and whether the platform asks for a login from this machine."
        )


def read_json(
    reply: Reply, where: str, notes: Notes, *, record_id: str = "", parse_number: Callable[[str], object] | None = None
) -> object:
    """The JSON value of an answer. JSON inside a JSON text is decoded once more and noted.

    `parse_number` is given the digits of every number; None makes int and float of them.
    Raises RetryLater, SkipRecord or StopRun.
    """
    check_status(reply.status, where, after=reply.headers.get("retry-after", ""), record_id=record_id)
    refuse_html(reply.body, reply.headers.get("content-type", ""), where)
    try:
        text = reply.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _as_gb18030(reply.body, where)
        notes.add(f"{where} answers in GB 18030 instead of UTF-8.")
    value = _parsed(text, where, parse_number)
    for _ in range(2):
        if not isinstance(value, str):
            break
        notes.add(f"{where} answers with JSON encoded twice.")
        value = _parsed(value, where, parse_number)
    return value


def _as_gb18030(body: bytes, where: str) -> str:
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as error:
        raise RetryLater(f"{where} answered with text that is neither UTF-8 nor GB 18030.") from error


def _parsed(text: str, where: str, parse_number: Callable[[str], object] | None) -> object:
    try:
        value: object = json.loads(text, parse_float=parse_number, parse_int=parse_number)
    except (ValueError, RecursionError) as error:
        raise RetryLater(
            f"{where} answered with something that is not whole JSON ({len(text):,} characters)."
        ) from error
    return value
