"""Whether a planted value can be read in something, in any of the ways in which people hide or programs carry text."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

# What the sample platform plants: identity numbers of a district that does not exist, mobile numbers of a block that nobody
# was given, homes of an estate that is nowhere, the words before a reissued number.
SAMPLE = re.compile(r"349901\d{11}[\dXx]|1390000\d{4}|望岳小区\d+幢|补办，原件号")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){11,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN = re.compile(r"(?<=\d)[ \-_.,·　]+(?=[\dXx])")
_CODECS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_DEPTH = 2


def planted_in(text: str, traces: Iterable[str] = ()) -> list[str]:
    """The planted values of the sample, and those of `traces`, in any reading of a text."""
    shown = set(readings(text))
    found = {value for reading in shown for value in SAMPLE.findall(reading)}
    return sorted(found | {trace for trace in traces if any(trace in reading for reading in shown)})


def planted_in_bytes(content: bytes, traces: Iterable[str] = ()) -> list[str]:
    """The same in bytes as they are, whose encoding nobody knows; the texts in them are read one by one besides."""
    try:
        shown = [content.decode("utf-8")]
    except UnicodeDecodeError:
        shown = [content.decode(codec, "ignore") for codec in _CODECS]
    shown += [unicodedata.normalize("NFKC", reading) for reading in shown if not reading.isascii()]
    found = {value for reading in shown for value in SAMPLE.findall(reading)}
    return sorted(found | {trace for trace in traces if any(trace in reading for reading in shown)})


def readings(text: str, depth: int = _DEPTH) -> Iterator[str]:
    """The text, folded, without what stands between digits, and what is encoded in it."""
    yield text
    plain = _digits(unicodedata.normalize("NFKC", unescape(text)))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    yield plain
    yield _BETWEEN.sub("", plain)
    if depth:
        for inner in _decoded(plain):
            yield from readings(inner, depth - 1)


def _digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_to_bytes(text).decode("utf-8", "ignore")
    if "\\u" in text:
        yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    for run in _BASE64.findall(text):
        try:
            yield base64.b64decode(run.replace("-", "+").replace("_", "/") + "==").decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            continue
    for run in _HEXADECIMAL.findall(text):
        yield bytes.fromhex(run).decode("utf-8", "ignore")
