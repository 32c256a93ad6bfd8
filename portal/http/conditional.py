"""Answers that a client may keep and ask about again: `ETag`, 304, and `Cache-Control` that always revalidates.

Public data can be withdrawn at any moment, so nothing but hashed static files is ever cached without asking.
"""

import hashlib
from datetime import datetime

from flask import Response, request

REVALIDATE = "public, no-cache"


def content_etag(*parts: str | bytes) -> str:
    """A strong tag from content: 32 hex digits."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()


def conditional(response: Response, *, etag: str | None = None, modified_at: datetime | None = None) -> Response:
    """Tag a complete 200 answer and turn it into 304 where the client already has it.

    `etag` None: from the body. Not for streamed bodies without a tag of their own. HEAD and GET only.
    """
    if etag is None:
        etag = content_etag(response.get_data())
    response.set_etag(etag)
    if modified_at is not None:
        response.last_modified = modified_at
    response.headers.setdefault("Cache-Control", REVALIDATE)
    if response.status_code == 200 and request.method in {"GET", "HEAD"}:
        response.make_conditional(request)
    return response
