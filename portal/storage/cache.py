"""Local copies of remote blobs, least recently used out first."""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from portal.storage.errors import StorageError
from portal.storage.placing import place_moved, placing

_IN_USE_S = 300  # a path handed out this recently may be about to be opened
_FORGOTTEN_S = (
    24 * 3600
)  # nobody asks for what was withdrawn: it leaves every machine's cache, however much room there is


class FileCache:
    """A directory of copies that stays near `max_bytes`; processes may share it, since every copy is whole or absent."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self.directory = directory
        self.max_bytes = max_bytes

    def find(self, key: str) -> Path | None:
        """The copy of a blob, marked as used now, or None."""
        path = self.directory / key
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def keep(self, key: str, size_bytes: int, chunks: Iterable[bytes]) -> Path:
        """Write a copy and make room for it. Raises StorageError when what came is not what the key promises."""
        path, digest = self.directory / key, hashlib.sha256()
        with placing(path) as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
            if file.tell() != size_bytes:
                raise StorageError(f"The blob {key} came with {file.tell()} of {size_bytes} bytes; try again.")
            if path.name.split(".")[0] != digest.hexdigest():
                raise StorageError(f"The blob {key} came with other content than its key says; it is not used.")
        self.evict()
        return path

    def adopt(self, key: str, path: Path) -> Path:
        """Take a whole file as the copy, instead of fetching it at its first reading."""
        target = self.directory / key
        place_moved(path, target)
        self.evict()
        return target

    def drop(self, key: str) -> None:
        """Forget a copy; an open reader keeps its own view of the file."""
        (self.directory / key).unlink(missing_ok=True)

    def evict(self) -> int:
        """Remove copies that nobody used for a day, and of the rest those unused for longest until it fits; how many.

        Copies used a moment ago stay.
        """
        entries: list[tuple[float, int, Path]] = []
        for path in self.directory.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                if path.is_file():
                    entries.append((stat.st_mtime, stat.st_size, path))
        total, removed, now = sum(size for _, size, _ in entries), 0, time.time()
        for used_at, size, path in sorted(entries):
            is_kept = total <= self.max_bytes and used_at > now - _FORGOTTEN_S
            if is_kept or used_at > now - _IN_USE_S:
                break
            path.unlink(missing_ok=True)
            total -= size
            removed += 1
        return removed
