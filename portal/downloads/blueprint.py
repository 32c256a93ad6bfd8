"""The route of `/download`: a part in a format, whole, or the rows of it that a query asks for."""

from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.catalogue.views import ExportJobView
from portal.downloads.naming import split_file_name
from portal.exports.questions import Clauses
from portal.http.context import language, parts
from portal.http.data_door import open_data_door
from portal.http.files.providing import provide, starts_at_zero
from portal.http.locale import language_of_path
from portal.http.parameters import refuse_unknown
from portal.http.policy import policy
from portal.http.problems import wants_page
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.kernel.errors import InvalidInput

_POLL_S = 2
_MAX_CLAUSE = 8_000


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
    response = provide(asked, part, format_name, _clauses(), _announce)
    if request.method == "GET" and response.status_code in {200, 206} and starts_at_zero():
        note_use(asked.dataset_id)
    return response


def _clauses() -> Clauses:
    """The clauses in the address. Raises InvalidInput, also for a name that is no clause."""
    refuse_unknown(Clauses.__slots__)
    texts = {name: request.args.get(name, "") for name in Clauses.__slots__}
    for name, text in texts.items():
        if len(text) > _MAX_CLAUSE or "\x00" in text:
            raise InvalidInput(f"{name} takes at most {_MAX_CLAUSE} characters, and no NUL.", parameter=name)
    return Clauses.of(texts)


def _announce(job: ExportJobView) -> BaseResponse:
    if wants_page():
        spoken = language_of_path(urlsplit(request.referrer or "").path) or language()  # as on the page it was asked on
        return redirect(f"/{spoken}/job/{job.id}", code=303)
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
