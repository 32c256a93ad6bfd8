"""Content digests: SHA-256 in lower-case hex everywhere, canonical JSON for values."""

import hashlib
import json
from pathlib import Path

_CHUNK_BYTES = 1 << 20


def text_digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def value_digest(value: object) -> str:
    """SHA-256 of a JSON-like value: keys sorted, no white space, non-ASCII kept. Raises TypeError on anything else."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text_digest(canonical)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
