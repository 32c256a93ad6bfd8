"""`/datastore/dump/<resource>`: the rows of a resource as one file, as CKAN's pages link it.

The file is made once and kept in the spool of its version, like any export: it is sent with validators, ranges and digest, so
that a download can be resumed, and goes when the version goes. What is too much to make while somebody waits is refused
with the addresses that give it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Response, request

from portal.catalogue.commands import record_spooled_file
from portal.catalogue.queries import find_file
from portal.catalogue.views import FileView
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
from portal.http.files.making import file_maker
from portal.http.files.providing import starts_at_zero
from portal.http.files.sending import send_stored
from portal.http.limits import charge
from portal.http.policy import policy
from portal.http.uses import note_use
from portal.kernel.digests import file_digest, value_digest
from portal.kernel.errors import Gone, GrantNeeded, NotFound
from portal.limits import BudgetClass
from portal.storage import BlobNotFound, blob_key
from portal.storage.workdirs import work_dir
from portal.tables import RowQuery

MAX_CELLS: Final = {"csv": 20_000_000, "tsv": 20_000_000, "json": 2_000_000, "xml": 1_000_000}
"""Rows times columns that are made while somebody waits: three to seven seconds of a core."""

_SEARCH: Final = ("filters", "q", "distinct", "plain", "language", "fields", "sort")


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
        return _answered(resource, search, format_name, limit, is_marked=as_flag("bom", asked.get("bom", "")))
    except GrantNeeded as error:
        return _plain(str(error), 403)
    except (ActionNotFound, Gone, NotFound):
        return _plain("DataStore resource not found", 404)
    except ActionError as error:
        return _plain("\n".join(f"{name}: {_told(said)}" for name, said in error.fields.items() if name != "info"), 400)


def _search(resource_id: str, asked: dict[str, str]) -> SearchRequest:
    given: dict[str, object] = {name: asked[name] for name in _SEARCH if asked.get(name)}
    given |= {"resource_id": resource_id, "offset": asked.get("offset") or 0}
    if "sort" not in given and not as_flag("distinct", asked.get("distinct", "")):
        given["sort"] = "_id"
    return read_search(given)


def _answered(
    resource: Resource, search: SearchRequest, format_name: str, limit: int | None, *, is_marked: bool
) -> Response:
    """The file as it is kept, else made now. To HEAD, of one that is not there, nothing is told of its size."""
    reading = read_against(search, resource)
    query = _digest(resource, search, limit, is_marked=is_marked)
    if (kept := _kept(resource, format_name, query)) is None:
        if request.method == "HEAD":
            return _headed(Response(iter(())), resource.id, format_name)
        if (rows := _rows_beyond(resource, reading, format_name, limit)) is not None:
            return _plain(_too_much(resource, rows), 400)
        charge(BudgetClass.EXPORTS, resource.table.path.stat().st_size)
        with file_maker(parts()).alone(f"{resource.ref}/{resource.part} dump {format_name} {query}"):
            kept = _kept(resource, format_name, query)
            if kept is None:
                _make(resource, reading, format_name, limit, query, is_marked=is_marked)
                kept = _kept(resource, format_name, query)
    if kept is None:
        return _plain("DataStore resource not found", 404)
    if starts_at_zero():
        note_use(resource.ref.dataset_id)
    return _headed(send_stored(kept, parts().store, parts().settings), resource.id, format_name)


def _digest(resource: Resource, search: SearchRequest, limit: int | None, *, is_marked: bool) -> str:
    """What the file's bytes depend on besides version and format: everything that was asked."""
    asked = {name: value for name, value in search.echo.items() if name not in {"limit", "records_format"}}
    told = [field.as_json() for field in resource.fields.values()]
    return value_digest(asked | {"fields": search.fields, "rows": limit, "bom": is_marked, "told": told})


def _kept(resource: Resource, format_name: str, query: str) -> FileView | None:
    """The file that an earlier request left in the spool, if it is whole."""
    with parts().database.reading() as reading:
        found = find_file(reading, principal(), resource.ref, resource.part, f"dump.{format_name}", query=query)
    try:
        is_whole = found is not None and parts().store.size_bytes(found.blob_key) == found.size_bytes
    except BlobNotFound:
        return None
    return found if is_whole else None


def _rows_beyond(resource: Resource, reading: Reading, format_name: str, limit: int | None) -> int | None:
    """How many rows the file would have, when these are more than are made while somebody waits."""
    rows = resource.table.row_count if limit is None else min(limit, resource.table.row_count)
    most = MAX_CELLS[format_name] // len(reading.names)
    if rows > most and reading.asked.where is not None:
        rows = min(rows, parts().rows.count(with_row_numbers(resource.table), RowQuery(where=reading.asked.where)))
    return rows if rows > most else None


def _make(
    resource: Resource, reading: Reading, format_name: str, limit: int | None, query: str, *, is_marked: bool
) -> None:
    """Write the file, and leave it in the spool of its version, which a withdrawal empties."""
    with work_dir(parts().settings.var_dir / "spool") as directory:
        path = directory / f"dump.{FORMATS[format_name].extension}"
        with path.open("wb") as file:
            for piece in _pieces(resource, reading, format_name, limit, directory, is_marked=is_marked):
                file.write(piece)
        size, sha256 = path.stat().st_size, file_digest(path)
        key = blob_key("spool", sha256, FORMATS[format_name].extension)
        was_there = parts().store.exists(key)
        parts().store.give_file(key, path)
    try:
        with parts().database.transaction() as writing:
            record_spooled_file(
                writing,
                dataset_id=resource.ref.dataset_id,
                version_number=resource.ref.version or 0,
                part=resource.part,
                format=f"dump.{format_name}",
                query=query,
                blob_key=key,
                sha256=sha256,
                size_bytes=size,
                now=datetime.now(UTC),
            )
    except (Gone, NotFound):
        if not was_there:
            parts().store.delete(key)
        raise


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


def _headed(response: Response, name: str, format_name: str) -> Response:
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{FORMATS[format_name].extension}"'
    response.headers.setdefault("Cache-Control", "no-cache")
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
