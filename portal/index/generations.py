"""The directories of an embedded index: one generation in use, named by a pointer file, and one writer at a time.

search/current              name of the generation in use, replaced atomically
search/writer.lock          held (flock) by whoever writes, in any process
search/<schema>-<random>/   a tantivy index
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from portal.index.errors import EngineAway

_FOOTER_MAGIC: Final = 1337
_CHUNK_BYTES: Final = 1 << 20


class Generations:
    """Names, lock and swap; knows nothing of what is inside. The constructor does no I/O."""

    def __init__(self, root: Path, schema: str, *, wait_s: float = 60.0) -> None:
        self.root = root
        self._schema = schema
        self._wait_s = wait_s
        self._held = threading.local()

    def current(self) -> Path:
        """The generation in use. Raises EngineAway when there is none of this schema."""
        try:
            name = (self.root / "current").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise EngineAway(f"There is no search index in {self.root}; the worker builds one.") from error
        if not name.startswith(f"{self._schema}-") or "/" in name or not (self.root / name / "meta.json").is_file():
            raise EngineAway(f"The search index in {self.root} is of another schema or lost; the worker rebuilds it.")
        return self.root / name

    def begin(self) -> Path:
        """A new, empty directory for a generation; leftovers of killed builds go."""
        self.root.mkdir(parents=True, exist_ok=True)
        in_use = self._in_use()
        for path in self.root.iterdir():
            if path.is_dir() and path.name != in_use:
                shutil.rmtree(path, ignore_errors=True)
        fresh = self.root / f"{self._schema}-{secrets.token_hex(4)}"
        fresh.mkdir()
        return fresh

    def tidy(self, older_than: timedelta) -> int:
        """Remove what killed builds have left and what was in use before, that long ago; how many. Hold the lock."""
        in_use, removed, youngest = self._in_use(), 0, time.time() - older_than.total_seconds()
        for path in self.root.iterdir() if in_use else ():
            if path.name not in {in_use, "current", "writer.lock"} and path.stat().st_mtime <= youngest:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
                removed += 1
        return removed

    def swap(self, fresh: Path) -> None:
        """Make `fresh` the one in use. The old one stays a while: readers may be about to open it."""
        with contextlib.suppress(OSError):
            os.utime(self.root / (self._in_use() or fresh.name))  # the while begins now
        pointer = self.root / f"current.{secrets.token_hex(4)}"
        pointer.write_text(fresh.name, "ascii")
        pointer.replace(self.root / "current")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the writer's lock; nested use in one thread is fine. Raises EngineAway after waiting a minute in vain."""
        if getattr(self._held, "depth", 0):
            yield
            return
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / "writer.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._lock(descriptor)
            self._held.depth = 1
            yield
        finally:
            self._held.depth = 0
            os.close(descriptor)  # lets go of the lock

    def _lock(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise EngineAway(
                        f"Another process has been writing to {self.root} for {self._wait_s:.0f} s; try again later."
                    ) from error
                time.sleep(0.05)

    def _in_use(self) -> str:
        try:
            return (self.root / "current").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""


def is_intact(directory: Path) -> bool:
    """Whether every segment file is there and has the CRC-32 that its footer states.

    tantivy opens a damaged index without a word and panics later, in the midst of a query. A footer is JSON with `crc`,
    its length and a magic number, both 32 bits little-endian.
    """
    try:
        meta = json.loads((directory / "meta.json").read_bytes())
        files = [p for s in meta["segments"] for p in directory.glob(f"{s['segment_id'].replace('-', '')}.*")]
        return len(files) >= 6 * len(meta["segments"]) and all(_has_its_checksum(path) for path in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _has_its_checksum(path: Path) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        tail = file.read(8)
        length, magic = int.from_bytes(tail[:4], "little"), int.from_bytes(tail[4:], "little")
        if magic != _FOOTER_MAGIC or length > size - 8:
            return False
        file.seek(size - 8 - length)
        stated = json.loads(file.read(length))["crc"]
        file.seek(0)
        crc, left = 0, size - 8 - length
        while left > 0:
            chunk = file.read(min(_CHUNK_BYTES, left))
            crc, left = zlib.crc32(chunk, crc), left - len(chunk)
    return crc == int(stated)
