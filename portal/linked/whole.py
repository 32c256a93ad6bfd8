"""Documents of the whole catalogue in one piece: `data.json`, and the catalogue of data packages.

Such a document is written in batches into a file that has no name, and kept open until the catalogue changes: it takes little
memory however many datasets there are, and nothing of what was withdrawn stays on a disk where somebody could find it.
"""

import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import orjson
from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session
from werkzeug.wsgi import wrap_file

from portal.catalogue import queries
from portal.catalogue.views import DatasetView
from portal.exports.metadata import data_json, frictionless
from portal.exports.metadata.site import Site
from portal.http.conditional import conditional, content_etag
from portal.http.context import parts, session
from portal.http.policy import policy
from portal.kernel.errors import Unavailable
from portal.kernel.principal import ANONYMOUS
from portal.linked.answering import this_site

_BATCH = 200
_WAIT_S = 60.0
_EXTENSION = "portal.linked.whole"


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/data.json", view_func=show_data_json)
    blueprint.add_url_rule("/datacatalog.json", view_func=show_package_catalogue)


@policy(permission="read_catalogue", budget="catalogue")
def show_data_json() -> Response:
    """DCAT-US: every dataset in one document."""
    return _send("data.json", _write_data_json)


@policy(permission="read_catalogue", budget="catalogue")
def show_package_catalogue() -> Response:
    """Every dataset as a data package, with its descriptor."""
    return _send("datacatalog.json", _write_packages)


def _write_data_json(reading: Session, site: Site) -> Iterator[bytes]:
    yield from _listed(
        data_json.describe_head(site),
        "dataset",
        (orjson.dumps(data_json.describe_entry(view, site)) for view in _walk(reading)),
    )


def _write_packages(reading: Session, site: Site) -> Iterator[bytes]:
    yield from _listed(
        {"name": "catalog", "title": site.name.zh.value if site.name.zh else "catalog"},
        "datasets",
        (orjson.dumps(frictionless.describe_member(view, site)) for view in _walk(reading)),
    )


def _listed(head: Mapping[str, object], member: str, items: Iterator[bytes]) -> Iterator[bytes]:
    """A JSON object with one long array at its end, piece by piece."""
    yield orjson.dumps(head)[:-1] + b',"' + member.encode() + b'":[\n'
    for number, item in enumerate(items):
        yield (b",\n" if number else b"") + item
    yield b"\n]}\n"


def _walk(reading: Session) -> Iterator[DatasetView]:
    """All datasets in the order of their ids, as anybody sees them: the document is the same for all."""
    after = ""
    while ids := queries.list_ids(reading, ANONYMOUS, after_id=after, limit=_BATCH):
        yield from queries.describe_datasets(reading, ANONYMOUS, ids)
        after = ids[-1]


class _Document:
    """A document in a file without a name, which goes with the last who holds this."""

    def __init__(self, etag: str, pieces: Iterator[bytes]) -> None:
        directory = parts().settings.var_dir / "spool"
        directory.mkdir(parents=True, exist_ok=True)
        self.etag = etag
        with tempfile.TemporaryFile(dir=directory) as file:
            for piece in pieces:
                file.write(piece)
            self.size_bytes = file.tell()
            file.flush()
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)

    def open(self) -> IO[bytes]:
        """The document from its beginning, with a position of its own."""
        return Path(f"/proc/self/fd/{self._descriptor}").open("rb")


class _Documents:
    """The whole documents of one process; each is made once for a state of the catalogue."""

    def __init__(self) -> None:
        self._made: dict[str, _Document] = {}
        self._lock = threading.Lock()

    def open(self, name: str, etag: str, write: Callable[[], Iterator[bytes]]) -> tuple[IO[bytes], int]:
        """The document, and its size. Raises Unavailable."""
        if not self._lock.acquire(timeout=_WAIT_S):
            raise Unavailable("This document is being written.", retry_after_s=10)
        try:
            found = self._made.get(name)
            if found is None or found.etag != etag:
                found = self._made[name] = _Document(etag, write())
            return found.open(), found.size_bytes
        finally:
            self._lock.release()


def _send(name: str, write: Callable[[Session, Site], Iterator[bytes]]) -> Response:
    site = this_site()
    etag = content_etag(name, repr(site), queries.stamp_catalogue(session(), ANONYMOUS))
    response = conditional(Response(content_type="application/json"), etag=etag)
    if response.status_code != 200:
        return response
    opened, size = _documents().open(name, etag, lambda: write(session(), site))
    response.response = wrap_file(request.environ, opened, buffer_size=256 * 1024)
    response.direct_passthrough = True
    response.headers["Content-Length"] = str(size)
    return response


def _documents() -> _Documents:
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, _Documents):
        found = current_app.extensions[_EXTENSION] = _Documents()
    return found
