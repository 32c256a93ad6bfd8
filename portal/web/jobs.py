"""Files that take a while: the page that waits for one, and lets it be."""

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.catalogue import commands, queries
from portal.http.context import language, parts, principal, session
from portal.http.forms import FIELD, check_form, form_token
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.i18n.messages import later, translate
from portal.kernel.errors import NotFound
from portal.web.addresses import LANG

ERRORS = (  # what the worker says of a job that failed, as ids of messages; other errors are told as they are
    later("The worker ended several times while it made this file. The operators can see why in its log."),
    later("The file could not be made; the operators have been told."),
)


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/job/<job_id>", view_func=show_job)
    blueprint.add_url_rule(f"{LANG}/job/<job_id>", view_func=cancel_job, methods=["POST"])


@policy(permission="read_data", budget="pages")
def show_job(job_id: str) -> Response:
    """How far a file is. Raises NotFound, and Gone when its dataset was withdrawn meanwhile."""
    job = queries.get_export_job(session(), principal(), job_id)
    if job.dataset_id is None:
        raise NotFound("This job has no page; its state is at /api/v1/exports.")
    dataset = queries.get_dataset(session(), principal(), job.ref)
    clauses = f"?{urlencode(job.clauses)}" if job.clauses else ""
    response = render_page(
        "job.html",
        {
            "job": job,
            "error": translate(language(), job.error) if job.error else "",
            "card": dataset.card,
            "download": f"/download/{job.ref}/{job.part}.{job.format}{clauses}",
            "path": f"/{language().value}/job/{job.id}",
            "form_field": FIELD,
            "form_token": form_token() if job.may_cancel else "",
        },
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"  # how far it is, and a form of one person
    response.headers.pop("ETag", None)
    return response


@policy(permission="read_data", budget="pages")
def cancel_job(job_id: str) -> AnyResponse:
    """Let a file be that one has asked for oneself. Raises Forbidden, NotFound, Gone, InvalidInput when others wait for it."""
    check_form()
    with parts().database.transaction() as writing:
        commands.cancel_export_job(writing, principal(), job_id)
    return redirect(f"/{language().value}/job/{job_id}", 303)
