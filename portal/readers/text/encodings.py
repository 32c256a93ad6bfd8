"""Which encoding a text file is in, proved over the whole file, and the file again in UTF-8.

Order: byte order mark, the NUL pattern of UTF-16, strict UTF-8, strict GB18030, strict Big5. GB18030 takes nearly every
Big5 file as well, so where both fit, the share of everyday characters decides. What is in none of them is refused: a
guess would publish garbled text without anybody noticing; the publisher can name the encoding instead.
"""

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from portal.readers.errors import FileRefused

REPAIRED = "utf-8 with broken bytes"  # each becomes U+FFFD, and is counted
_BROKEN = re.compile("[\udc80-\udcff]")
_MOST_BROKEN, _GOOD_FOR_ONE_BAD = 20, 100
_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GB_EVERYDAY = (0xB0, 0xD7)  # lead bytes of the 3,755 level-1 characters of GB 2312
_BIG5_EVERYDAY = (0xA4, 0xC6)  # lead bytes of the 5,401 frequently used characters of Big5


def detect_encoding(path: Path) -> str:
    """A Python codec that decodes every byte of the file. Raises FileRefused (`file_encoding_unknown`)."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _required(path, encoding)
    if _wide := _utf16_without_mark(head):
        return _required(path, _wide)
    if decodes(path, "utf-8"):
        return "gb18030" if _is_rather_gb(head) and decodes(path, "gb18030") else "utf-8"
    if broken_bytes(path):
        return REPAIRED
    if decodes(path, "gb18030"):
        return "big5hkscs" if _is_rather_big5(head) and decodes(path, "big5hkscs") else "gb18030"
    if decodes(path, "big5hkscs"):
        return "big5hkscs"
    raise _unknown("The file is text in none of UTF-8, UTF-16, GB18030 and Big5, or is damaged")


def broken_bytes(path: Path) -> int:
    """How many bytes of a file that is UTF-8 otherwise are no characters; 0 when it is not that, or has too many.

    GB18030 takes such a file whole, in other characters. Text in another encoding hardly ever has a valid sequence of three
    bytes, so a hundred times as many good ones as bad ones tell; more than twenty bad ones are no accident and are refused.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            text = decoder.decode(chunk, final=not chunk)
            bad += len(_BROKEN.findall(text))
            good += len(text) - len(text.encode("ascii", "ignore"))
            if bad > _MOST_BROKEN:
                break
            if not chunk:
                return bad if 0 < bad * _GOOD_FOR_ONE_BAD <= good - bad else 0
    if good - bad > bad * _GOOD_FOR_ONE_BAD:
        raise _unknown(f"It is UTF-8 with more than {_MOST_BROKEN} broken bytes")
    return 0


def decodes(path: Path, encoding: str) -> bool:
    """Whether every byte of the file is valid in the encoding."""
    try:
        decoder = _decoder(encoding)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except (UnicodeError, LookupError):
        return False
    return True


def is_plain_utf8(path: Path, encoding: str) -> bool:
    """Whether a file that was proved to be in `encoding` is UTF-8 without byte order mark and NUL characters already."""
    if encoding != "utf-8":
        return False
    with path.open("rb") as file:
        is_marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
        return not is_marked and all(0 not in chunk for chunk in iter(lambda: file.read(_CHUNK_BYTES), b""))


def write_utf8(path: Path, encoding: str, target: Path) -> int:
    """The text in UTF-8 without byte order mark and without NUL characters; the number of NULs left out."""
    decoder = _decoder(encoding)
    nuls, is_first = 0, True
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as file:
        while True:
            chunk = source.read(_CHUNK_BYTES)
            text = decoder.decode(chunk, final=not chunk)
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False
            if "\x00" in text:
                nuls += text.count("\x00")
                text = text.replace("\x00", "")
            file.write(text)
            if not chunk:
                return nuls


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    if encoding == REPAIRED:
        return codecs.getincrementaldecoder("utf-8")("replace")
    return codecs.getincrementaldecoder(encoding)("strict")


def _required(path: Path, encoding: str) -> str:
    if decodes(path, encoding):
        return encoding
    raise _unknown(f"It starts as {encoding} but has bytes that are not")


def _unknown(what: str) -> FileRefused:
    return FileRefused("file_encoding_unknown", f"{what}; save the file as UTF-8 and deliver it again.")


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 by its pattern: a table's commas, digits and line ends have one NUL byte, always on the same side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    for encoding, nuls, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if nuls > half * 0.02 and others < nuls * 0.05 and _is_sensible(head, encoding):
            return encoding
    return None


def is_wide(head: bytes) -> bool:
    """Whether the first bytes of a file are UTF-16 without byte order mark."""
    return _utf16_without_mark(head) is not None


def _is_sensible(head: bytes, encoding: str) -> bool:
    """Whether the characters are such as tables have: ASCII, Chinese, full-width."""
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    known = sum(1 for char in text if char < "\u0250" or "\u2000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef")
    controls = sum(1 for char in text if char < " " and char not in "\t\r\n")
    return known - controls >= len(text) * 0.95


def _is_rather_gb(head: bytes) -> bool:
    """Whether what is valid UTF-8 by chance is Chinese: pairs of bytes that give Greek to Arabic letters alone in UTF-8, and
    everyday characters in GB 2312."""
    others = {char for char in head.decode("utf-8", "ignore") if char > "\x7f"}
    if not others or not all("\u0370" <= char <= "\u07ff" for char in others):
        return False
    return _everyday_share(head, _GB_EVERYDAY, lambda trail: trail >= 0xA1) == 1.0


def _is_rather_big5(head: bytes) -> bool:
    """Whether double-byte characters are everyday ones in Big5 more often than in GB 2312."""
    gb = _everyday_share(head, _GB_EVERYDAY, lambda trail: trail >= 0xA1)
    big5 = _everyday_share(head, _BIG5_EVERYDAY, lambda trail: 0x40 <= trail <= 0x7E or trail >= 0xA1)
    return big5 > 0.75 and big5 > gb + 0.15


def _everyday_share(head: bytes, leads: tuple[int, int], is_trail: Callable[[int], bool]) -> float:
    everyday = total = index = 0
    while index < len(head) - 1:
        if head[index] < 0x80:
            index += 1
            continue
        total += 1
        everyday += leads[0] <= head[index] <= leads[1] and is_trail(head[index + 1])
        index += 2
    return everyday / total if total else 0.0
