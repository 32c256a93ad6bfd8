"""What a person applied for: the list, one application with its thread, the agreement, the report."""

from datetime import UTC, datetime

from flask import Response, request

from portal.catalogue import queries
from portal.grants import (
    accept_agreement,
    find_agreement,
    get_own,
    list_grants,
    list_own,
    report_use,
    withdraw_application,
    write_as_applicant,
)
from portal.grants.applying import ACCEPTED_WITHIN
from portal.http.context import language, parts, principal, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.kernel.errors import InvalidInput
from portal.web.account.frame import go_to, show_account
from portal.web.applications.wording import agreement_blocks


@policy(permission="own_account", budget="pages")
def show_own_applications() -> Response:
    """All of the person's applications and grants."""
    signed_in()
    now = datetime.now(UTC)
    lines, grants = list_own(session(), principal(), now), list_grants(session(), now, principal=principal())
    ids = tuple(dict.fromkeys(line.dataset_id for line in lines))
    cards = {card.id: card for card in queries.list_cards(session(), principal(), ids)}
    values = {"lines": lines, "grants": {one.application_id: one for one in grants}, "cards": cards}
    return show_account("applications/own.html", values)


@policy(permission="own_account", budget="pages")
def show_own_application(application_id: str) -> Response:
    """One application. Raises NotFound."""
    signed_in()
    return _page(application_id)


@policy(permission="own_account", budget="applications")
def change_own_application(application_id: str) -> Response:
    """What the person does with it: `act` is message, withdraw, accept or report."""
    check_form()
    signed_in()
    form, now, caller = request.form, datetime.now(UTC), principal()
    try:
        with parts().database.transaction() as writing:
            match form.get("act"):
                case "message":
                    write_as_applicant(writing, caller, application_id, form.get("message", ""), now)
                case "withdraw":
                    withdraw_application(writing, caller, application_id, now)
                case "accept":
                    if form.get("accepts") != "yes":
                        raise InvalidInput("Say that you accept it.", parameter="accepts")
                    accept_agreement(writing, caller, application_id, _number(form.get("agreement", "")), now)
                case "report":
                    text, links = form.get("report", ""), form.get("links", "")
                    report_use(writing, caller, application_id, text=text, links=links, now=now)
                case _:
                    raise InvalidInput("Choose what to do.", parameter="act")
    except InvalidInput as error:
        return _page(application_id, fault=error.parameter, status=400)
    parts().jobs.wake("grants")
    return go_to(f"/applications/{application_id}")


def _page(application_id: str, *, fault: str = "", status: int = 200) -> Response:
    found = get_own(session(), principal(), application_id, datetime.now(UTC))
    agreement = find_agreement(session())
    cards = queries.list_cards(session(), principal(), (found.line.dataset_id,))
    values = {
        "found": found,
        "card": cards[0] if cards else None,
        "agreement": agreement,
        "agreement_blocks": agreement_blocks(agreement.text(language())) if agreement else (),
        "accept_until": found.line.decided_at + ACCEPTED_WITHIN if found.line.decided_at else None,
        "fault": fault,
        "given": request.form.to_dict() if fault else {},
    }
    return show_account("applications/one.html", values, status=status)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
