"""Checks on bytes while they pass: a file that is shorter than announced is not a file."""

import hashlib
from collections.abc import Iterable, Iterator

from harvesters.errors import SkipRecord
from harvesters.records import FilePart


def checked_chunks(chunks: Iterable[bytes], part: FilePart, *, record_id: str) -> Iterator[bytes]:
    """The same chunks. Raises SkipRecord at their end when size or SHA-256 are not those the record states."""
    digest = hashlib.sha256()
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if part.size_bytes is not None and size > part.size_bytes:
            break
        digest.update(chunk)
        yield chunk
    if part.size_bytes is not None and size != part.size_bytes:
        raise SkipRecord(
            f"The file {part.file_name!r} is not whole: {part.size_bytes:,} bytes are stated, "
            f"{'more' if size > part.size_bytes else f'{size:,}'} came.",
            record_id=record_id,
        )
    if part.sha256 and digest.hexdigest() != part.sha256.lower():
        raise SkipRecord(
            f"The file {part.file_name!r} has another SHA-256 than its record states.", record_id=record_id
        )
