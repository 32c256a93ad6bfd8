"""What stands encoded in a cell, as a reader's program would show it: URL and HTML escapes, tags, base64, hexadecimal.

Python a cell, so only cells with the marks of an encoding come here (`ENCODED`). Two rounds, so that base64 in a URL is
read as well; nothing grows: what is decoded is shorter than what was written.
"""

import base64
import binascii
import html
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from portal.inspect.prefilter import BASE64_DIGITS, BASE64_HAN

ENCODED: Final = (
    rf"%[2-9A-Fa-f][0-9A-Fa-f]|&#|&[a-z]{{2,8}};|\\[ux]|</?[A-Za-z!][^<>]*>|{BASE64_DIGITS}|{BASE64_HAN}|[A-Za-z0-9+/]{{14,}}="
    r"|[A-Za-z0-9+/_\-]{24}|(?:3[0-9][\s:,\-]?){8}|(?:3[0-9]00){6}|(?:003[0-9]){6}|(?:0x3[0-9],?\s?){6}"
)
_ROUNDS: Final = 2
_LONGEST: Final = 100_000
_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
_ESCAPE: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\u\{[0-9a-fA-F]{1,6}\}|(?:\\x[0-9a-fA-F]{2})+")
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\-]{11,}={0,2}")
_HEX: Final = re.compile(r"(?:(?:0x)?[0-9a-fA-F]{2}[\s:,\-]{0,2}){8,}")
_TEXTLIKE: Final = re.compile(
    r"[0-9]{4}|[A-Za-z0-9]\s?@\s?[A-Za-z0-9][^@]*\.\s?[A-Za-z]{2}|[\u4e00-\u9fff](?:[\u4e00-\u9fff]|[A-Z])"
)


def decode(text: str) -> str | None:
    """The text with everything decoded that can be, None if nothing was."""
    found = text[:_LONGEST]
    for _ in range(_ROUNDS):
        before = found
        for step in (_unescaped, _unquoted, _without_tags, _from_base64, _from_hex):
            found = step(found)
        if found == before:
            break
    return found if found != text else None


def _unescaped(text: str) -> str:
    text = _ESCAPE.sub(_escape, text) if "\\" in text else text
    return html.unescape(text) if "&" in text else text


def _escape(found: re.Match[str]) -> str:
    written = found.group()
    digits = re.sub(r"\\[ux]|[{}]", "", written)
    if "{" in written:
        return chr(int(digits, 16)) if int(digits, 16) < 0x110000 else written
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return written
    return _text_of(raw) or written if written.startswith("\\x") else raw.decode("utf-16-be", "replace")


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    return _PERCENT.sub(lambda found: _text_of(unquote_to_bytes(found.group())) or found.group(), text)


def _without_tags(text: str) -> str:
    return _TAG.sub("", text) if "<" in text else text


def _from_base64(text: str) -> str:
    return _BASE64.sub(lambda found: f"{_base64_text(found.group()) or ''}{found.group()}", text)


def _base64_text(written: str) -> str | None:
    body = written.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1 or body.isdigit():
        return None
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return _meaningful(raw)


def _from_hex(text: str) -> str:
    return _HEX.sub(lambda found: _hex_text(found.group()) or found.group(), text)


def _hex_text(written: str) -> str | None:
    digits = re.sub(r"0x|[\s:,\-]", "", written)
    try:
        return _meaningful(bytes.fromhex(digits))
    except ValueError:
        return None


def _meaningful(raw: bytes) -> str | None:
    """The text of bytes that are text and hold something to look at, with a space on either side."""
    text = _text_of(raw)
    return f" {text} " if text and _TEXTLIKE.search(text) else None


def _text_of(raw: bytes) -> str | None:
    """Bytes as text in the encodings in use, None if they are no text in any."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw.count(0) * 3 >= len(raw):
        order = ("utf-16",) if raw[:1] in b"\xff\xfe" and raw[:1] else ("utf-16-le", "utf-16-be")
    else:
        order = ("utf-8", "gb18030")
    for encoding in order:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text and all(sign.isprintable() or sign in "\r\n\t" for sign in text):
            return text
    return None
