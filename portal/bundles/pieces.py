"""Blobs in compressed pieces of bounded size, so that a broken copy costs one piece and not everything."""

import hashlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import zstandard

from portal.bundles.errors import BundleRefused
from portal.bundles.manifest import PIECE_BYTES, CarriedBlob, Piece
from portal.kernel.digests import file_digest
from portal.storage import BlobStore
from portal.storage.placing import placing

_LEVEL = 3
_CHUNK = 1 << 20


def pack_blob(store: BlobStore, directory: Path, key: str, sha256: str) -> CarriedBlob:
    """Write a blob's pieces into `directory`; one that lies there whole already is kept.

    Raises BlobNotFound when it is gone, BundleRefused `store_damaged` when its bytes are not those of its digest.
    """
    size, digest, pieces = store.size_bytes(key), hashlib.sha256(), []
    for number, start in enumerate(range(0, max(size, 1), PIECE_BYTES)):
        length = min(PIECE_BYTES, size - start)
        path = directory / "blobs" / f"{hashlib.sha256(key.encode()).hexdigest()}-{number:05d}.zst"
        chunks = _hashed(store.read_range(key, start, length), digest)
        if path.exists():  # whole, because it was placed; of the same content, because keys are made from content
            deque(chunks, maxlen=0)
        else:
            _pack(chunks, path)
        pieces.append(Piece(f"blobs/{path.name}", path.stat().st_size, file_digest(path), length))
    if digest.hexdigest() != sha256:
        raise BundleRefused(
            "store_damaged", f"The stored blob {key} is not what was published; restore it from a backup."
        )
    return CarriedBlob(key, sha256, size, tuple(pieces))


def _hashed(chunks: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _pack(chunks: Iterator[bytes], path: Path) -> None:
    with placing(path) as file, zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False) as writer:
        for chunk in chunks:
            writer.write(chunk)


def unpacked(path: Path, most: int) -> Iterator[bytes]:
    """The content of one compressed file in chunks, never more than `most` bytes of it. Raises BundleRefused, ZstdError."""
    total = 0
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        while chunk := reader.read(_CHUNK):
            total += len(chunk)
            if total > most:
                raise BundleRefused("altered", f"{path.name} unpacks to more than its manifest says.")
            yield chunk
