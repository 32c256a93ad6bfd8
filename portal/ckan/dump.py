"""`/datastore/dump/<resource>`: the rows of a resource as one file, as CKAN's pages link it.

The file is made whole in a directory of its own and sent from there; nothing of it is kept. What is too much to make while
somebody waits is refused with the addresses that give it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from flask import Response, request
from werkzeug.wsgi import wrap_file

from portal.ckan.actions import Call
from portal.ckan.datastore.asking import MAX_LIMIT, SearchRequest, as_flag, as_natural, read_search
from portal.ckan.datastore.dump_files import DELIMITERS, FORMATS, header, write_dump
from portal.ckan.datastore.dump_lines import are_flat, write_lines
from portal.ckan.datastore.dumping import all_batches, all_rows, rows_at_most
from portal.ckan.datastore.fields import with_row_numbers
from portal.ckan.datastore.resources import Resource, open_resource
from portal.ckan.datastore.search import Reading, read_against, with_ranks
from portal.ckan.errors import ActionError, ActionNotFound
from portal.http.context import parts, principal, session
from portal.http.limits import charge, leave_places, occupy
from portal.http.policy import policy
from portal.http.uses import note_use
from portal.kernel.errors import GrantNeeded, Unavailable
from portal.limits import BudgetClass
from portal.storage.workdirs import work_dir
from portal.tables import RowQuery

MAX_CELLS: Final = {"csv": 20_000_000, "tsv": 20_000_000, "json": 2_000_000, "xml": 1_000_000}
"""Rows times columns that are made while somebody waits: three to seven seconds of a core."""

MAX_INSIDE: Final = 2
_SEARCH: Final = ("filters", "q", "distinct", "plain", "language", "fields", "sort")
_BLOCK_BYTES = 256 * 1024
_RETRY_AFTER_S = 5
_inside = threading.BoundedSemaphore(MAX_INSIDE)


@policy(permission="read_data", budget="files")
def dump(resource_id: str) -> Response:
    """The rows as csv, tsv, json or xml (`format`), with `bom`, and with the parameters of `datastore_search`."""
    asked = request.args.to_dict()
    try:
        format_name = asked.get("format") or "csv"
        if format_name not in FORMATS:
            return _plain(f"format: Value must be one of {list(FORMATS)}", 400)
        call = Call(asked, principal(), session(), parts(), datetime.now(UTC))
        search = _search(resource_id, asked)
        limit = as_natural("limit", asked["limit"]) if asked.get("limit") else None
        resource = open_resource(call, resource_id)
        if request.method == "HEAD":
            return _headed(Response(), resource_id, format_name)
        return _made(resource, search, format_name, limit, is_marked=as_flag("bom", asked.get("bom", "")))
    except GrantNeeded as error:
        return _plain(str(error), 403)
    except ActionNotFound:
        return _plain("DataStore resource not found", 404)
    except ActionError as error:
        return _plain("\n".join(f"{name}: {_told(said)}" for name, said in error.fields.items() if name != "info"), 400)


def _search(resource_id: str, asked: dict[str, str]) -> SearchRequest:
    given: dict[str, object] = {name: asked[name] for name in _SEARCH if asked.get(name)}
    given |= {"resource_id": resource_id, "offset": asked.get("offset") or 0}
    if "sort" not in given and not as_flag("distinct", asked.get("distinct", "")):
        given["sort"] = "_id"
    return read_search(given)


def _made(
    resource: Resource, search: SearchRequest, format_name: str, limit: int | None, *, is_marked: bool
) -> Response:
    reading = read_against(search, resource)
    rows = resource.table.row_count if limit is None else min(limit, resource.table.row_count)
    most = MAX_CELLS[format_name] // len(reading.names)
    if rows > most and reading.asked.where is not None:
        rows = min(rows, parts().rows.count(with_row_numbers(resource.table), RowQuery(where=reading.asked.where)))
    if rows > most:
        return _plain(_too_much(resource, rows), 400)
    charge(BudgetClass.EXPORTS, resource.table.path.stat().st_size)
    occupy(BudgetClass.EXPORTS)
    with _place(), work_dir(parts().settings.var_dir / "spool") as directory:
        path = directory / f"dump.{FORMATS[format_name].extension}"
        with path.open("wb") as file:
            for piece in _pieces(resource, reading, format_name, limit, directory, is_marked=is_marked):
                file.write(piece)
        size = path.stat().st_size
        charge(BudgetClass.EXPORTS, size)
        opened = path.open("rb")  # stays readable when the directory goes
    leave_places()
    note_use(resource.ref.dataset_id)
    response = Response(_sent(opened), direct_passthrough=True)
    response.headers["Content-Length"] = str(size)
    return _headed(response, resource.id, format_name)


def _pieces(
    resource: Resource, reading: Reading, format_name: str, limit: int | None, directory: Path, *, is_marked: bool
) -> Iterator[bytes]:
    """The file's bytes. Long csv and tsv are made column by column, everything else row by row."""
    engine, asked = parts().rows, reading.asked
    shown = [resource.fields[name] for name in reading.names if name in resource.fields]
    delimiter = DELIMITERS.get(format_name)
    is_long = rows_at_most(resource, asked, limit) > MAX_LIMIT
    if delimiter and is_long and len(shown) == len(reading.names) and are_flat(shown):
        yield header(reading.names, delimiter, bom=is_marked)
        with all_batches(engine, resource, asked, limit, directory) as batches:
            yield from write_lines(shown, batches, delimiter)
        return
    fields = [
        resource.fields[n].as_json() if n in resource.fields else {"id": n, "type": "float"} for n in reading.names
    ]
    with all_rows(engine, resource, asked, limit, directory) as chunks:
        ranked = (with_ranks(reading, chunk) for chunk in chunks)
        yield from write_dump(format_name, fields, ranked, bom=is_marked)


def _sent(opened: BinaryIO) -> Iterator[bytes]:
    """The server's own wrapper sends the file from outside the request's thread."""
    return cast(Iterator[bytes], wrap_file(request.environ, opened, _BLOCK_BYTES))


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places for dumps in this process."""
    if not _inside.acquire(blocking=False):
        raise Unavailable("Several dumps are being made just now; yours is next.", retry_after_s=_RETRY_AFTER_S)
    try:
        yield
    finally:
        _inside.release()


def _headed(response: Response, name: str, format_name: str) -> Response:
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{FORMATS[format_name].extension}"'
    response.headers["Cache-Control"] = "no-cache"
    return response


def _too_much(resource: Resource, rows: int) -> str:
    base = parts().settings.base_url.rstrip("/")
    return (
        f"limit: {rows} rows are too many for a dump. The whole table is at {base}/download/{resource.ref}/{resource.part}.csv; "
        "or take fewer rows with limit and offset, or fewer columns with fields."
    )


def _plain(text: str, status: int) -> Response:
    response = Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(said: object) -> str:
    return " ".join(str(item) for item in said) if isinstance(said, list) else str(said)
