"""Files that are being made in the background."""

from portal.api.addresses import links
from portal.api.answers import ExportAnswer
from portal.api.operations import Answer, operation
from portal.catalogue.queries import get_export_job
from portal.http.context import principal, session

_POLL_S = 2


@operation(
    "/exports/<job_id>",
    summary="See how far a file is",
    tag="downloads",
    gives=ExportAnswer,
    permission="read_data",
    problems=("not-found", "gone", "grant-needed"),
)
def get_export(_nothing: None, job_id: str) -> Answer:
    """The state of a file that a download address answered 202 for. Once it is `done`, `file` has its address; asking the
    download address again gives the file as well."""
    job = get_export_job(session(), principal(), job_id)
    ref = f"{job.dataset_id}@v{job.version_number}"
    is_open = job.state in {"waiting", "running"}
    return Answer(
        {
            "id": job.id,
            "ref": ref,
            "part": job.part,
            "format": job.format,
            "state": job.state,
            "rows_done": job.rows_done,
            "rows_total": job.rows_total,
            "error": job.error or None,
            "file": links().download(ref, job.part, job.format) if job.state == "done" else None,
            "links": {"self": f"{links().api}/exports/{job.id}"},
        },
        headers={"Retry-After": str(_POLL_S)} if is_open else {},
    )
