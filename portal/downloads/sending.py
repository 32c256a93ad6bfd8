"""Sending a stored file: validators, digest, name and range; the bytes by nginx, or by the server's own file wrapper.

A Python loop over the bytes would hold a thread for as long as the slowest client takes. `wsgi.file_wrapper` with a
`Content-Length` lets waitress send from its event loop and gunicorn by `sendfile`.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import http_date, is_resource_modified
from werkzeug.wsgi import wrap_file

from portal.catalogue.views import FileView
from portal.downloads.ranges import ByteRange, wanted_range
from portal.http.conditional import REVALIDATE
from portal.settings import Settings
from portal.storage import BlobNotFound, BlobStore

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._() -]+")
_BLOCK_BYTES = 256 * 1024
_SERVERS_THAT_COUNT = ("waitress", "gunicorn")  # their file wrappers stop at Content-Length


def send_stored(file: FileView, store: BlobStore, settings: Settings) -> Response:
    """The file, a range of it, or 304. Raises RequestedRangeNotSatisfiable, BlobNotFound, StorageError."""
    headers = file_headers(file)
    environ = request.environ
    if not is_resource_modified(environ, etag=headers["ETag"], last_modified=file.modified_at, ignore_if_range=True):
        kept = ("ETag", "Last-Modified", "Cache-Control")
        return Response(status=304, headers={name: headers[name] for name in kept})
    path = _whole_path(file, store)
    if settings.accel_prefix:
        headers["X-Accel-Redirect"] = settings.accel_prefix + quote(file.blob_key)
        return Response(headers=headers)
    wanted = None
    if request.method == "GET":
        wanted = wanted_range(
            request.headers.get("Range"),
            request.headers.get("If-Range"),
            size_bytes=file.size_bytes,
            etag=file.sha256,
            modified_at=file.modified_at,
        )
    sent = wanted or ByteRange(0, file.size_bytes)
    headers["Content-Length"] = str(sent.length)
    if wanted:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{file.size_bytes}"
    if request.method == "HEAD":
        return Response(headers=headers)
    opened = path.open("rb")
    opened.seek(sent.start)
    return Response(_body(opened, sent), status=206 if wanted else 200, headers=headers, direct_passthrough=True)


def _whole_path(file: FileView, store: BlobStore) -> Path:
    """Where the file's bytes lie on this machine. Raises BlobNotFound also for a file that is not whole."""
    path = store.local_path(file.blob_key)
    if path.stat().st_size != file.size_bytes:
        raise BlobNotFound(f"The blob {file.blob_key} is not whole.")
    return path


def file_headers(file: FileView) -> dict[str, str]:
    """What is told about a file whatever part of it is sent."""
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "Content-Type": file.media_type,
        "Content-Disposition": content_disposition(file.file_name),
        "ETag": f'"{file.sha256}"',
        "Last-Modified": http_date(file.modified_at),
        "Repr-Digest": f"sha-256=:{digest}:",
        "Accept-Ranges": "bytes",
        "Cache-Control": REVALIDATE,
    }


def content_disposition(file_name: str) -> str:
    """`attachment` with the name for every client: plain ASCII, and UTF-8 beside it (RFC 6266, RFC 8187)."""
    plain = _NOT_PLAIN.sub("_", file_name).lstrip("_- ") or "download"
    encoded = quote(file_name, safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def _body(opened: BinaryIO, sent: ByteRange) -> Iterator[bytes]:
    """The server's own wrapper where it is known to stop in time, otherwise a counted loop."""
    if request.environ.get("SERVER_SOFTWARE", "").startswith(_SERVERS_THAT_COUNT):
        return cast(Iterator[bytes], wrap_file(request.environ, opened, _BLOCK_BYTES))
    return _Counted(opened, sent.length)


class _Counted:
    """An iterator over the next `length` bytes of a file, closing it at the end."""

    def __init__(self, opened: BinaryIO, length: int) -> None:
        self._opened = opened
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._opened.read(min(_BLOCK_BYTES, self._left))
        if not chunk:
            self._opened.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._opened.close()
