"""What machines that keep an eye on the site ask for: `robots.txt` and `/healthz`."""

from flask import Blueprint, Response
from sqlalchemy import text

from portal.http.context import parts, session
from portal.http.policy import policy


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule("/robots.txt", view_func=show_robots)
    blueprint.add_url_rule("/healthz", view_func=show_health)


@policy(permission="none", budget=None)
def show_robots() -> Response:
    """Everything may be read; rows page by page, filtered lists and jobs lead robots nowhere."""
    base = parts().settings.base_url.rstrip("/")
    lines = ("User-agent: *", "Disallow: /*/search?", "Disallow: /*/data/", "Disallow: /*/job/", "Disallow: /api/")
    return Response("\n".join((*lines, "", f"Sitemap: {base}/sitemap.xml", "")), mimetype="text/plain")


@policy(permission="none", budget=None)
def show_health() -> Response:
    """`ok` when the database answers; an error otherwise."""
    session().execute(text("SELECT 1"))
    response = Response("ok\n", mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
