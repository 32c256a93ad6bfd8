"""Chinese that was stored through the wrong character set: read back only when nothing about it is doubtful.

A program that writes GBK bytes through a Latin-1 connection leaves `ÄãºÃ` where 你好 was meant; one that encodes UTF-8 twice
leaves `ä½ å¥½`. Both are undone only when every byte decodes, the result is Chinese, and encoding it again gives the same
bytes. European words (`São Paulo`, `créée`) and signs (`25°×3`) are left alone. What is surely broken and cannot be undone
is `Unreadable`.
"""

import re

_HIGH = re.compile(
    "[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]+"
)
_CONTROL = re.compile("[\u0080-\u009f]")
_BEYOND = re.compile(
    "[^\u0000-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_CHINESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_OTHER = re.compile("[^\u0000-\u007f\u2010-\u203b\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef·×÷°±§]")
_SURELY_BROKEN = 4  # so many high characters in a row are no European word


class Unreadable(ValueError):
    """A cell that was stored through the wrong character set and cannot be read back."""


def repaired(text: str) -> str:
    """The text as it was meant, or as it is where nothing is wrong. Raises Unreadable."""
    if text.isascii() or _BEYOND.search(text):
        return text
    runs = _HIGH.findall(text)
    longest = max((len(run) for run in runs), default=0)
    is_suspicious = longest >= 2 or _CONTROL.search(text) is not None
    if not is_suspicious:
        return text
    content = _bytes_of(text)
    if content is not None:
        for encoding, is_sure in (("utf-8", True), ("gb18030", len("".join(runs)) == len(text))):
            found = _decoded(content, encoding)
            if found is not None and (is_sure or len(_CHINESE.findall(found)) >= 2):
                return found
    if longest >= _SURELY_BROKEN or _CONTROL.search(text):
        raise Unreadable
    return text


def decoded(content: bytes) -> tuple[str, bool]:
    """Bytes of a text column as text, and whether they were GB 18030 instead of UTF-8. Raises Unreadable."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding != "utf-8"
        except UnicodeDecodeError:
            continue
    raise Unreadable


def _bytes_of(text: str) -> bytes | None:
    """The bytes behind Latin-1 as databases have it: Windows-1252, with the five bytes that it leaves undefined."""
    content = bytearray()
    for char in text:
        try:
            content += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:
                return None
            content.append(ord(char))
    return bytes(content)


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        found = content.decode(encoding)
        is_same = found.encode(encoding) == content
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    is_chinese = _CHINESE.search(found) is not None and _OTHER.search(found) is None
    return found if is_same and is_chinese else None
