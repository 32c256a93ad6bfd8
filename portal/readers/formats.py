"""What a file really is, by its content; its name is not asked."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portal.readers.errors import FileRefused
from portal.readers.layers.zipped import has_layers
from portal.readers.reading import ReadingLimits
from portal.readers.text.encodings import is_wide

Way = Literal["sheet", "text", "parquet", "layers", "document", "none"]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class RealFormat:
    """A format and the way it is read. `none`: it is not read, only kept."""

    name: str
    media_type: str
    way: Way


_XLSX = RealFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "sheet")
_XLSB = RealFormat("xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "sheet")
_ODS = RealFormat("ods", "application/vnd.oasis.opendocument.spreadsheet", "sheet")
_XLS = RealFormat("xls", "application/vnd.ms-excel", "sheet")
TEXT = RealFormat("text", "text/plain", "text")
_BINARY = RealFormat("binary", "application/octet-stream", "none")
_PARQUET = RealFormat("parquet", "application/vnd.apache.parquet", "parquet")
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpeg", "image/jpeg"),
    (b"GIF8", "gif", "image/gif"),
    (b"II*\x00", "tiff", "image/tiff"),
    (b"MM\x00*", "tiff", "image/tiff"),
    (b"\x1f\x8b", "gzip", "application/gzip"),
    (b"BZh", "bzip2", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "xz", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "rar", "application/vnd.rar"),
    (b"SQLite format 3\x00", "sqlite", "application/vnd.sqlite3"),
    (b"{\\rtf", "rtf", "application/rtf"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_BY_PART = (
    ("xl/workbook.xml", _XLSX),
    ("xl/workbook.bin", _XLSB),
    ("word/document.xml", RealFormat("docx", f"{_OFFICE}.wordprocessingml.document", "document")),
    ("ppt/presentation.xml", RealFormat("pptx", f"{_OFFICE}.presentationml.presentation", "document")),
)
_DOCUMENTS = frozenset({"pdf", "png", "jpeg", "gif", "tiff", "rtf"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})


def real_format(path: Path, limits: ReadingLimits) -> RealFormat:
    """The format of the file at `path`. Raises FileRefused for empty, oversized and damaged files and for bombs."""
    size = path.stat().st_size
    if not size:
        raise FileRefused("file_empty", "The file has no bytes; deliver it again.")
    if size > limits.input_bytes:
        raise FileRefused("file_too_large", f"The file has {size} bytes; at most {limits.input_bytes} are taken.")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path, limits)
    if head.startswith(_OLE):
        return _compound(path)
    if head.startswith(b"PAR1"):
        return _PARQUET
    return _by_magic(head) or (_BINARY if _is_binary(head) else TEXT)


def _by_magic(head: bytes) -> RealFormat | None:
    for magic, name, media_type in _MAGIC:
        if head.startswith(magic):
            return RealFormat(name, media_type, "document" if name in _DOCUMENTS else "none")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return RealFormat("webp", "image/webp", "document")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return RealFormat("heic", "image/heic", "document")
    return None


def _zipped(path: Path, limits: ReadingLimits) -> RealFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            declared = archive.read("mimetype", pwd=None)[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, EOFError) as error:
        raise FileRefused(
            "file_damaged", f"The file starts as a zip archive but cannot be opened ({type(error).__name__})."
        ) from error
    _refuse_bomb(members, path.stat().st_size, limits)
    for part, found in _BY_PART:
        if part in names:
            return found
    if declared.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return _ODS
    if has_layers(names):
        return RealFormat("shapefile", "application/zip", "layers")
    return RealFormat("zip", "application/zip", "none")


def _refuse_bomb(members: list[zipfile.ZipInfo], size: int, limits: ReadingLimits) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes or unpacked > limits.unpacked_ratio * max(size, 1 << 16):
        raise FileRefused(
            "file_bomb",
            f"The file says it unpacks from {size} to {unpacked} bytes; deliver it in smaller files or as CSV.",
        )


def _compound(path: Path) -> RealFormat:
    """An OLE2 file by the names of its streams, which stand in it as UTF-16."""
    content = path.read_bytes() if path.stat().st_size < (64 << 20) else path.open("rb").read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused("file_encrypted", "The file is protected by a password; deliver it without one.")
    if any(name.encode("utf-16-le") + b"\x00\x00" in content for name in ("Workbook", "Book")):
        return _XLS
    if "WordDocument".encode("utf-16-le") in content:
        return RealFormat("doc", "application/msword", "document")
    return RealFormat("ole", "application/x-ole-storage", "document")


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has, unless NULs make it UTF-16."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or is_wide(head):
        return False
    control = sum(head.count(byte) for byte in range(1, 32) if byte not in b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f")
    nuls = head.count(0)
    return control > max(8, len(head) * 0.02) or nuls > max(8, len(head) * 0.02)
