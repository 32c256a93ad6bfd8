"""Raw payloads and delivered originals, encrypted, once by hash; the worker's alone.

When not to use: never in a web process. The composition root hands it to the worker and the command line only, and in
production the directory and the key belong to another user.

File format: `ODPQ1\\0`, 7 random bytes, then chunks of 1 MiB of text each sealed with AES-256-GCM (16 bytes of tag). The
nonce is those 7 bytes, the chunk's number (4 bytes) and 1 for the last chunk, else 0, as in the STREAM construction (Hoang,
Reyhanitabar, Rogaway, Vizár, 2015): chunks cannot be cut off, swapped or moved. The SHA-256 of the plain content is bound
as associated data and is the file's name.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.kernel.digests import file_digest
from portal.storage.errors import BlobNotFound, QuarantineError
from portal.storage.keys import blob_key
from portal.storage.placing import placing, remove_leftovers

RETENTION = timedelta(days=90)
_MAGIC = b"ODPQ1\0"
_PREFIX_BYTES = 7
_CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16


class Quarantine:
    """Keeps files by the SHA-256 of their content. The constructor reads nothing, not even the key."""

    def __init__(self, directory: Path, key_hex: str = "") -> None:
        self.directory = directory
        self._key_hex = key_hex

    def keep(self, path: Path) -> str:
        """Encrypt a file's content under its hash, which is returned; content already kept is kept for longer."""
        with path.open("rb") as reader:
            return self._keep(reader, file_digest(path))

    def keep_bytes(self, content: bytes) -> str:
        """`keep` for what is small and in memory."""
        return self._keep(BytesIO(content), hashlib.sha256(content).hexdigest())

    def _keep(self, reader: BinaryIO, sha256: str) -> str:
        target = self._path(sha256)
        if not target.exists():
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            with placing(target, mode=0o400) as writer:
                for sealed in self._sealed(reader, sha256):
                    writer.write(sealed)
        os.utime(target, (time.time(), time.time()))
        return sha256

    def restore(self, sha256: str, target: Path) -> None:
        """Write the plain content to `target` (0600), whole or not at all. Raises BlobNotFound, QuarantineError."""
        source = self._path(sha256)
        if not source.exists():
            raise BlobNotFound(f"The quarantine no longer holds {sha256}; it keeps content for {RETENTION.days} days.")
        with source.open("rb") as reader, placing(target, mode=0o600) as writer:
            for opened in self._opened(reader, sha256):
                writer.write(opened)

    def holds(self, sha256: str) -> bool:
        """Whether the content is (still) kept."""
        return self._path(sha256).exists()

    def keep_longer(self, sha256: str) -> bool:
        """Let the retention of a content begin anew; whether it is still there."""
        try:
            os.utime(self._path(sha256))
        except FileNotFoundError:
            return False
        return True

    def purge(self, *, now: datetime, older_than: timedelta = RETENTION) -> int:
        """Delete what was last kept longer ago than that; how many files."""
        oldest, removed = (now - older_than).timestamp(), 0
        for path in self.directory.glob("files/*/*.sealed"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed + remove_leftovers(self.directory)

    def discard(self, sha256: str) -> None:
        """Delete one content now; nothing happens when it is not there."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self.directory / blob_key("files", sha256, "sealed")

    def _sealed(self, reader: BinaryIO, sha256: str) -> Iterator[bytes]:
        cipher, prefix, bound = AESGCM(self._key()), secrets.token_bytes(_PREFIX_BYTES), bytes.fromhex(sha256)
        yield _MAGIC + prefix
        number, chunk = 0, reader.read(_CHUNK_BYTES)
        while True:
            following = reader.read(_CHUNK_BYTES)
            yield cipher.encrypt(_nonce(prefix, number, is_last=not following), chunk, bound)
            if not following:
                return
            number, chunk = number + 1, following

    def _opened(self, reader: BinaryIO, sha256: str) -> Iterator[bytes]:
        cipher, bound = AESGCM(self._key()), bytes.fromhex(sha256)
        if reader.read(len(_MAGIC)) != _MAGIC:
            raise QuarantineError(f"The quarantined file {sha256} is not of this program's format.")
        prefix = reader.read(_PREFIX_BYTES)
        number, chunk = 0, reader.read(_CHUNK_BYTES + _TAG_BYTES)
        while True:
            following = reader.read(_CHUNK_BYTES + _TAG_BYTES)
            try:
                yield cipher.decrypt(_nonce(prefix, number, is_last=not following), chunk, bound)
            except (InvalidTag, ValueError) as error:
                raise QuarantineError(
                    f"The quarantined file {sha256} was altered, cut, or sealed with another key."
                ) from error
            if not following:
                return
            number, chunk = number + 1, following

    def _key(self) -> bytes:
        text = self._key_hex or _key_from_file(self.directory / "key")
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise QuarantineError("The key of the quarantine must be 32 bytes, written as 64 hex digits.")
        return key


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _key_from_file(path: Path) -> str:
    """The key kept beside the quarantine, made on first use; two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        beside = path.with_name(f".key.{secrets.token_hex(6)}.part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(beside)  # fails where another process was first, unlike a rename
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_text(encoding="ascii").strip()
