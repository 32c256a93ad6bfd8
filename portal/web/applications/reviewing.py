"""Deciding about applications: the list by deadline, one application, a decision with a reason."""

from datetime import UTC, datetime

from flask import Response, request
from werkzeug.utils import redirect

from portal.catalogue import queries
from portal.grants import (
    Reviewer,
    approve_application,
    get_application,
    list_applications,
    refuse_application,
    revoke_grant,
    write_as_reviewer,
)
from portal.http.context import language, parts, principal, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.kernel.errors import InvalidInput
from portal.web.account.frame import show_account


@policy(permission="review_applications", budget="pages")
def show_applications() -> Response:
    """What waits, the nearest deadline first; with `?all=1` what was decided as well."""
    signed_in()
    is_all = request.args.get("all") == "1"
    lines = list_applications(session(), datetime.now(UTC), is_open=not is_all)
    ids = tuple(dict.fromkeys(line.dataset_id for line in lines))
    cards = {card.id: card for card in queries.list_cards(session(), principal(), ids)}
    return show_account("applications/all.html", {"lines": lines, "cards": cards, "is_all": is_all})


@policy(permission="review_applications", budget="pages")
def show_application(application_id: str) -> Response:
    """One application with its thread and its history. Raises NotFound."""
    signed_in()
    return _page(application_id)


@policy(permission="review_applications", budget="applications")
def decide_application(application_id: str) -> Response:
    """`act` is message, approve, refuse or revoke."""
    check_form()
    person = signed_in()
    reviewer = Reviewer(person.name or person.email, person.account_id)
    form, now = request.form, datetime.now(UTC)
    reason = form.get("reason", "")
    try:
        with parts().database.transaction() as writing:
            match form.get("act"):
                case "message":
                    write_as_reviewer(writing, application_id, reviewer, form.get("message", ""), now)
                case "approve":
                    days = form.get("days", "")
                    length = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
                    approve_application(writing, application_id, reviewer, days=length, reason=reason, now=now)
                case "refuse":
                    refuse_application(writing, application_id, reviewer, reason=reason, now=now)
                case "revoke":
                    found = get_application(writing, application_id, now)
                    grant_id = found.grant.id if found.grant else ""
                    revoke_grant(writing, grant_id, reviewer, reason=reason, now=now)
                case _:
                    raise InvalidInput("Choose what to do.", parameter="act")
    except InvalidInput as error:
        return _page(application_id, fault=error.parameter, status=400)
    parts().jobs.wake("grants")
    response = redirect(f"/{language().value}/applications/{application_id}", 303, Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(application_id: str, *, fault: str = "", status: int = 200) -> Response:
    found = get_application(session(), application_id, datetime.now(UTC))
    cards = queries.list_cards(session(), principal(), (found.line.dataset_id,))
    values = {
        "found": found,
        "card": cards[0] if cards else None,
        "fault": fault,
        "given": request.form.to_dict() if fault else {},
    }
    return show_account("applications/review.html", values, status=status)
