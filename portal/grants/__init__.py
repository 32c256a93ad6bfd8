"""Conditional datasets (有条件开放): applications, agreements, grants and what came of them."""

from portal.grants.agreements import AgreementView, add_agreement, find_agreement, get_agreement
from portal.grants.applying import (
    ApplicationText,
    accept_agreement,
    apply_for_dataset,
    report_use,
    withdraw_application,
    write_as_applicant,
)
from portal.grants.clock import note_what_is_due
from portal.grants.deciding import (
    Reviewer,
    approve_application,
    refuse_application,
    revoke_grant,
    write_as_reviewer,
)
from portal.grants.queries import (
    ApplicationLine,
    ApplicationView,
    GrantView,
    find_open,
    get_application,
    get_own,
    granted_datasets,
    list_applications,
    list_grants,
    list_own,
)
from portal.grants.telling import Notice, take_notices

__all__ = [
    "AgreementView",
    "ApplicationLine",
    "ApplicationText",
    "ApplicationView",
    "GrantView",
    "Notice",
    "Reviewer",
    "accept_agreement",
    "add_agreement",
    "apply_for_dataset",
    "approve_application",
    "find_agreement",
    "find_open",
    "get_agreement",
    "get_application",
    "get_own",
    "granted_datasets",
    "list_applications",
    "list_grants",
    "list_own",
    "note_what_is_due",
    "refuse_application",
    "report_use",
    "revoke_grant",
    "take_notices",
    "withdraw_application",
    "write_as_applicant",
    "write_as_reviewer",
]
