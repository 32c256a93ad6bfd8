"""What an xlsx file holds besides the cells one sees."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from portal.readers.errors import FileRefused
from portal.readers.hidden.parts import SOFTWARE, HiddenParts, SheetParts, not_seen

_CHUNK_BYTES = 1 << 20
_MAX_PART_BYTES = 64 << 20
_MAY_HIDE = re.compile(rb"""hidden|(?:ht|width)\s*=\s*["']0""")
_TAG = re.compile(rb"<(?:\w+:)?(row|col)\s([^>]*)>")
_HIDES = re.compile(rb"""\bhidden\s*=\s*["'](?!0|false)|\b(?:ht|width)\s*=\s*["']0(?:\.0*)?["']""")
_ATTRIBUTE = re.compile(rb"""\b(r|min|max)\s*=\s*["'](\d+)["']""")
_HEADER_TEXT = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OPAQUE = (
    "xl/embeddings/",
    "xl/media/",
    "xl/vbaProject",
    "xl/externalLinks/",
    "xl/activeX/",
    "xl/connections",
    "customXml/",
    "xl/pivotCache/",
)
_MAX_COLUMNS = 16_384


def search_xlsx(path: Path, parts: HiddenParts) -> None:
    """Add what the file hides. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as archive:
            _search(archive, parts)
    except (zipfile.BadZipFile, ET.ParseError, KeyError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise FileRefused(
            "file_damaged", f"The spreadsheet's parts cannot be read ({type(error).__name__})."
        ) from error


def _search(archive: zipfile.ZipFile, parts: HiddenParts) -> None:
    for sheet_name, member in sheet_members(archive).items():
        parts.sheets[sheet_name] = _hidden_in_sheet(archive, member, parts)
    for name in archive.namelist():
        if name.startswith(_OPAQUE):
            parts.has_opaque_parts = True
        elif re.fullmatch(r"xl/(comments/?|threadedComments/)[^/]*\.xml", name) or name.startswith("xl/comments"):
            parts.add("comment", _texts(archive, name))
        elif re.fullmatch(r"xl/(drawings|charts)/[^/]+\.xml", name):
            parts.add("text box", _texts(archive, name))
        elif name.startswith("docProps/") and name.endswith(".xml"):
            parts.add("property", _properties(archive, name))
    parts.add("name", _defined_names(archive))


def _xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > _MAX_PART_BYTES:
        raise FileRefused("file_bomb", f"The part {name} of the spreadsheet is larger than {_MAX_PART_BYTES} bytes.")
    return ET.fromstring(archive.read(name))  # noqa: S314 - in a child process with limits; expat refuses amplification


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _texts(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    for element in _xml(archive, name).iter():
        if _local(element.tag) in {"t", "text"} and element.text:
            yield element.text


def _properties(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """What people typed into the properties; not software names, counts, dates and sheet names."""
    kept = {
        "creator",
        "lastModifiedBy",
        "title",
        "subject",
        "description",
        "keywords",
        "category",
        "manager",
        "company",
    }
    is_custom = name.endswith("custom.xml")
    for element in _xml(archive, name).iter():
        local, text = _local(element.tag), (element.text or "").strip()
        if (is_custom or local in kept or local.lower() in kept) and text.lower() not in SOFTWARE:
            yield text


def _defined_names(archive: zipfile.ZipFile) -> Iterator[str]:
    for element in _xml(archive, "xl/workbook.xml").iter():
        if _local(element.tag) == "definedName" and not element.get("name", "").startswith("_xlnm"):
            yield f"{element.get('name', '')} {element.text or ''}"


def sheet_members(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Sheet name → the archive's member that holds it."""
    relations = {
        element.get("Id"): element.get("Target", "") for element in _xml(archive, "xl/_rels/workbook.xml.rels").iter()
    }
    members = {}
    for element in _xml(archive, "xl/workbook.xml").iter():
        target = relations.get(element.get(_RELATION))
        if _local(element.tag) == "sheet" and target:
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if member in archive.namelist():
                members[element.get("name", "")] = member
    return members


def _hidden_in_sheet(archive: zipfile.ZipFile, member: str, parts: HiddenParts) -> SheetParts:
    """Read the sheet's XML as a stream of tags: it can be hundreds of megabytes."""
    rows: set[int] = set()
    columns: set[int] = set()
    headers: list[str] = []
    with archive.open(member) as file:
        rest = b""
        while chunk := file.read(_CHUNK_BYTES):
            if b"\x00" in chunk:
                raise not_seen("a sheet is not in UTF-8")
            text = rest + chunk
            end = text.rfind(b"<")
            complete, rest = (text, b"") if end < 0 else (text[: end + 1], text[end:])
            _note_tags(complete, rows, columns, headers)
        _note_tags(rest + b"<", rows, columns, headers)
    parts.add("header or footer", iter(headers))
    return SheetParts(frozenset(rows), frozenset(columns))


def _note_tags(text: bytes, rows: set[int], columns: set[int], headers: list[str]) -> None:
    if _MAY_HIDE.search(text):
        for tag, attributes in _TAG.findall(text):
            if not _HIDES.search(attributes):
                continue
            numbers = {name: int(number) for name, number in _ATTRIBUTE.findall(attributes)}
            if tag == b"row":
                if b"r" not in numbers:
                    raise not_seen("a hidden row does not say its number")
                rows.add(numbers[b"r"] - 1)
            else:
                columns.update(range(numbers[b"min"] - 1, min(numbers[b"max"], _MAX_COLUMNS)))
    headers += [unescape(found.decode("utf-8", "replace")) for found in _HEADER_TEXT.findall(text)]
