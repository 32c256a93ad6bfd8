"""The seam between blobs and whatever keeps them: published tables and files, never originals (quarantine)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored object. `key` such as `tables/ab/abcd….parquet`; `size_bytes` its length."""

    key: str
    size_bytes: int


class BlobStore(Protocol):
    """Content-addressed blobs: the caller makes keys from the SHA-256 of the content; putting an existing key is a no-op."""

    def put_file(self, key: str, path: Path) -> Blob:
        """Store the file's bytes under key. Raises StorageError when the store is away."""
        ...

    def give_file(self, key: str, path: Path) -> Blob:
        """Store a file that can be made again, and take it: `path` is not there afterwards.

        Faster than `put_file`, because the file may be moved, and is not forced to disk: after a power failure the blob can
        be missing or short (never of the right size with other bytes), which who reads it must notice.
        """
        ...

    def exists(self, key: str) -> bool: ...

    def size_bytes(self, key: str) -> int:
        """Raises BlobNotFound."""
        ...

    def read_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """Bytes start … start+length-1 in chunks of at most 1 MiB. Raises BlobNotFound before the first chunk."""
        ...

    def local_path(self, key: str) -> Path:
        """A local read-only file with the blob's bytes: the store's own, or a cached copy. Raises BlobNotFound."""
        ...

    def delete(self, key: str) -> None:
        """Remove the blob and its cached copy; nothing happens when it is not there."""
        ...

    def list_keys(self, prefix: str) -> Iterator[str]: ...

    def tidy(self) -> int:
        """Remove what killed processes left half written here more than an hour ago; how many files."""
        ...
