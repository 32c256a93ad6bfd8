"""Keys of blobs: `tables/ab/abcd….parquet`, made from the SHA-256 of the content, 256 directories of fan-out."""

import re
from typing import Literal

from portal.storage.errors import KeyInvalid

Room = Literal["tables", "files", "spool"]
_SHAPE = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9._-]*)+", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_LENGTH = 200


def blob_key(room: Room, sha256: str, extension: str) -> str:
    """The key of content: `tables` published Parquet, `files` published originals, `spool` files made from tables.

    `extension` without the dot. Raises KeyInvalid when the digest is not 64 lower-case hex digits.
    """
    if not _SHA256.fullmatch(sha256):
        raise KeyInvalid(f"A blob is named by 64 lower-case hex digits, not by {sha256[:80]!r}.")
    return checked_key(f"{room}/{sha256[:2]}/{sha256}.{extension.lower()}")


def checked_key(key: str) -> str:
    """The key itself, when it can name nothing outside the store. Raises KeyInvalid."""
    if len(key) > _MAX_LENGTH or ".." in key or not _SHAPE.fullmatch(key):
        raise KeyInvalid(f"{key[:80]!r} is not the key of a blob.")
    return key
