"""A zip of tables: measured before anything is unpacked, unpacked under names of our own, each member read by its content.

Names are shown to people, never used as paths. An archive whose entries lead outside it, are links or have the same name
is refused whole: nobody can tell what its sender meant.
"""

import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from portal.kernel.vocab import PartKind
from portal.readers.errors import FileRefused
from portal.readers.reading import FileReading, Note, ReadingLimits, TableReading

MOST_MEMBERS = 500
_UTF8 = 0x800
_CHUNK_BYTES = 1 << 20
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, under its name as people know it."""

    name: str
    info: zipfile.ZipInfo


Read = Callable[[Path, str, Path], FileReading]  # an unpacked member, its name, a directory for it


def open_archive(path: Path, work_dir: Path, limits: ReadingLimits, read: Read) -> FileReading | None:
    """Every table in the archive; None when it has none. Raises FileRefused, also for a member that cannot be read whole."""
    found: list[tuple[Member, FileReading]] = []
    with zipfile.ZipFile(path) as archive:
        members = list_members(archive)
        for number, member in enumerate(members, 1):
            room = work_dir / f"member-{number}"
            room.mkdir(exist_ok=True)
            target = room / "delivered"
            _unpack(archive, member, target, limits)
            found.append((member, _read_member(read, target, member.name, room)))
            target.unlink()
    if not any(reading.tables for _, reading in found):
        return None
    return _joined(found, work_dir)


def _read_member(read: Read, path: Path, name: str, room: Path) -> FileReading:
    try:
        return read(path, name, room)
    except FileRefused as refusal:
        if refusal.code == "file_empty":
            return FileReading(PartKind.FILE, "empty", "application/octet-stream", None)
        raise FileRefused(refusal.code, f"In the archive, {name}: {refusal}") from refusal


def list_members(archive: zipfile.ZipFile) -> list[Member]:
    """The files of an archive without what systems leave in it. Raises FileRefused."""
    members = [Member(decoded_name(info), info) for info in archive.infolist() if not info.is_dir()]
    for member in members:
        if member.info.flag_bits & 0x1:
            raise FileRefused("file_encrypted", "The archive is protected by a password; deliver it without one.")
        if _leads_outside(member.name) or stat.S_ISLNK(member.info.external_attr >> 16):
            raise FileRefused("archive_unsafe", "An entry of the archive leads outside it or is a link; pack it anew.")
    names = [member.name.casefold() for member in members]
    if len(set(names)) != len(names):
        raise FileRefused("archive_unsafe", "Entries of the archive have the same name; pack it anew.")
    kept = [member for member in members if not any(word in f"/{member.name.lower()}" for word in _LITTER)]
    if len(kept) > MOST_MEMBERS:
        raise FileRefused("file_too_large", f"The archive has {len(kept)} files; at most {MOST_MEMBERS} are taken.")
    return kept


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The name of an entry: in UTF-8 where it says so, else in the encoding that makes Chinese, or else any, characters of it.

    Two Chinese characters in GBK can be valid UTF-8 as well, in letters that no file here is called by.
    """
    if info.flag_bits & _UTF8:
        return info.filename
    raw = info.orig_filename.encode("cp437", "replace")
    readings = []
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        try:
            readings.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    usual = [name for name in readings if all(char < "\u0250" or "\u2000" <= char <= "\uffef" for char in name)]
    return next(iter([*usual, *readings]), info.filename)


def _leads_outside(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ":" in plain.split("/")[0] or ".." in plain.split("/") or "\x00" in plain


def _unpack(archive: zipfile.ZipFile, member: Member, target: Path, limits: ReadingLimits) -> None:
    """Write one member, and not a byte more than it declared."""
    size = 0
    try:
        with archive.open(member.info) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > min(member.info.file_size, limits.unpacked_bytes):
                    raise FileRefused("file_bomb", "A member of the archive unpacks to more than it declares.")
                file.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise FileRefused(
            "file_damaged", f"A member of the archive cannot be unpacked ({type(error).__name__})."
        ) from error


def _joined(found: list[tuple[Member, FileReading]], work_dir: Path) -> FileReading:
    tables: list[TableReading] = []
    notes: list[Note] = []
    hidden: dict[str, tuple[str, ...]] = {"member name": tuple(member.name for member, _ in found)}
    with_tables = sum(1 for _, reading in found if reading.tables)
    for member, reading in found:
        if not reading.tables:
            notes.append(Note("member_left_out", member.name))
        notes += reading.notes
        for place, texts in reading.hidden_texts.items():
            hidden[place] = (*hidden.get(place, ()), *texts)
        for table in reading.tables:
            number = len(tables) + 1
            key = "table" if number == 1 else f"table-{number}"
            sheet = f"{member.name}!{table.sheet}" if table.sheet else member.name
            name = PurePosixPath(member.name).stem
            tables.append(
                replace(
                    table,
                    key=key,
                    name=f"{name} – {table.sheet}" if table.sheet else name,
                    path=table.path.rename(work_dir / f"{key}.parquet"),
                    sheet=sheet if with_tables > 1 or table.sheet else "",
                )
            )
    return FileReading(
        PartKind.TABLE,
        "zip",
        "application/zip",
        None,
        tuple(tables),
        hidden,
        has_hidden_content=True,
        original_text=None,
        notes=tuple(notes),
    )
