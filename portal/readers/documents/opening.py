"""Files that are published as they are, if at all: documents and pictures with their texts and what keeps them in."""

from collections.abc import Callable
from pathlib import Path

from portal.kernel.vocab import PartKind
from portal.readers.documents.office import read_office
from portal.readers.documents.pictures import read_picture
from portal.readers.documents.texts import read_pdf
from portal.readers.errors import FileRefused
from portal.readers.original import write_original_text
from portal.readers.reading import FileReading, Note

_READERS: dict[str, Callable[[Path], tuple[list[str], list[Note]]]] = {
    "pdf": read_pdf,
    "docx": read_office,
    "pptx": read_office,
    "jpeg": read_picture,
    "png": read_picture,
    "tiff": read_picture,
    "webp": read_picture,
    "gif": read_picture,
    "bmp": read_picture,
}
OPENED = frozenset(_READERS)
REFUSED = frozenset({"doc", "ppt", "wps", "ole", "heic", "rtf"})
"""Formats in which nobody here can see what is hidden."""


def open_document(path: Path, name: str, media_type: str, work_dir: Path) -> FileReading:
    """A document or picture. Raises FileRefused."""
    if name in REFUSED:
        raise FileRefused(
            "format_not_inspectable", f"What a {name} file hides cannot be seen here; deliver PDF, DOCX, JPEG or PNG."
        )
    texts, notes = _READERS[name](path)
    original = write_original_text(texts, work_dir / "original.parquet")
    return FileReading(
        kind=PartKind.FILE,
        real_format=name,
        media_type=media_type,
        encoding=None,
        original_text=original,
        uninspected=tuple(notes),
    )
