"""The whole public catalogue as one file."""

from werkzeug.wrappers import Response as BaseResponse

from portal.api.exports import FILE_GIVES, PARTIAL, announce_job
from portal.api.operations import operation
from portal.api.path_parts import declare_part
from portal.exports.whole_catalogue import CATALOGUE_FORMATS
from portal.http.files.whole_catalogue import provide_catalogue

declare_part("catalogue_format", "Name of a format.", values=CATALOGUE_FORMATS)


@operation(
    "/catalogue.<catalogue_format>",
    summary="Download the whole catalogue",
    tag="datasets",
    gives=FILE_GIVES,
    takes_headers=PARTIAL,
    budget="files",
    problems=("not-found", "range-not-satisfiable", "over-budget"),
)
def export_catalogue(_nothing: None, catalogue_format: str) -> BaseResponse:
    """Every public dataset, also those whose rows need a grant, with its texts in both languages: a line each. JSON Lines also
    have the parts and the names of their columns. New datasets may be missing for ten minutes; what was taken back is never
    in it. A large catalogue is written in the background: the answer is 202 with the `Location` of the job."""
    return provide_catalogue(catalogue_format, announce_job)
