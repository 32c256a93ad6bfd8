"""The route of `/download`: find the file, or have it made, and send it."""

from dataclasses import replace

import orjson
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue.commands import request_export_job
from portal.catalogue.queries import find_file
from portal.catalogue.views import ExportJobView, FileView, Ref
from portal.downloads.naming import ORIGINAL, split_file_name
from portal.exports import FORMATS
from portal.exports.offering import most_rows
from portal.http.context import language, parts, principal, session
from portal.http.data_door import open_data_door
from portal.http.files.making import file_maker, is_quick
from portal.http.files.sending import content_disposition, send_stored
from portal.http.limits import charge
from portal.http.policy import policy
from portal.http.problems import wants_page
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.kernel.errors import NotFound
from portal.limits import BudgetClass
from portal.storage import BlobNotFound
from portal.tables.geometry import geometry_columns

_POLL_S = 2
_THE_TABLE_ITSELF = "parquet"


def create_blueprint() -> Blueprint:
    """All routes of the downloads."""
    blueprint = Blueprint("downloads", __name__, url_prefix="/download")
    blueprint.add_url_rule("/<ref>/<file_name>", "file", download, methods=["GET"])
    return open_data_door(blueprint)


@policy(permission="read_data", budget="files")
def download(ref: str, file_name: str) -> BaseResponse:
    """A file of a dataset: sent when it is there, made when that is quick, otherwise announced (202)."""
    asked = parse_ref(ref)
    part, format_name = split_file_name(file_name)
    file = find_file(session(), principal(), asked, part, format_name)
    response: BaseResponse = (_send(file, format_name) if file else None) or _provide(asked, part, format_name)
    if request.method == "GET" and response.status_code in {200, 206} and _starts_at_zero():
        note_use(asked.dataset_id)
    return response


def _send(file: FileView, format_name: str) -> Response | None:
    """The file; None when it was made from a table and the store has lost it, so that it can be made again."""
    if format_name in FORMATS:
        file = replace(file, media_type=FORMATS[format_name].media_type)
    try:
        return send_stored(file, parts().store, parts().settings)
    except BlobNotFound:
        if format_name in FORMATS and format_name != _THE_TABLE_ITSELF:
            return None
        raise


def _provide(asked: Ref, part: str, format_name: str) -> BaseResponse:
    if format_name == ORIGINAL:
        raise NotFound("The delivered file is not offered; take another format.")
    maker = file_maker(parts())
    table, pinned = maker.open_table(principal(), asked, part)
    made = FORMATS[format_name]
    if made.is_for_layers and not geometry_columns(table.schema.columns):
        raise NotFound(f"This table has no geometry, so it is not offered as {format_name}; take csv or parquet.")
    most = most_rows(format_name, parts().settings)
    if most is not None and table.row_count > most:
        raise NotFound(
            f"This table has {table.row_count:,} rows, and {format_name} is offered up to {most:,}; take csv or parquet."
        )
    is_job = made.is_job or not is_quick(table)
    if request.method == "HEAD":
        return _announce(f"{part}.{made.extension}", made.media_type, is_job=is_job)
    charge(BudgetClass.EXPORTS, table.path.stat().st_size)
    if not is_job:
        made_file = maker.make(principal(), table, pinned, part, format_name)
        return send_stored(replace(made_file, media_type=made.media_type), parts().store, parts().settings)
    return _queue(pinned, part, format_name)


def _announce(file_name: str, media_type: str, *, is_job: bool) -> Response:
    """To HEAD, of a file that is not there: it is not made for that, so size and validators are left out."""
    response = Response(iter(()), status=202 if is_job else 200, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition(file_name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _queue(pinned: Ref, part: str, format_name: str) -> BaseResponse:
    with parts().database.transaction() as writing:
        job = request_export_job(writing, principal(), pinned, part, format_name)
    parts().jobs.wake("exports")
    if wants_page():
        return redirect(f"/{language()}/job/{job.id}", code=303)
    return _waiting(job)


def _waiting(job: ExportJobView) -> Response:
    status_url = f"{parts().settings.base_url}/api/v1/exports/{job.id}"
    body = {
        "id": job.id,
        "state": job.state,
        "rows_done": job.rows_done,
        "rows_total": job.rows_total,
        "status": status_url,
        "detail": "The file is being made. Ask `status` how far it is, or ask this address again in a while.",
    }
    response = Response(orjson.dumps(body), status=202, content_type="application/json")
    response.headers["Location"] = status_url
    response.headers["Retry-After"] = str(_POLL_S)
    response.headers["Cache-Control"] = "no-store"
    return response


def _starts_at_zero() -> bool:
    """A download that goes on in pieces is one use, counted at its first piece."""
    wanted = request.range
    return wanted is None or any(start == 0 for start, _ in wanted.ranges)
