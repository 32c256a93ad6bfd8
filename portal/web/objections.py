"""The page on which a person concerned objects, and asks for the answer. No account, no cookie, both languages."""

from datetime import UTC, datetime

from flask import Blueprint, Response, request
from werkzeug.exceptions import Forbidden

from portal.catalogue import queries
from portal.catalogue.views import Ref
from portal.http.context import language, parts, principal, session
from portal.http.forms import refuse_other_sites
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.kernel.errors import InvalidInput, NotFound
from portal.participation.objections import (
    LONGEST_CONTACT,
    LONGEST_STATEMENT,
    SHORTEST_STATEMENT,
    Ground,
    file_objection,
    find_standing,
)
from portal.web.addresses import LANG

_LIMITS = {"shortest": SHORTEST_STATEMENT, "longest": LONGEST_STATEMENT, "longest_contact": LONGEST_CONTACT}


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/objection", view_func=show_objection)
    blueprint.add_url_rule(f"{LANG}/objection", view_func=send_objection, methods=["POST"])
    blueprint.add_url_rule(f"{LANG}/objection/answer", view_func=show_answer, methods=["POST"])


@policy(permission="read_catalogue", budget="pages")
def show_objection() -> Response:
    """The form, about the dataset of `?dataset=`; without one, how to object and where to ask for an answer."""
    return _page(request.args.get("dataset", ""))


@policy(permission="read_catalogue", budget="objections")
def send_objection() -> Response:
    """Take an objection. What is wrong with it is said beside the field, and nothing that was written is lost."""
    refuse_other_sites()
    form = request.form
    dataset_id = form.get("dataset", "")
    if form.get("website"):  # a field that no person sees
        raise Forbidden("This was not sent by a person.")
    try:
        with parts().database.transaction() as writing:
            filed = file_objection(
                writing,
                principal(),
                dataset_id,
                ground=form.get("ground", ""),
                statement=form.get("statement", ""),
                contact=form.get("contact", ""),
                language=language(),
                now=datetime.now(UTC),
            )
    except InvalidInput as error:
        return _page(dataset_id, fault=error.parameter or "statement", given=form.to_dict(), status=400)
    parts().jobs.wake("objections")
    values = {"receipt": filed.receipt, "is_hidden": filed.is_hidden}
    response = render_page("objection_filed.html", values, alternates=False)
    return _private(response)


@policy(permission="read_catalogue", budget="objections")
def show_answer() -> Response:
    """What became of the objection with this receipt."""
    refuse_other_sites()
    try:
        standing = find_standing(session(), request.form.get("receipt", "")[:100])
    except NotFound:
        return _page("", fault="receipt", status=404)
    return _private(render_page("objection_answer.html", {"standing": standing}, alternates=False))


def _page(dataset_id: str, *, fault: str = "", given: dict[str, str] | None = None, status: int = 200) -> Response:
    dataset = queries.get_dataset(session(), principal(), Ref(dataset_id[:40])) if dataset_id else None
    values = {
        "card": dataset.card if dataset else None,
        "grounds": [ground.value for ground in Ground],
        "fault": fault,
        "given": given or {},
        **_LIMITS,
    }
    return render_page("objection.html", values, status=status, alternates=not fault)


def _private(response: Response) -> Response:
    """A receipt and an answer are for one person: nobody keeps them on the way."""
    response.headers["Cache-Control"] = "no-store"
    return response
