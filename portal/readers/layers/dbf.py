"""Which encoding the attribute table of a shapefile is in: by its bytes, for what is written beside it is often wrong.

`.cpg` files and the language byte are written by programs that do not look; UTF-8 in strict form and GB18030 tell
themselves apart. A character cut at the end of a field (they are of fixed width) does not count against an encoding.
"""

import codecs
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from portal.readers.errors import FileRefused

_HEADER_BYTES = 32
_FIELD_BYTES = 32
_MOST_FIELDS = 2_048
_CHUNK_BYTES = 1 << 22
_SEEN_BYTES = 1 << 16
_CANDIDATES = ("utf-8", "gb18030", "big5hkscs")
_GDAL_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5hkscs": "BIG5-HKSCS"}


def dbf_encoding(path: Path) -> str:
    """The encoding under GDAL's name. Raises FileRefused when the table is broken or its text is in none that is known."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES:
            raise _damaged()
        record_count, header_bytes, record_bytes = struct.unpack_from("<IHH", head, 4)
        names, places = _fields(file.read(max(0, header_bytes - _HEADER_BYTES)))
        if not record_bytes or (places and places[-1][1] > record_bytes):
            raise _damaged()
        possible = [codec for codec in _CANDIDATES if all(_decodes(name, codec) for name in names)]
        file.seek(header_bytes)
        odd = [name for name in names if not name.isascii()]
        for chunk in _chunks(file, record_bytes, record_count):
            if chunk.isascii():
                continue
            odd += [chunk[:_SEEN_BYTES]]
            possible = [codec for codec in possible if _fits(chunk, codec, record_bytes, places)]
    if possible[:2] == ["utf-8", "gb18030"] and not any(_is_usual(text, "utf-8") for text in odd) and odd:
        possible.remove("utf-8")  # a few Chinese characters in GBK can be valid UTF-8 as well
    if not possible:
        raise FileRefused(
            "file_encoding_unknown", "The layer's attributes are in no known encoding; save them as UTF-8."
        )
    return _GDAL_NAMES[possible[0]]


def _fields(described: bytes) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Names of the fields, and where the texts among them lie in a record."""
    names: list[bytes] = []
    places: list[tuple[int, int]] = []
    at = 1  # a record begins with its mark of deletion
    for start in range(0, len(described) - _FIELD_BYTES + 1, _FIELD_BYTES):
        field = described[start : start + _FIELD_BYTES]
        if field[0] == 0x0D or len(names) > _MOST_FIELDS:
            break
        names.append(field[:11].split(b"\x00")[0])
        width = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        if field[11:12] == b"C":
            places.append((at, at + width))
        at += width
    return names, places


def _chunks(file: BinaryIO, record_bytes: int, record_count: int) -> Iterator[bytes]:
    """Whole records, some megabytes at a time."""
    size = max(1, _CHUNK_BYTES // record_bytes) * record_bytes
    left = record_count * record_bytes
    while left > 0 and (chunk := file.read(min(size, left))):
        yield chunk
        left -= len(chunk)


def _fits(chunk: bytes, codec: str, record_bytes: int, places: list[tuple[int, int]]) -> bool:
    for start in range(0, len(chunk), record_bytes):
        record = chunk[start : start + record_bytes]
        if not record.isascii() and not all(_decodes(record[a:b], codec) for a, b in places):
            return False
    return True


def _decodes(text: bytes, codec: str) -> bool:
    """Whether a text is in an encoding, but for a character cut at its end."""
    text = text.rstrip(b"\x00 ")
    if text.isascii():
        return True
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _is_usual(text: bytes, codec: str) -> bool:
    """Whether a text in this encoding has Chinese characters or signs, not only rare letters."""
    return any(char >= "\u2000" for char in text.decode(codec, "ignore"))


def _damaged() -> FileRefused:
    return FileRefused("file_damaged", "The layer's attribute table (.dbf) is damaged; deliver it again.")
