"""Blobs in a local directory: the embedded default, and shared disks."""

from collections.abc import Iterator
from pathlib import Path

from portal.storage.errors import BlobNotFound, StorageError
from portal.storage.keys import checked_key
from portal.storage.placing import place_copy, place_moved, read_range, remove_leftovers
from portal.storage.protocol import Blob


class LocalStore:
    """One directory; every blob is a read-only file (0444) under its key."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put_file(self, key: str, path: Path) -> Blob:
        target = self._path(key)
        try:
            if not target.exists():
                place_copy(path, target)
            return Blob(key, target.stat().st_size)
        except OSError as error:
            raise StorageError(f"The blob {key} could not be stored in {self.directory}: {error.strerror}.") from error

    def give_file(self, key: str, path: Path) -> Blob:
        target = self._path(key)
        try:
            if target.exists():
                path.unlink()
            else:
                place_moved(path, target)
            return Blob(key, target.stat().st_size)
        except OSError as error:
            raise StorageError(f"The blob {key} could not be stored in {self.directory}: {error.strerror}.") from error

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def size_bytes(self, key: str) -> int:
        return self.local_path(key).stat().st_size

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        return read_range(self.local_path(key), start, length)

    def local_path(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise BlobNotFound(f"There is no blob {key} in {self.directory}.")
        return path

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"The blob {key} could not be deleted from {self.directory}: {error.strerror}."
            ) from error

    def list_keys(self, prefix: str) -> Iterator[str]:
        start = self.directory / prefix.rsplit("/", 1)[0] if "/" in prefix else self.directory
        for path in sorted(start.rglob("*")) if start.is_dir() else ():
            key = path.relative_to(self.directory).as_posix()
            if path.is_file() and not path.name.startswith(".") and key.startswith(prefix):
                yield key

    def tidy(self) -> int:
        return remove_leftovers(self.directory)

    def _path(self, key: str) -> Path:
        return self.directory / checked_key(key)
