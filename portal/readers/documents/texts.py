"""Documents: everything in them that can be read as text, and what in them cannot.

PDF through pypdf; Word and PowerPoint files (Office Open XML) through their XML. A page without text, a picture over a page,
an attachment, a script, a deletion that only looks gone: each is told with its place and holds the document.
"""

from collections.abc import Iterator
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from portal.readers.errors import FileRefused
from portal.readers.reading import Note

_MOST_PAGES = 5_000
_MOST_OBJECTS = 500_000
_FEW_CHARS = 10
_MOST_DEPTH = 40
_ACTIVE = ("/JS", "/JavaScript", "/Launch", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData")
_EMBEDDED = ("/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment")
_PICTURE_SHARE = 0.35
Found = tuple[list[str], list[Note]]


def read_pdf(path: Path) -> Found:
    """The texts of a PDF, and what keeps it in. Raises FileRefused."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            raise FileRefused("file_encrypted", "The document is protected by a password; deliver it without one.")
        if len(reader.pages) > _MOST_PAGES:
            raise FileRefused(
                "file_too_large", f"The document has {len(reader.pages)} pages; at most {_MOST_PAGES} are read."
            )
        texts = [*_metadata(reader), *_outline(reader)]
        notes: list[Note] = []
        for number, page in enumerate(reader.pages, 1):
            text = page.extract_text() or ""
            texts += text.splitlines()
            if (pictures := _picture_share(page)) >= _PICTURE_SHARE:
                notes.append(Note("document_page_pictured", f"page {number}", 1))
            elif pictures:
                notes.append(Note("document_picture", f"page {number}", 1))
            if len("".join(text.split())) < _FEW_CHARS and not pictures:
                notes.append(Note("document_page_without_text", f"page {number}", 1))
            if _is_invisible(page):
                notes.append(Note("document_text_hidden", f"page {number}", 1))
        found, kinds = _objects(reader)
        texts += found
        if _has_revisions(path):
            notes.append(Note("document_earlier_state", "document", 1))
        notes += [Note(code, "document", count) for code, count in sorted(kinds.items())]
    except FileRefused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise FileRefused(
            "file_damaged", f"The file starts as PDF but cannot be read whole ({type(error).__name__})."
        ) from error
    return texts, notes


def _metadata(reader: PdfReader) -> Iterator[str]:
    yield from (str(value) for value in (reader.metadata or {}).values())
    root = reader.trailer["/Root"].get_object()
    packet = root.get("/Metadata") if isinstance(root, DictionaryObject) else None
    if packet is not None and isinstance(stream := packet.get_object(), StreamObject):
        yield from stream.get_data().decode("utf-8", "replace").replace("<", "\n<").splitlines()


def _outline(reader: PdfReader) -> Iterator[str]:
    waiting: list[object] = list(reader.outline)
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        else:
            yield str(getattr(item, "title", "") or "")


def _picture_share(page: PageObject) -> float:
    """How much of a page its largest picture may cover, 0 when there is none: a picture in use without a size counts whole."""
    resources = _resolved(page.get("/Resources"))
    pictures = list(_pictures(resources, 0))
    content = page.get_contents()
    inline = content is not None and b"\nID" in content.get_data().replace(b" ID", b"\nID")
    if not pictures and not inline:
        return 0.0
    box = page.mediabox
    area = max(1.0, float(box.width) * float(box.height))
    # without following every matrix: pixels at 72 to the inch are the least a picture covers when it is not shrunk
    return max((min(1.0, width * height / area) for width, height in pictures), default=1.0)


def _pictures(resources: object, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(resources, DictionaryObject) or depth > 5:
        return
    drawn = _resolved(resources.get("/XObject"))
    if not isinstance(drawn, DictionaryObject):
        return
    for item in drawn.values():
        one = _resolved(item)
        if not isinstance(one, DictionaryObject):
            continue
        if one.get("/Subtype") == "/Image":
            yield float(one.get("/Width", 0) or 0), float(one.get("/Height", 0) or 0)
        elif one.get("/Subtype") == "/Form":
            yield from _pictures(_resolved(one.get("/Resources")), depth + 1)


def _is_invisible(page: PageObject) -> bool:
    """Whether text is drawn without being seen (rendering mode 3): what scanners lay under their pictures."""
    content = page.get_contents()
    return content is not None and b" 3 Tr" in b" " + content.get_data().replace(b"\n", b" ")


def _objects(reader: PdfReader) -> tuple[list[str], dict[str, int]]:
    """Every text in the document's objects that is no page's content (notes, form fields, links), and what is active."""
    texts: list[str] = []
    kinds: dict[str, int] = {}
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[object, int]] = [(reader.trailer, 0)]
    count = 0
    while waiting:
        item, depth = waiting.pop()
        count += 1
        if count > _MOST_OBJECTS:
            raise FileRefused("file_too_large", "The document has too many parts; deliver it in smaller files.")
        if isinstance(item, IndirectObject):
            if (item.idnum, item.generation) in seen:
                continue
            seen.add((item.idnum, item.generation))
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            _note_kind(item, kinds)
            waiting += [(value, depth + 1) for key, value in item.items() if key != "/Parent"]
        elif isinstance(item, ArrayObject):
            waiting += [(value, depth + 1) for value in item]
        elif isinstance(item, str) and not item.startswith("/") and depth < _MOST_DEPTH:
            texts.append(str(item))
    return texts, kinds


def _note_kind(item: DictionaryObject, kinds: dict[str, int]) -> None:
    words = {*item.keys(), *(str(item.get(key, "")) for key in ("/Type", "/Subtype", "/S") if key in item)}
    if words & set(_ACTIVE):
        kinds["document_active"] = kinds.get("document_active", 0) + 1
    if words & set(_EMBEDDED):
        kinds["document_attachment"] = kinds.get("document_attachment", 0) + 1


def _has_revisions(path: Path) -> bool:
    """Whether the file was saved on top of an earlier state, which is still in it. A linearised file ends twice."""
    content = path.read_bytes()
    ends = content.count(b"%%EOF")
    return ends > (2 if b"/Linearized" in content[:2_048] else 1)


def _resolved(item: object) -> object:
    return item.get_object() if isinstance(item, IndirectObject) else item
