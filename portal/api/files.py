"""The description of file downloads, which `portal.downloads` serves outside of `/api/v1`."""

from portal.api.operations import Answer, Gives, Operation, describe_outside
from portal.api.parameters import NoParameters
from portal.exports import FORMATS
from portal.limits import BudgetClass

_TYPES = tuple(sorted({made.media_type.split(";")[0] for made in FORMATS.values()} | {"application/octet-stream"}))
_HEADERS = ("ETag", "Last-Modified", "Repr-Digest", "Content-Disposition", "Accept-Ranges")


def _served_elsewhere(*_: object) -> Answer:
    """The whole file, with ranges, `ETag` and `Repr-Digest`. A format that has to be made first takes a moment; one that is
    made in the background answers 202 with the `Location` of the job."""
    raise LookupError("Files are served by portal.downloads.")


describe_outside(
    Operation(
        name="download",
        method="GET",
        prefix="",
        path="/download/<ref>/<part>.<format>",
        summary="Download a table or a file",
        description=" ".join((_served_elsewhere.__doc__ or "").split()),
        tag="downloads",
        takes=NoParameters,
        body=None,
        gives=(
            Gives(200, media_types=_TYPES, text="The file.", headers=_HEADERS),
            Gives(202, text="It is being made.", headers=("Location", "Retry-After")),
            Gives(206, media_types=_TYPES, text="The range that was asked for.", headers=(*_HEADERS, "Content-Range")),
        ),
        takes_headers=("If-None-Match", "If-Modified-Since", "Range", "If-Range"),
        permission="read_data",
        budget=BudgetClass.FILES.value,
        problems=("not-found", "gone", "grant-needed", "range-not-satisfiable"),
        is_private=False,
        view=_served_elsewhere,
    )
)
