"""Word and PowerPoint files (Office Open XML): all text of all parts, also deleted and hidden, and what is not text."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from portal.readers.errors import FileRefused
from portal.readers.reading import Note

_MAX_PART_BYTES = 64 << 20
_PICTURES = re.compile(r"(?:word|ppt)/media/")
_EMBEDDED = re.compile(r"(?:word|ppt)/(?:embeddings|activeX)/|customXml/item\d")
_ACTIVE = re.compile(r"vbaProject|vbaData|\.bin$")
_REMARKS = re.compile(r"(?:word/comments|ppt/comments|ppt/notesSlides/)")
_DELETED = frozenset({"delText", "del", "moveFrom", "delInstrText"})
_HIDDEN = frozenset({"vanish", "webHidden"})
_PARAGRAPHS = frozenset({"p", "tr", "comment", "Relationship"})
Found = tuple[list[str], list[Note]]


def read_office(path: Path) -> Found:
    """The texts of a document, and what keeps it in. Raises FileRefused."""
    texts: list[str] = []
    counts: dict[str, int] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = member.filename
                if member.is_dir():
                    continue
                kind = _kind_of_part(name)
                if kind:
                    counts[kind] = counts.get(kind, 0) + 1
                if name.endswith((".xml", ".rels")):
                    if member.file_size > _MAX_PART_BYTES:
                        raise FileRefused(
                            "file_bomb", f"A part of the document is larger than {_MAX_PART_BYTES} bytes."
                        )
                    texts += _texts(archive.read(member), counts)
    except FileRefused:
        raise
    except (zipfile.BadZipFile, ET.ParseError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise FileRefused(
            "file_damaged", f"The document's parts cannot be read ({type(error).__name__}); deliver it again."
        ) from error
    return texts, [Note(code, "document", count) for code, count in sorted(counts.items())]


def _kind_of_part(name: str) -> str:
    if _PICTURES.search(name):
        return "document_picture"
    if _EMBEDDED.search(name) and PurePosixPath(name).suffix != ".rels":
        return "document_attachment"
    if _ACTIVE.search(name) and "printerSettings" not in name:
        return "document_active"
    is_known = name.endswith((".xml", ".rels"))
    if _REMARKS.search(name) and is_known:
        return "document_remark"
    return "" if is_known else "document_attachment"


def _texts(content: bytes, counts: dict[str, int]) -> Iterator[str]:
    """Texts of a part, a paragraph a line as one reads it and run by run, with attributes that hold words."""
    root = ET.fromstring(content)  # noqa: S314 - in a child process with limits; expat refuses amplification
    runs: list[str] = []
    for event in root.iter():
        local = event.tag.rpartition("}")[2]
        if local in _DELETED:
            counts["document_deleted_text"] = counts.get("document_deleted_text", 0) + 1
        if local in _HIDDEN:
            counts["document_text_hidden"] = counts.get("document_text_hidden", 0) + 1
        if local in _PARAGRAPHS and runs:
            yield "".join(runs)
            runs = []
        if event.text and event.text.strip():
            runs.append(event.text)
            yield event.text
        yield from (value for value in event.attrib.values() if len(value) >= 4)
    if runs:
        yield "".join(runs)
