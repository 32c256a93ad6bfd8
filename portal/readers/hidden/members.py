"""The members of an xlsx file, all of them: an original goes out whole, so what nobody expects in it keeps it in.

Calamine reads the cells of the sheets that the workbook names. Here is read what else is in the archive: formulas, links,
messages of validations, strings that no cell uses any more, parts of earlier states, and bytes between the members.
"""

import html
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

_CHUNK_BYTES = 1 << 20
_MAX_WORKBOOK_BYTES = 64 << 20
_KNOWN = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom)\.xml"
    r"|xl/(?:workbook|styles|sharedStrings|calcChain|metadata)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/theme[0-9]+\.xml"
    r"|xl/worksheets/_rels/[^/]+\.rels|xl/tables/table[0-9]+\.xml|xl/persons/person[0-9]*\.xml"
    r"|xl/comments/?[^/]*\.xml|xl/threadedComments/[^/]+\.xml|xl/(?:drawings|charts)/(?:_rels/)?[^/]+\.(?:xml|vml|rels)"
    r"|xl/printerSettings/printerSettings[0-9]+\.bin"
)
_PRINTER = "xl/printerSettings/"
# Cells as calamine reads them; attributes of a few characters, so that nothing else hides in what is passed over.
_NAME = r"(?:\w{1,8}:)?"
_CELLS = re.compile(
    rf'<{_NAME}c(?:\s(?:r|s|t|cm|vm|ph)="[A-Za-z0-9]{{0,12}}")*\s?/?>|</{_NAME}c>|<{_NAME}v>[^<]*</{_NAME}v>'
    rf'|<{_NAME}row(?:\s[\w:]{{1,24}}="[A-Za-z0-9.: ]{{0,12}}")*\s?/?>|</{_NAME}row>'
)
_PARAGRAPH = re.compile(rf"</{_NAME}(?:si|p|text|comment|definedName)>")
_TAG = re.compile(r"<[^<>]*>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# zip64, times, owners, Office's own padding (which must be empty).
_KNOWN_EXTRAS = frozenset({0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875})
_PADDING = 0xA220
_DESCRIPTOR_BYTES = frozenset({12, 16, 20, 24})
_ZIP64_END_BYTES = 76


def has_unknown_parts(path: Path) -> bool:
    """Whether something is in the file that is neither cells nor text: unexpected members, or bytes between them."""
    with zipfile.ZipFile(path) as archive:
        sheets = _sheets(archive)
        names = [member.filename for member in archive.infolist() if not member.is_dir()]
        is_known = all(name in sheets or _KNOWN.fullmatch(name) for name in names)
        return not (is_known and _is_packed_plainly(archive, path) and all(_is_text(archive, n) for n in names))


def member_lines(path: Path) -> Iterator[str]:
    """Every text in the members: element texts, attributes, comments; cells of sheets are left to the sheets' reader."""
    with zipfile.ZipFile(path) as archive:
        sheets = _sheets(archive)
        for member in archive.infolist():
            if member.is_dir():
                continue
            if member.filename.startswith(_PRINTER):
                content = archive.read(member)
                yield from (content[start:].decode("utf-16-le", "replace").replace("\x00", "\n") for start in (0, 1))
                continue
            for text in _texts(archive, member.filename):
                yield from _lines(text, is_sheet=member.filename in sheets)


def _lines(text: str, *, is_sheet: bool) -> Iterator[str]:
    if is_sheet:
        text = _CELLS.sub("\n", text)
    for line in html.unescape(re.sub("[<>]", "\n", text)).split("\n"):
        if not line.isspace():
            yield line
    if not is_sheet:  # a number may be written in several runs
        for line in html.unescape(_TAG.sub("", _PARAGRAPH.sub("\n", text))).split("\n"):
            if not line.isspace():
                yield line


def _texts(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """A member's text in pieces that end with a tag."""
    rest = b""
    with archive.open(name) as file:
        encoding = _encoding(file.read(2))
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            content = rest + chunk
            end = len(content) if encoding != "utf-8" else content.rfind(b">") + 1 or len(content)
            if encoding != "utf-8" and len(content) % 2:
                end -= 1
            rest = content[end:]
            yield content[:end].decode(encoding, "replace")
        yield rest.decode(encoding, "replace")


def _encoding(start: bytes) -> str:
    return {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(start, "utf-8")


def _is_text(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a member is XML in an encoding that is read here; printers' settings are read as they are."""
    if name.startswith(_PRINTER):
        return True
    with archive.open(name) as file:
        head = file.read(200)
    declared = re.search(rb"""encoding\s*=\s*["']([\w-]+)["']""", head)
    is_plain = declared is None or declared[1].lower() in {b"utf-8", b"us-ascii", b"ascii"}
    return _encoding(head[:2]) != "utf-8" or is_plain


def _sheets(archive: zipfile.ZipFile) -> frozenset[str]:
    """Members that are sheets of the workbook."""
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if archive.getinfo(name).file_size > _MAX_WORKBOOK_BYTES:
            return frozenset()
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - in a child process with limits
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {e.get("Id"): e.get("Target", "") for e in relations if e.get("Type", "").endswith("/worksheet")}
    wanted = [
        targets.get(e.get(_RELATION) or e.get(_STRICT_RELATION), "")
        for e in book.iter()
        if e.tag.rpartition("}")[2] == "sheet"
    ]
    return frozenset(target.lstrip("/") if target.startswith("/") else f"xl/{target}" for target in wanted if target)


def _is_packed_plainly(archive: zipfile.ZipFile, path: Path) -> bool:
    """Whether the archive is its members and its directory, and nothing before, between or behind them."""
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    names = {member.filename.casefold() for member in members}
    if archive.comment or len(names) != len(members) or any(m.comment for m in members):
        return False
    starts = [*(member.header_offset for member in members), archive.start_dir]
    position = 0
    with path.open("rb") as file:
        for member, following in zip(members, starts[1:], strict=True):
            if member.header_offset != position:
                return False
            file.seek(position + 26)
            name_bytes, extra_bytes = struct.unpack("<HH", file.read(4))
            file.seek(name_bytes, 1)
            if not (_is_known_extra(file.read(extra_bytes)) and _is_known_extra(member.extra)):
                return False
            end = position + 30 + name_bytes + extra_bytes + member.compress_size
            gap = following - end
            if gap and not (member.flag_bits & 0x8 and gap in _DESCRIPTOR_BYTES):
                return False
            position = following
    directory = sum(46 + _name_bytes(member) + len(member.extra) for member in members)
    return path.stat().st_size - archive.start_dir - directory - 22 in (0, _ZIP64_END_BYTES)


def _name_bytes(member: zipfile.ZipInfo) -> int:
    return len(member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437"))


def _is_known_extra(extra: bytes) -> bool:
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        content = extra[position + 4 : position + 4 + size]
        if kind not in _KNOWN_EXTRAS and not (kind == _PADDING and not any(content[4:])):
            return False
        position += 4 + size
    return not any(extra[position:])
