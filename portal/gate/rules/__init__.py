"""The rules of the inspection, one module each. Adding one: a module with a `RULE`, its line here, and its tests.

Pure: patterns, words and judgements over counts; `portal.inspect` does the looking. The page about the gate, the messages
for reviewers and the pre-filter of the scan are made from this list.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from portal.gate.rules import (
    bank_card,
    email_address,
    home_address,
    identity_number,
    identity_number_15,
    identity_number_rounded,
    mobile_number,
    mobile_number_abroad,
    name_beside_birth,
    name_beside_masked_identity,
    name_beside_phone,
    operating_vehicle_plate,
    passport,
    protected_position,
    regional_identity,
    residence_permit,
    secrecy_mark,
    serial_number,
    small_count,
    small_sensitive_count,
    sole_trader_beside_person,
    sole_trader_code,
    vehicle_plate,
    vulnerable_person,
)
from portal.gate.rules.counts import Counts, Judged
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.scripts import rule_in_both_scripts

_AS_WRITTEN: Final = (
    identity_number.RULE,
    identity_number_15.RULE,
    identity_number_rounded.RULE,
    residence_permit.RULE,
    regional_identity.RULE,
    passport.RULE,
    mobile_number.RULE,
    mobile_number_abroad.RULE,
    bank_card.RULE,
    vehicle_plate.RULE,
    operating_vehicle_plate.RULE,
    email_address.RULE,
    sole_trader_code.RULE,
    sole_trader_beside_person.RULE,
    name_beside_phone.RULE,
    name_beside_masked_identity.RULE,
    name_beside_birth.RULE,
    home_address.RULE,
    vulnerable_person.RULE,
    secrecy_mark.RULE,
    protected_position.RULE,
    small_count.RULE,
    small_sensitive_count.RULE,
    serial_number.RULE,
)
RULES: Final[tuple[Rule, ...]] = tuple(map(rule_in_both_scripts, _AS_WRITTEN))
"""All rules, in the order in which people read them."""
RULES_BY_NAME: Final[Mapping[str, Rule]] = MappingProxyType({rule.name: rule for rule in RULES})

__all__ = ["RULES", "RULES_BY_NAME", "Counts", "Judged", "Rule", "Words"]
