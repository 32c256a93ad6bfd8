"""What the CKAN door serves beside its actions: dumps of rows, its version, and what tag fields ask for."""

from dataclasses import replace

from marshmallow import validate

from portal.api.operations import Gives
from portal.api.outside.ckan_actions import datastore_parameters
from portal.api.outside.telling import COMPRESSED, flag, taking, tell, text
from portal.api.path_parts import declare_part

_PLAIN = ("text/plain",)
_FILE = ("application/octet-stream",)
_FILE_HEADERS = ("ETag", "Last-Modified", "Repr-Digest", "Content-Disposition", "Accept-Ranges")
_ERRORS = tuple(
    replace(error, headers=("Access-Control-Allow-Origin",))
    for error in (
        Gives(400, media_types=_PLAIN, text="A parameter is not acceptable, or the table is too large for a dump."),
        Gives(403, media_types=_PLAIN, text="These rows are open on application."),
        Gives(404, media_types=_PLAIN, text="There is no such resource with rows."),
        Gives(405, media_types=_PLAIN, text="Only GET is offered."),
        Gives(414, media_types=_PLAIN, text="The address is too long."),
        Gives(429, media_types=_PLAIN, text="Too many requests, or too many bytes."),
        Gives(503, media_types=_PLAIN, text="Several dumps are being made just now."),
    )
)

declare_part("resource_id", "Id of the resource: `<dataset id>-<part>`.")

tell(
    "ckan_dump",
    "/datastore/dump/<resource_id>",
    summary="Download the rows of a resource as CKAN does",
    description="One file, made while you wait, in the shapes of CKAN. Whole tables are quicker at /download.",
    tag="ckan",
    takes=taking(
        "DumpParameters",
        format=text("Format of the file.", validate=validate.OneOf(["csv", "tsv", "json", "xml"])),
        bom=flag("With the mark that Excel needs."),
        **datastore_parameters(),
    ),
    gives=(
        Gives(200, media_types=_FILE, text="The file.", headers=_FILE_HEADERS),
        Gives(206, media_types=_FILE, text="The range that was asked for.", headers=(*_FILE_HEADERS, "Content-Range")),
        Gives(304, text="What you have is still right.", headers=("ETag",)),
    ),
    takes_headers=("If-None-Match", "If-Modified-Since", "Range", "If-Range"),
    errors=(
        *_ERRORS,
        Gives(
            416, media_types=_PLAIN, text="The file does not reach that far", headers=("Access-Control-Allow-Origin",)
        ),
    ),
    has_problems=False,
    is_private=True,
    permission="read_data",
    budget="files",
)
tell(
    "ckan_version",
    "/api/3",
    summary="Version of the Action API",
    description="The number 3.",
    tag="ckan",
    gives=(Gives(200, media_types=("application/json",), text="The version.", headers=COMPRESSED),),
    errors=_ERRORS[3:],
    has_problems=False,
    is_private=True,
    permission="none",
)
tell(
    "ckan_complete_tags",
    "/api/2/util/tag/autocomplete",
    summary="Suggest keywords as CKAN's forms ask for them",
    description="At most 100 names.",
    tag="ckan",
    takes=taking("TagParameters", incomplete=text("The beginning of a word.")),
    gives=(Gives(200, media_types=("application/json",), text="The names.", headers=COMPRESSED),),
    errors=_ERRORS[3:],
    has_problems=False,
    is_private=True,
)
