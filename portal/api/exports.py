"""Files of queries: asked for with the clauses of rows, made at once or in the background, sent with ranges."""

from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from portal.api.addresses import links
from portal.api.answers import ExportAnswer
from portal.api.export_parameters import ExportBody, ExportParameters, Wanted
from portal.api.operations import Answer, Gives, operation
from portal.api.path_parts import declare_part
from portal.api.serving import respond
from portal.catalogue.commands import cancel_export_job
from portal.catalogue.queries import find_file, get_export_job
from portal.catalogue.views import ExportJobView
from portal.exports import FORMATS
from portal.exports.questions import Clauses
from portal.http.context import parts, principal, session
from portal.http.files.providing import ask_for_file, provide, send_if_there, starts_at_zero
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.kernel.errors import Gone, NotFound

_POLL_S = 2
_TYPES = tuple(sorted({made.media_type.split(";")[0] for made in FORMATS.values()}))
_FILE = ("ETag", "Last-Modified", "Repr-Digest", "Content-Disposition", "Accept-Ranges")
_WHOLE = Gives(200, media_types=_TYPES, text="The file.", headers=_FILE)
_RANGE = Gives(206, media_types=_TYPES, text="The range that was asked for.", headers=(*_FILE, "Content-Range"))
_JOB = Gives(202, schema=ExportAnswer, text="It is being made.", headers=("Location", "Retry-After"))
FILE_GIVES = (_WHOLE, _RANGE, _JOB)
PARTIAL = ("If-None-Match", "If-Modified-Since", "Range", "If-Range")

declare_part("made_format", "Name of a format.", values=tuple(FORMATS))


@operation(
    "/datasets/<ref>/tables/<part>/export.<made_format>",
    summary="Download the rows that a query asks for",
    tag="downloads",
    takes=ExportParameters,
    gives=FILE_GIVES,
    takes_headers=PARTIAL,
    permission="read_data",
    budget="files",
    problems=("not-found", "gone", "grant-needed", "range-not-satisfiable", "over-budget"),
)
def export_rows(clauses: Clauses, ref: str, part: str, made_format: str) -> BaseResponse:
    """Every row that matches, without a limit of rows, as a file with `ETag`, ranges and digest. The clauses are those of
    rows. What is quick to make is sent at once; what is not is made in the background: the answer is 202 with the `Location`
    of the job, and the same address gives the file when it is done. The same question is made once, whoever asks. Charged in
    bytes: those of the table when a file has to be made, and those that are sent."""
    asked = parse_ref(ref)
    if made_format not in FORMATS:
        raise NotFound(f"There is no format {made_format[:20]!r}; there are {', '.join(FORMATS)}.")
    response = provide(asked, part, made_format, clauses, announce_job)
    if request.method == "GET" and response.status_code in {200, 206} and starts_at_zero():
        note_use(asked.dataset_id)
    return response


@operation(
    "/datasets/<ref>/tables/<part>/exports",
    method="POST",
    summary="Have a file of a query made in the background",
    tag="downloads",
    body=ExportBody,
    gives=(Gives(200, schema=ExportAnswer, text="It is there already."), _JOB),
    permission="read_data",
    budget="files",
    problems=("not-found", "gone", "grant-needed", "over-budget"),
)
def create_export(_nothing: None, wanted: Wanted, ref: str, part: str) -> BaseResponse:
    """The same for a program that would rather wait for a job, or whose clauses are too long for an address."""
    return announce_job(ask_for_file(parse_ref(ref), part, wanted.format, wanted.clauses))


@operation(
    "/exports/<job_id>",
    summary="See how far a file is",
    tag="downloads",
    gives=Gives(200, schema=ExportAnswer, headers=("Retry-After",)),
    permission="read_data",
    problems=("not-found", "gone", "grant-needed"),
)
def get_export(_nothing: None, job_id: str) -> Answer:
    """The state of a file that an address answered 202 for. Once it is `done`, `file` has its address; asking the address
    that answered 202 again gives the file as well. The file of a query is kept for 24 hours."""
    job = get_export_job(session(), principal(), job_id)
    return Answer(_job_json(job), headers={"Retry-After": str(_POLL_S)} if job.is_open else {})


@operation(
    "/exports/<job_id>/file",
    summary="Download the file of a job",
    tag="downloads",
    gives=FILE_GIVES,
    takes_headers=PARTIAL,
    permission="read_data",
    budget="files",
    problems=("not-found", "gone", "grant-needed", "range-not-satisfiable", "over-budget"),
)
def get_export_file(_nothing: None, job_id: str) -> BaseResponse:
    """The file once it is done; 202 before, 410 when it was let go of: ask for it anew then."""
    job = get_export_job(session(), principal(), job_id)
    if job.is_open:
        return announce_job(job)
    if job.dataset_id is None:
        raise NotFound("The file of the catalogue is at /api/v1/catalogue.")
    if job.state in {"failed", "cancelled"}:
        said = "was cancelled" if job.state == "cancelled" else f"failed: {job.error}"
        raise NotFound(f"There is no file, for the job {said.rstrip('.')}. Ask for the export again.")
    file = find_file(session(), principal(), job.ref, job.part, job.format, query=job.query)
    response = send_if_there(file, job.format) if file else None
    if response is None:
        raise Gone(
            "The file was kept for a while and is not kept any more; ask for the export again, by the address or the clauses "
            "that it was asked for with: `clauses` of the job has them."
        )
    return response


@operation(
    "/exports/<job_id>",
    method="DELETE",
    summary="Cancel a job",
    tag="downloads",
    gives=Gives(204, text="It is cancelled, or had ended."),
    permission="read_data",
    problems=("not-found", "gone", "grant-needed", "invalid-parameter"),
)
def cancel_export(_nothing: None, job_id: str) -> Answer:
    """Whoever asked for a file can let it be, unless others wait for the same one."""
    with parts().database.transaction() as writing:
        cancel_export_job(writing, principal(), job_id)
    return Answer(None, status=204)


def announce_job(job: ExportJobView) -> Response:
    """202 with the job, 200 when its file is there already."""
    status = f"{links().api}/exports/{job.id}"
    headers = {"Location": status, "Retry-After": str(_POLL_S), "Cache-Control": "no-store"}
    answer = respond(Answer(_job_json(job), status=202 if job.is_open else 200, headers=headers), is_private=True)
    assert isinstance(answer, Response), "an answer of ours"
    return answer


def _job_json(job: ExportJobView) -> dict[str, object]:
    return {
        "id": job.id,
        "ref": str(job.ref) if job.dataset_id else None,
        "part": job.part,
        "format": job.format,
        "clauses": dict(job.clauses),
        "state": job.state,
        "rows_done": job.rows_done,
        "rows_total": job.rows_total,
        "share_done": None if job.share_done is None else round(job.share_done, 3),
        "bytes_done": job.bytes_done,
        "error": job.error or None,
        "file": _file_address(job) if job.state == "done" else None,
        "kept_until": job.kept_until,
        "links": {"self": f"{links().api}/exports/{job.id}"},
    }


def _file_address(job: ExportJobView) -> str:
    if job.dataset_id is None:
        return f"{links().api}/catalogue.{quote(job.format)}"
    if job.query:
        return f"{links().api}/exports/{job.id}/file"
    return links().download(str(job.ref), job.part, job.format)
