"""A file for whoever asks, at any door: sent when it is there, made when that is quick, otherwise a job is asked for."""

from collections.abc import Callable
from dataclasses import replace

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue.commands import request_export_job
from portal.catalogue.queries import find_file
from portal.catalogue.views import ExportJobView, FileView, Ref
from portal.exports import FORMATS
from portal.exports.formats import is_long
from portal.exports.questions import Clauses, Question, ask
from portal.http.context import parts, principal, session
from portal.http.files.making import cells_of, file_maker, is_quick
from portal.http.files.sending import content_disposition, send_stored
from portal.http.limits import charge
from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput, NotFound, Unavailable
from portal.limits import BudgetClass
from portal.storage import BlobNotFound
from portal.tables import ReadableTable, answer_schema
from portal.tables.geometry import geometry_columns

Announce = Callable[[ExportJobView], BaseResponse]
_THE_TABLE_ITSELF = "parquet"


def provide(ref: Ref, part: str, format_name: str, clauses: Clauses, announce: Announce) -> BaseResponse:
    """The file of a table, or of what it answers to the clauses; `announce` makes the answer about a job.

    Access is asked anew each time, before anything is looked for. Raises NotFound, Gone, InvalidInput, OverBudget (making
    costs the bytes that are read, sending those that are sent) and Unavailable.
    """
    if not clauses.texts:
        file = find_file(session(), principal(), ref, part, format_name)
        response = send_if_there(file, format_name) if file else None
        if response is not None:
            return response
    if format_name not in FORMATS:
        raise NotFound("The delivered file is not offered; take another format.")
    maker = file_maker(parts())
    table, pinned = maker.open_table(principal(), ref, part)
    question = ask(clauses, table.schema)
    _check_offered(table, question, format_name)
    if question:
        file = find_file(session(), principal(), pinned, part, format_name, query=question.digest)
        response = send_if_there(file, format_name) if file else None
        if response is not None:
            return response
    made = FORMATS[format_name]
    is_job = made.is_job or not is_quick(table)
    if request.method == "HEAD":
        return foretell(f"{part}.{made.extension}", made.media_type, is_job=is_job)
    if not is_job:
        charge(BudgetClass.EXPORTS, table.path.stat().st_size)
        try:
            made_file = maker.make(principal(), table, pinned, part, format_name, question)
        except Unavailable:
            if question is None:
                raise
            return announce(ask_for_job(table, pinned, part, format_name, question, is_charged=True))
        return send_stored(replace(made_file, media_type=made.media_type), parts().store, parts().settings)
    return announce(ask_for_job(table, pinned, part, format_name, question))


def ask_for_file(ref: Ref, part: str, format_name: str, clauses: Clauses) -> ExportJobView:
    """A job for the file, however quick it would be to make. Raises as `provide`."""
    table, pinned = file_maker(parts()).open_table(principal(), ref, part)
    question = ask(clauses, table.schema)
    _check_offered(table, question, format_name)
    return ask_for_job(table, pinned, part, format_name, question)


def ask_for_job(
    table: ReadableTable,
    pinned: Ref,
    part: str,
    format_name: str,
    question: Question | None,
    *,
    is_charged: bool = False,
) -> ExportJobView:
    """A job for the worker, which is woken; its cost is charged unless somebody is on it already. Raises Unavailable."""
    with parts().database.transaction() as writing:
        job = request_export_job(
            writing,
            principal(),
            pinned,
            part,
            format_name,
            query=question.digest if question else "",
            clauses=question.clauses.texts if question else None,
            is_long=is_long(cells_of(table), format_name),
        )
        if job.is_new and not is_charged:
            charge(BudgetClass.EXPORTS, table.path.stat().st_size)  # refused: the job is rolled back
    parts().jobs.wake("exports")
    return job


def send_if_there(file: FileView, format_name: str) -> Response | None:
    """The file; None when it was made from a table and the store has lost it, so that it can be made again."""
    if format_name in FORMATS:
        file = replace(file, media_type=FORMATS[format_name].media_type)
    try:
        return send_stored(file, parts().store, parts().settings)
    except BlobNotFound:
        if format_name in FORMATS and not (format_name == _THE_TABLE_ITSELF and file.blob_key.startswith("tables/")):
            return None
        raise


def _check_offered(table: ReadableTable, question: Question | None, format_name: str) -> None:
    made = FORMATS[format_name]
    schema: TableSchema = answer_schema(table.schema, question.query) if question else table.schema
    if made.is_for_layers and not geometry_columns(schema.columns):
        if geometry_columns(table.schema.columns):
            raise InvalidInput(f"{format_name} needs the geometry; select it too.", parameter="select")
        raise NotFound(f"This table has no geometry, so it is not offered as {format_name}; take csv or parquet.")


def foretell(file_name: str, media_type: str, *, is_job: bool) -> Response:
    """To HEAD, of a file that is not there: it is not made for that, so size and validators are left out."""
    response = Response(iter(()), status=202 if is_job else 200, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition(file_name)
    response.headers["Cache-Control"] = "no-store"
    return response


def starts_at_zero() -> bool:
    """Whether this is the first piece of a download: one that goes on in pieces is one use."""
    wanted = request.range
    return wanted is None or any(start == 0 for start, _ in wanted.ranges)
