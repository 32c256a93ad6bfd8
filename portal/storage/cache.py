"""Local copies of remote blobs, least recently used out first."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from portal.storage.errors import StorageError
from portal.storage.placing import placing

_IN_USE_S = 300  # a path handed out this recently may be about to be opened


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
        """Write a copy and make room for it. Raises StorageError when fewer bytes came than announced."""
        path = self.directory / key
        with placing(path) as file:
            for chunk in chunks:
                file.write(chunk)
            if file.tell() != size_bytes:
                raise StorageError(f"The blob {key} came with {file.tell()} of {size_bytes} bytes; try again.")
        self.evict()
        return path

    def drop(self, key: str) -> None:
        """Forget a copy; an open reader keeps its own view of the file."""
        (self.directory / key).unlink(missing_ok=True)

    def evict(self) -> int:
        """Remove the copies unused for longest until the rest fits; how many. Copies used a moment ago stay."""
        entries: list[tuple[float, int, Path]] = []
        for path in self.directory.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                if path.is_file():
                    entries.append((stat.st_mtime, stat.st_size, path))
        total, removed, young = sum(size for _, size, _ in entries), 0, time.time() - _IN_USE_S
        for used_at, size, path in sorted(entries):
            if total <= self.max_bytes or used_at > young:
                break
            path.unlink(missing_ok=True)
            total -= size
            removed += 1
        return removed
