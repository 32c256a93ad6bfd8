"""The whole public catalogue as a file: sent when it is there, made when it is small, otherwise asked for as a job."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue.commands import request_catalogue_job
from portal.catalogue.queries import find_catalogue_file, read_state
from portal.catalogue.views import ExportJobView, FileView
from portal.exports.formats import FORMATS
from portal.exports.whole_catalogue import CATALOGUE_FORMATS, spool_catalogue
from portal.http.context import parts, principal
from portal.http.files.making import file_maker
from portal.http.files.providing import foretell
from portal.http.files.sending import send_stored
from portal.http.limits import charge
from portal.kernel.errors import NotFound, Unavailable
from portal.limits import BudgetClass
from portal.storage import BlobNotFound

MAX_AT_ONCE = 2_000
"""Datasets up to which the file is made while the caller waits: about a second."""
_READ_BYTES = 2_000  # what making costs for each dataset: about what is read of the database


def provide_catalogue(format_name: str, announce: Callable[[ExportJobView], BaseResponse]) -> BaseResponse:
    """The file, or what `announce` makes of a job. It holds what is public for everybody, whoever asks.

    Raises NotFound, OverBudget, Unavailable.
    """
    if format_name not in CATALOGUE_FORMATS:
        raise NotFound(f"The catalogue is offered as {', '.join(CATALOGUE_FORMATS)}.")
    made = FORMATS[format_name]
    with parts().database.reading() as session:
        state = read_state(session)
    response = _send_if_there(format_name)
    if response is not None:
        return response
    is_job = state.dataset_count > MAX_AT_ONCE
    if request.method == "HEAD":
        return foretell(f"catalogue.{made.extension}", made.media_type, is_job=is_job)
    cost = max(1, _READ_BYTES * state.dataset_count)
    if is_job:
        with parts().database.transaction() as writing:
            job = request_catalogue_job(writing, principal(), format_name, rows_total=state.dataset_count)
            if job.is_new:
                charge(BudgetClass.EXPORTS, cost)  # refused: the job is rolled back
        parts().jobs.wake("exports")
        return announce(job)
    charge(BudgetClass.EXPORTS, cost)
    maker = file_maker(parts())
    with maker.alone(f"catalogue.{format_name}"):
        if _find(format_name) is None:
            base_url, work_dir = parts().settings.base_url, maker.work_dir
            spool_catalogue(parts().database, parts().store, format_name, base_url=base_url, work_dir=work_dir)
    response = _send_if_there(format_name)
    if response is None:  # something was taken back while it was written
        raise Unavailable("The catalogue has changed just now; ask again.", retry_after_s=1)
    return response


def _find(format_name: str) -> FileView | None:
    with parts().database.reading() as session:
        return find_catalogue_file(session, format_name, read_state(session), datetime.now(UTC))


def _send_if_there(format_name: str) -> Response | None:
    file = _find(format_name)
    if file is None:
        return None
    try:
        file = replace(file, media_type=FORMATS[format_name].media_type)
        return send_stored(file, parts().store, parts().settings)
    except BlobNotFound:
        return None
