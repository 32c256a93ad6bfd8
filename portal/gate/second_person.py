"""Which releases ask for two people, and which for a privacy assessment. Decision 0024 says why these and not others.

Both lists name what asks for less: a finding of a rule that nobody has weighed here asks for two people and an assessment.
"""

from collections.abc import Iterable
from typing import Final

from portal.gate.lexicon import sensitive_kind
from portal.gate.rules import RULES
from portal.gate.verdicts import Reason

SECOND_PERSON_MISSING: Final = "second_person_missing"
"""Hold: what one person released asks for two by the gate's own list. Subject: the column or place."""
SECOND_PERSON_ASKED: Final = "second_person_asked"
"""Hold: one person released what the source's signed mapping wants two people to look at."""
TWO_PEOPLE_ASKED: Final = "two_people_asked"
"""Note on what is held: the signed mapping asks for two people."""
WAITS_FOR_SECOND: Final = frozenset({SECOND_PERSON_MISSING, SECOND_PERSON_ASKED})

ONE_PERSON_IS_ENOUGH: Final = frozenset(
    {
        "mobile_number",
        "mobile_number_abroad",
        "vehicle_plate",
        "operating_vehicle_plate",
        "email_address",
        "sole_trader_code",
        "sole_trader_beside_person",
        "name_beside_phone",
        "name_beside_birth",
        "home_address",
        "protected_position",
        "small_count",
        "serial_number",
    }
)
"""Rules whose findings one person can judge from the basis for publishing: service telephones, offices' addresses."""
NOT_PERSONAL: Final = frozenset({"secrecy_mark", "protected_position", "serial_number", "operating_vehicle_plate"})
"""Rules that are not about a person; every other finding that a release lifts is personal information."""

_KNOWN: Final = frozenset(rule.name for rule in RULES)
_TWO: Final = _KNOWN - ONE_PERSON_IS_ENOUGH
_PERSONAL: Final = _KNOWN - NOT_PERSONAL
_KINDS_FOR_TWO: Final = frozenset({"identity", "bank", "health"})
_NAME: Final = "column_sensitive_name"
_FOUND: Final = "found_"


def needs_two_people(reason: Reason) -> bool:
    """Whether lifting this reason takes two people, whatever the mapping says."""
    if reason.code == _NAME:
        return sensitive_kind(reason.subject) in _KINDS_FOR_TWO
    return _is_found(reason, _TWO)


def is_about_persons(reason: Reason) -> bool:
    """Whether lifting this reason publishes personal information, so that an assessment goes with it."""
    return reason.code == _NAME or _is_found(reason, _PERSONAL)


def asks_for_two(reasons: Iterable[Reason]) -> bool:
    """Whether a release of what is held for these reasons asks for two people."""
    return any(
        reason.code == TWO_PEOPLE_ASKED or reason.code in WAITS_FOR_SECOND or needs_two_people(reason)
        for reason in reasons
    )


def asks_for_assessment(reasons: Iterable[Reason]) -> bool:
    """Whether a release of what is held for these reasons publishes personal information."""
    return any(is_about_persons(reason) for reason in reasons)


def _is_found(reason: Reason, rules: frozenset[str]) -> bool:
    if reason.severity not in {"hold", "note"} or not reason.code.startswith(_FOUND):
        return False  # `note`: what an earlier release lifted; a finding that a mapping allows has another code
    rule = reason.code.removeprefix(_FOUND)
    return rule in rules or rule not in _KNOWN
