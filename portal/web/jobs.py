"""Files that take a while (XLSX): ask for one, and watch it being made."""

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from portal.catalogue import commands, queries
from portal.exports import FORMATS
from portal.http.context import language, parts, principal, session
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.rendering import render_page
from portal.kernel.errors import NotFound
from portal.web.addresses import LANG


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/dataset/<ref>/export/<slug>.<form>", view_func=request_export, methods=["POST"])
    blueprint.add_url_rule(f"{LANG}/job/<job_id>", view_func=show_job)


@policy(permission="read_data", budget="files")
def request_export(ref: str, slug: str, form: str) -> AnyResponse:
    """Have a file made and go to its page. Raises NotFound, Gone, InvalidInput."""
    if form not in FORMATS or not FORMATS[form].is_job:
        raise NotFound("No file of this format is made on request.")
    asked = parse_ref(ref)
    table = queries.open_version(session(), principal(), asked, slug, parts().store)
    if table.row_count > parts().settings.xlsx_max_rows:
        raise NotFound("This table is too long for a workbook; take CSV or Parquet.")
    with parts().database.transaction() as writing:
        job = commands.request_export_job(writing, principal(), asked, slug, form)
    parts().jobs.wake("exports")
    return redirect(f"/{language().value}/job/{job.id}", 303)


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
            "card": dataset.card,
            "download": f"/download/{job.ref}/{job.part}.{job.format}{clauses}",
            "path": f"/{language().value}/job/{job.id}",
        },
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
