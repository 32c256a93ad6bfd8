"""Sending a stored file: validators, digest, name and range; the bytes by nginx, or by the server's own file wrapper.

Its bytes are charged here, whatever door sends it, before the first one goes: those of the range that is sent, else all.
What tells no bytes (HEAD, 304, 416) costs none.

A Python loop over the bytes would hold a thread for as long as the slowest client takes. `wsgi.file_wrapper` with a
`Content-Length` lets waitress send from its event loop and gunicorn by `sendfile`.
"""

import base64
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

import structlog
from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import http_date, is_resource_modified
from werkzeug.wsgi import wrap_file

from portal.catalogue.commands import note_sent
from portal.catalogue.views import FileView
from portal.http.conditional import REVALIDATE
from portal.http.context import parts
from portal.http.files.ranges import ByteRange, wanted_range
from portal.http.limits import charge
from portal.limits import BudgetClass
from portal.settings import Settings
from portal.storage import BlobNotFound, BlobStore

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._() -]+")
_NOTED = "portal.files.noted"
_NOTE_AGAIN_S = 300.0
_MOST_NOTED = 10_000
_log = structlog.get_logger(__name__)
_PRIVATE = "private, no-cache"
_BLOCK_BYTES = 256 * 1024
_PLAIN_RANGE = re.compile(r"bytes=(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})", re.ASCII)
_SERVERS_THAT_COUNT = ("waitress", "gunicorn")  # their file wrappers stop at Content-Length


def send_stored(file: FileView, store: BlobStore, settings: Settings) -> Response:
    """The file, a range of it, or 304. Raises OverBudget, RequestedRangeNotSatisfiable, BlobNotFound, StorageError."""
    headers = file_headers(file)
    environ = request.environ
    if not is_resource_modified(environ, etag=headers["ETag"], last_modified=file.modified_at, ignore_if_range=True):
        kept = ("ETag", "Last-Modified", "Cache-Control")
        return Response(status=304, headers={name: headers[name] for name in kept})
    path = _whole_path(file, store)
    wanted = None
    if request.method == "GET":
        wanted = wanted_range(
            request.headers.get("Range"),
            request.headers.get("If-Range"),
            size_bytes=file.size_bytes,
            etag=file.sha256,
            modified_at=file.modified_at,
        )
    if settings.accel_prefix:
        _charge(file.size_bytes if wanted is None or not _nginx_reads_the_same(headers["ETag"]) else wanted.length)
        _note_sent(file)
        headers["X-Accel-Redirect"] = settings.accel_prefix + quote(file.blob_key)
        return Response(headers=headers)
    sent = wanted or ByteRange(0, file.size_bytes)
    headers["Content-Length"] = str(sent.length)
    if wanted:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{file.size_bytes}"
    if request.method == "HEAD":
        return Response(headers=headers)
    _charge(sent.length)
    _note_sent(file)
    opened = path.open("rb")
    opened.seek(sent.start)
    return Response(_body(opened, sent), status=206 if wanted else 200, headers=headers, direct_passthrough=True)


def _charge(size_bytes: int) -> None:
    if request.method == "GET" and size_bytes:
        charge(BudgetClass.EXPORTS, size_bytes, is_scoped=False)  # the scope of a key is about making files


def _note_sent(file: FileView) -> None:
    """Remember that a made file is read, at most once in a while for each: what nobody reads is let go of first."""
    if request.method != "GET" or not file.blob_key.startswith("spool/"):
        return
    noted: dict[str, float] = current_app.extensions.setdefault(_NOTED, {})
    now = time.monotonic()
    if now - noted.get(file.blob_key, -_NOTE_AGAIN_S) < _NOTE_AGAIN_S:
        return
    if len(noted) >= _MOST_NOTED:
        noted.clear()
    noted[file.blob_key] = now
    try:
        with parts().database.transaction() as writing:
            note_sent(writing, file.blob_key, datetime.now(UTC))
    except SQLAlchemyError as error:  # a busy database; the file is sent all the same
        _log.warning("sending_not_noted", why=type(error).__name__)


def _nginx_reads_the_same(etag: str) -> bool:
    """Whether nginx, which reads the headers again by itself, is sure to send the one range that we have read.

    Otherwise the whole is charged: a header that the two read differently would else buy a file for a byte.
    """
    if_range = request.headers.get("If-Range")
    return bool(_PLAIN_RANGE.fullmatch(request.headers.get("Range", ""))) and if_range in {None, etag}


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
        "Cache-Control": _PRIVATE if file.is_private else REVALIDATE,
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
        chunk = b"" if self._opened.closed else self._opened.read(min(_BLOCK_BYTES, self._left))
        if not chunk:
            self._opened.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._opened.close()
