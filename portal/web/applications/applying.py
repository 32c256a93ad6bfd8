"""Applying for a conditional dataset: its terms and the agreement for everybody, the form for who is signed in."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime

from flask import Response, request

from portal.catalogue import queries
from portal.grants import ApplicationText, apply_for_dataset, find_agreement, find_open
from portal.grants.applying import DECIDED_WITHIN
from portal.grants.calendar import working_days
from portal.http.context import language, parts, principal, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.refs import parse_ref
from portal.http.sessions import signed_in
from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.vocab import Openness
from portal.web.account.frame import go_to, show_account
from portal.web.applications.wording import agreement_blocks

FIELDS = tuple(field.name for field in fields(ApplicationText))


@policy(permission="read_catalogue", budget="pages")
def show_terms_of(ref: str) -> Response:
    """The terms of a conditional dataset and how to apply. Raises NotFound, Gone."""
    return _page(ref)


@policy(permission="own_account", budget="applications")
def send_application(ref: str) -> Response:
    """Take an application. What is wrong is said beside the field, and nothing that was written is lost."""
    check_form()
    signed_in()
    given = {name: request.form.get(name, "") for name in FIELDS}
    try:
        with parts().database.transaction() as writing:
            dataset_id = parse_ref(ref).dataset_id
            text, calendar = ApplicationText(**given), working_days(parts().settings)
            made = apply_for_dataset(writing, principal(), dataset_id, text, datetime.now(UTC), calendar=calendar)
    except InvalidInput as error:
        return _page(ref, fault=error.parameter, given=given, status=400)
    parts().jobs.wake("grants")
    return go_to(f"/applications/{made}")


def _page(ref: str, *, fault: str = "", given: Mapping[str, str] | None = None, status: int = 200) -> Response:
    dataset = queries.get_dataset(session(), principal(), parse_ref(ref))
    if dataset.openness is not Openness.CONDITIONAL:
        raise NotFound("This dataset is open to everyone; nobody has to apply for it.")
    agreement = find_agreement(session())
    values = {
        "card": dataset.card,
        "dataset": dataset,
        "working_days": DECIDED_WITHIN,
        "agreement": agreement,
        "agreement_blocks": agreement_blocks(agreement.text(language())) if agreement else (),
        "open_id": find_open(session(), principal(), dataset.card.id),
        "fault": fault,
        "given": given or {},
    }
    return show_account("applications/apply.html", values, status=status)
