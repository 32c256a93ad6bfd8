"""File downloads, which `portal.downloads` serves."""

from marshmallow import Schema, fields

from portal.api.export_parameters import ExportParameters
from portal.api.fields import string, whole
from portal.api.operations import Gives
from portal.api.outside.telling import tell
from portal.exports import FORMATS

_TYPES = tuple(sorted({made.media_type.split(";")[0] for made in FORMATS.values()} | {"application/octet-stream"}))
_HEADERS = ("ETag", "Last-Modified", "Repr-Digest", "Content-Disposition", "Accept-Ranges")


class FileBeingMade(Schema):
    """A file that is being made."""

    id = string("Id of the job.")
    state = string("waiting, running, done, failed, cancelled, or expired: done, and let go of since.")
    rows_done = whole("Rows written so far.")
    rows_total = whole("Rows in all; 0 while that is not known.")
    status = string("Address that tells how far it is.")
    detail = fields.String(required=True, metadata={"description": "The same in words."})


tell(
    "download",
    "/download/<ref>/<part>.<format>",
    summary="Download a table or a file",
    description=(
        "The whole file, with ranges, `ETag` and `Repr-Digest`; with clauses the rows that they ask for. A format that has "
        "to be made first takes a moment; one that is made in the background answers 202 with the `Location` of the job."
    ),
    tag="downloads",
    takes=ExportParameters,
    gives=(
        Gives(200, media_types=_TYPES, text="The file.", headers=_HEADERS),
        Gives(202, FileBeingMade, text="It is being made.", headers=("Location", "Retry-After")),
        Gives(206, media_types=_TYPES, text="The range that was asked for.", headers=(*_HEADERS, "Content-Range")),
    ),
    takes_headers=("If-None-Match", "If-Modified-Since", "Range", "If-Range"),
    permission="read_data",
    budget="files",
    problems=("not-found", "gone", "grant-needed", "range-not-satisfiable"),
)
