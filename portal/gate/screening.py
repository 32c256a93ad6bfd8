"""The first layer: what the department declared about the whole resource, judged before anything is fetched."""

from typing import Final

from portal.gate.verdicts import Reason
from portal.kernel.declaration import Declaration
from portal.kernel.vocab import DataClass, Openness

UNRELEASABLE: Final = frozenset(
    {
        "mapping_unsigned",
        "labels_not_signed",
        "label_unknown",
        "catalogue_entry",
        "openness_missing",
        "conditional_terms_missing",
        "owner_missing",
        "approver_missing",
        "basis_missing",
        "grade_missing",
        "class_missing",
        "digest_mismatch",
        "part_not_inspected",
        "inspection_incomplete",
        "hidden_not_inspected",
        "page_not_inspected",
        "rules_laxer_than_declared",
        "columns_not_inspected",
        "release_unsigned",
        "row_ends_not_published",
        "second_person_missing",
        "second_person_asked",
    }
)
"""Reasons to hold that no release lifts: a release says "I looked, this may be public". It does not replace a decision
of the department, a signature, or an inspection that did not take place. Each goes away when its cause does."""


def screen(declaration: Declaration) -> tuple[Reason, ...]:
    """Reasons of the declared layer. Any `refuse`: fetch nothing. A `hold` in `UNRELEASABLE`: fetching is of no use yet."""
    return (*_refusals(declaration), *_holds(declaration))


def _refusals(declaration: Declaration) -> list[Reason]:
    reasons = []
    if declaration.is_secret:
        reasons.append(Reason("secret", "refuse"))
    if declaration.grade in (DataClass.IMPORTANT, DataClass.CORE):
        reasons.append(Reason("grade_never_open", "refuse", str(declaration.grade)))
    if declaration.openness is Openness.CLOSED:
        reasons.append(Reason("closed", "refuse"))
    if declaration.is_owned_by_higher_level:
        reasons.append(Reason("owned_by_higher_level", "refuse"))
    return reasons


def _holds(declaration: Declaration) -> list[Reason]:
    reasons = []
    if not declaration.mapping_signed_by:
        reasons.append(Reason("mapping_unsigned", "hold"))
    reasons += [Reason("label_unknown", "hold", f"{field}: {label}") for field, label in declaration.unmapped]
    reasons += [Reason(code, "hold") for code in declaration.contradictions]
    missing = (
        ("openness_missing", declaration.openness is not None),
        (
            "conditional_terms_missing",
            declaration.openness is not Openness.CONDITIONAL or declaration.open_condition.strip(),
        ),
        ("owner_missing", declaration.owner.strip()),
        ("approver_missing", declaration.approver.strip()),
        ("basis_missing", declaration.basis.strip()),
        ("grade_missing", declaration.grade is not None),
        ("class_missing", declaration.data_class.strip()),
    )
    reasons += [Reason(code, "hold") for code, is_there in missing if not is_there]
    return reasons
