"""What a program makes of JSON, XML and HTML: escapes and entities undone, so that the inspection reads what people read.

`"\\u0031\\u0033"` is a number to everyone but to who looks at the letters of the file; most writers of JSON escape every
Chinese character, a secrecy mark included.
"""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from portal.readers.original import file_lines

_CHUNK_CHARS = 1 << 20
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|nobr|q|s|samp|small|span|strike|strong|sub|sup|tt|u"
    r"|var|wbr)(?:\s[^<>]*)?/?>|<!--|-->",
    re.IGNORECASE,
)
_UNREADABLE = re.compile(r";\s*base64\s*,|<script[\s>/]", re.IGNORECASE)
_LONGEST_ENTITY = 40
_LONGEST_TAG = 2_000
_JSON = frozenset({"json", "jsonl", "geojson"})
_MARKUP = frozenset({"xml", "html"})

_Decode = Callable[[str], str]


def decoded_lines(utf8: Path, format_name: str, work_dir: Path) -> Iterator[str]:
    """The lines of the text as its readers will see them; none for formats without escapes."""
    for decode, hold in _ways(format_name):
        target = work_dir / "text.decoded"
        try:
            if _write(utf8, target, decode, hold):
                yield from file_lines(target)
        finally:
            target.unlink(missing_ok=True)


def has_unreadable(utf8: Path, format_name: str) -> bool:
    """Whether the text carries what is not text: pictures and files in base64, programs."""
    if format_name not in _JSON | _MARKUP:
        return False
    tail = ""
    with utf8.open(encoding="utf-8", newline="") as file:
        while chunk := file.read(_CHUNK_CHARS):
            if _UNREADABLE.search(tail + chunk):
                return True
            tail = chunk[-_LONGEST_ENTITY:]
    return False


def _ways(format_name: str) -> tuple[tuple[_Decode, Callable[[str], int]], ...]:
    if format_name in _JSON:
        return ((_without_escapes, _before_escape),)
    if format_name == "html":
        return ((html.unescape, _before_entity), (_without_inline_tags, _before_tag))
    return ((html.unescape, _before_entity),) if format_name == "xml" else ()


def _write(source: Path, target: Path, decode: _Decode, hold: Callable[[str], int]) -> bool:
    """Write the decoded text; whether it differs at all. `hold` says where a piece may be cut."""
    is_other, rest = False, ""
    with source.open(encoding="utf-8", newline="") as reader, target.open("w", encoding="utf-8", newline="") as writer:
        while chunk := reader.read(_CHUNK_CHARS):
            text = rest + chunk
            cut = hold(text)
            text, rest = text[:cut], text[cut:]
            written = decode(text)
            is_other = is_other or written != text
            writer.write(written)
        written = decode(rest)
        writer.write(written)
        return is_other or written != rest


def _without_escapes(text: str) -> str:
    return _ESCAPES.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    units = bytes.fromhex(found.group().replace("\\u", ""))
    return units.decode("utf-16-be", "replace").replace("\x00", "")


def _without_inline_tags(text: str) -> str:
    return html.unescape(_INLINE.sub("", text))


def _before_escape(text: str) -> int:
    """Escapes come in pairs at most (surrogates), of 12 characters."""
    at = text.find("\\", max(0, len(text) - 12))
    return len(text) if at < 0 else at


def _before_entity(text: str) -> int:
    at = text.rfind("&", max(0, len(text) - _LONGEST_ENTITY))
    return len(text) if at < 0 else at


def _before_tag(text: str) -> int:
    at = text.rfind("<", max(0, len(text) - _LONGEST_TAG))
    return _before_entity(text) if at < 0 or ">" in text[at:] else at
