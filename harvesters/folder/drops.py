"""The files of a drop, in a directory or in a zip archive, and nothing else: no link out, no path out, no bomb.

Paths are checked where they are opened: every component of a path is opened without following links, beginning at the
root, so that a name swapped for a link between listing and reading leads nowhere.
"""

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from harvesters.errors import SkipRecord, StopRun
from harvesters.texts import stamp_of

_CHUNK_BYTES = 1 << 20
_DEEPEST = 20
# Left behind by desktops: not part of what a department meant to deliver.
_LITTER = (".ds_store", "thumbs.db", "desktop.ini", "__macosx")
_ZIP_UTF8_FLAG = 0x800
_ZIP_ENCRYPTED_FLAG = 0x1
# Deflate cannot pack more than about 1,032 to 1; what claims more is not a plain file.
_HIGHEST_RATIO = 1100


@dataclass(frozen=True, slots=True)
class DropFile:
    """One file: `path` beneath the root with slashes; `stamp` changes whenever the file does.

    `problem` is not empty when it must not be opened.
    """

    path: str
    size_bytes: int
    stamp: str
    problem: str = ""


class Drop(Protocol):
    """Where the files are."""

    def files(self) -> Iterator[DropFile]:
        """All files by path. Raises StopRun when there are too many or the drop cannot be read."""
        ...

    def chunks(self, path: str) -> Iterator[bytes]:
        """The content of a file. Raises SkipRecord when it cannot be read whole."""
        ...


@dataclass(frozen=True, slots=True)
class DropLimits:
    """Files in a drop, and bytes in a file."""

    files: int
    file_bytes: int


def open_drop(root: Path, limits: DropLimits) -> Drop:
    """The drop at a path. Raises StopRun when it is neither a directory nor a zip archive."""
    if root.is_dir():
        return DirectoryDrop(root, limits)
    if root.is_file() and zipfile.is_zipfile(root):
        return ZipDrop(root, limits)
    raise StopRun(f"The drop {root.name!r} is neither a directory nor a zip archive; check 'root' of this source.")


class DirectoryDrop:
    """A directory. Links are named as problems, never followed."""

    def __init__(self, root: Path, limits: DropLimits) -> None:
        self._root = root
        self._limits = limits

    def files(self) -> Iterator[DropFile]:
        for count, found in enumerate(self._walk(self._root, "", 0), 1):
            if count > self._limits.files:
                raise StopRun(f"The drop {self._root.name!r} has more than {self._limits.files:,} files.")
            yield found

    def chunks(self, path: str) -> Iterator[bytes]:
        try:
            with self._opened(path) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise SkipRecord(f"The file {path[-120:]!r} cannot be read ({error.strerror}).", record_id=path) from error

    def _walk(self, directory: Path, prefix: str, depth: int) -> Iterator[DropFile]:
        if depth > _DEEPEST:
            raise StopRun(f"The drop {self._root.name!r} has directories more than {_DEEPEST} deep.")
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            raise StopRun(f"The directory {prefix or self._root.name!r} cannot be read ({error.strerror}).") from error
        for entry in entries:
            path = prefix + entry.name
            if is_litter(path):
                continue
            if entry.is_symlink():
                yield DropFile(path, 0, "", problem=f"{path[-120:]!r} is a link; links are not followed.")
            elif entry.is_dir(follow_symlinks=False):
                yield from self._walk(directory / entry.name, f"{path}/", depth + 1)
            else:
                yield self._described(path, entry.stat(follow_symlinks=False))

    def _described(self, path: str, status: os.stat_result) -> DropFile:
        stamp = stamp_of(status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        problem = ""
        if not stat.S_ISREG(status.st_mode):
            problem = f"{path[-120:]!r} is not a regular file."
        elif status.st_size > self._limits.file_bytes:
            problem = f"{path[-120:]!r} has {status.st_size:,} bytes; {self._limits.file_bytes:,} are allowed."
        elif not is_text(path):
            problem = "The name of a file is not valid text; rename it."
        return DropFile(path, status.st_size, stamp, problem)

    @contextmanager
    def _opened(self, path: str) -> Iterator[IO[bytes]]:
        """Open component by component from the root, following no link."""
        *directories, name = safe_components(path)
        handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for directory in directories:
                inner = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
                os.close(handle)
                handle = inner
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
        finally:
            os.close(handle)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SkipRecord(f"{path[-120:]!r} is not a regular file.", record_id=path)
            yield file


class ZipDrop:
    """A zip archive, read member by member; nothing is unpacked to disk, and archives inside it are plain files."""

    def __init__(self, root: Path, limits: DropLimits) -> None:
        self._root = root
        self._limits = limits

    def files(self) -> Iterator[DropFile]:
        with self._archive() as archive:
            members = archive.infolist()
            if len(members) > self._limits.files:
                raise StopRun(f"The drop {self._root.name!r} has more than {self._limits.files:,} files.")
            seen: set[str] = set()
            described = []
            for member in members:
                path = member_path(member)
                if member.is_dir() or is_litter(path):
                    continue
                described.append(self._described(member, path, is_repeated=path in seen))
                seen.add(path)
        yield from sorted(described, key=lambda file: file.path)

    def chunks(self, path: str) -> Iterator[bytes]:
        try:
            with self._archive() as archive:
                member = next((m for m in archive.infolist() if member_path(m) == path and not m.is_dir()), None)
                if member is None:
                    raise SkipRecord(f"{path[-120:]!r} is no longer in the archive.", record_id=path)
                problem = self._described(member, path, is_repeated=False).problem
                if problem:
                    raise SkipRecord(problem, record_id=path)
                yield from self._inflated(archive, member, path)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise SkipRecord(
                f"{path[-120:]!r} in the archive cannot be read ({type(error).__name__}).", record_id=path
            ) from error

    def _inflated(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str) -> Iterator[bytes]:
        total = 0
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > member.file_size:
                    raise SkipRecord(f"{path[-120:]!r} is larger than the archive says.", record_id=path)
                yield chunk

    def _described(self, member: zipfile.ZipInfo, path: str, *, is_repeated: bool) -> DropFile:
        problem = ""
        shown = path[-120:]
        if safe_components_or_none(path) is None:
            problem = f"{shown!r} in the archive points outside of it."
        elif is_repeated:
            problem = f"{shown!r} is twice in the archive."
        elif stat.S_ISLNK(member.external_attr >> 16):
            problem = f"{shown!r} in the archive is a link; links are not followed."
        elif member.flag_bits & _ZIP_ENCRYPTED_FLAG:
            problem = f"{shown!r} in the archive is encrypted; deliver it without a password."
        elif member.file_size > self._limits.file_bytes:
            problem = (
                f"{shown!r} in the archive has {member.file_size:,} bytes; {self._limits.file_bytes:,} are allowed."
            )
        elif member.file_size > max(1, member.compress_size) * _HIGHEST_RATIO:
            problem = f"{shown!r} in the archive claims to unpack to {member.file_size:,} bytes; that is a bomb."
        return DropFile(path, member.file_size, stamp_of(member.CRC, member.file_size), problem)

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        try:
            archive = zipfile.ZipFile(self._root)
        except (zipfile.BadZipFile, OSError) as error:
            raise StopRun(f"The archive {self._root.name!r} cannot be read ({type(error).__name__}).") from error
        with archive:
            yield archive


def member_path(member: zipfile.ZipInfo) -> str:
    """The member's path. Names without the UTF-8 flag come from Chinese Windows as a rule: GB 18030.

    Being valid UTF-8 is not enough to be it: 学校 in GBK is valid UTF-8 too, of two Cyrillic letters.
    """
    if member.flag_bits & _ZIP_UTF8_FLAG:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    readings = [_read_as(raw, encoding) for encoding in ("utf-8", "gb18030")]
    chinese = (text for text in readings if text and any("\u3400" <= sign <= "\u9fff" for sign in text))
    return next(chinese, readings[0] or readings[1] or member.filename)


def _read_as(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def safe_components(path: str) -> tuple[str, ...]:
    """The components of a path beneath the root. Raises SkipRecord when it leads anywhere else."""
    found = safe_components_or_none(path)
    if found is None:
        raise SkipRecord(f"{path[-120:]!r} points outside of the drop.", record_id=path)
    return found


def safe_components_or_none(path: str) -> tuple[str, ...] | None:
    """The components of a relative path without `..`, backslash, drive or NUL; None when it is another one."""
    components = tuple(path.split("/"))
    unsafe = any(part in {"", ".", ".."} or "\\" in part or "\0" in part or ":" in part[1:2] for part in components)
    return None if unsafe or not is_text(path) or len(components) > _DEEPEST + 1 else components


def is_text(path: str) -> bool:
    """Whether a name is valid Unicode: names in another encoding arrive with surrogates."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_litter(path: str) -> bool:
    """Files that desktops leave behind, and lock files of open documents."""
    parts = path.casefold().split("/")
    return any(part in _LITTER for part in parts) or parts[-1].startswith(("~$", "._"))
