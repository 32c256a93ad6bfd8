"""Putting a file where others read: whole or not at all, and read-only from its first moment."""

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_READ_ONLY = 0o444
_ABANDONED_S = 3_600


@contextmanager
def placing(target: Path, *, mode: int = _READ_ONLY) -> Iterator[BinaryIO]:
    """A new file that takes the name `target` when the block ends; when it raises, nothing is left.

    The bytes are on disk before the name is (fsync), so a crash leaves the whole file or none.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.parent / f".{target.name[:60]}.{secrets.token_hex(6)}.part"
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def place_copy(source: Path, target: Path) -> None:
    """Copy a file's bytes to `target`, whole and read-only."""
    with source.open("rb") as reader, placing(target) as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)


def place_moved(source: Path, target: Path) -> None:
    """Move a file to `target`, read-only; copied where the two lie on different file systems. Not forced to disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.chmod(_READ_ONLY)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        place_copy(source, target)
        source.unlink()


def read_range(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Bytes start … start+length-1 of a file in chunks of at most 1 MiB; ends early only at the end of the file."""
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(length, 1 << 20))):
            length -= len(chunk)
            yield chunk


def remove_leftovers(directory: Path) -> int:
    """Delete files that a killed process had begun to place here more than an hour ago; how many."""
    removed, youngest = 0, time.time() - _ABANDONED_S
    for path in directory.rglob(".*.part"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < youngest:
                path.unlink()
                removed += 1
    return removed
