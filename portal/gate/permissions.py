"""Signed permissions for single columns: the findings that one lifts, and those that none can.

A list of village offices names a person beside every landline, on purpose. The mapping says so, column by column and rule by
rule, with a reason for the public; whoever signs the mapping answers for it. A finding so allowed becomes a note that
every reviewer sees. What identifies a person for life, and marks of secrecy, no mapping can allow.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from portal.gate.names import column_key
from portal.gate.orders import MappingInvalid
from portal.gate.verdicts import Reason
from portal.kernel.declaration import ColumnPermission, Declaration
from portal.kernel.findings import Finding

ALLOWABLE: Final = frozenset(
    {"mobile_number", "email_address", "name_beside_phone", "home_address", "bank_card", "vehicle_plate"}
)
"""Rules that a signed permission may name: service telephones, offices' mail, accounts of institutions, buses. Identity
documents, what is said about minors and patients, secrecy marks and rules that nobody has weighed are not among them."""

_RULES_OF_KINDS: Final = {"mobile": "mobile_number", "home": "home_address", "bank": "bank_card"}
_LONGEST_REASON: Final = 200


def parse_permissions(document: object) -> tuple[ColumnPermission, ...]:
    """`allow_columns` of a mapping document: column → {"rules": […], "reason": "…"}. Raises MappingInvalid."""
    if not isinstance(document, Mapping):
        raise MappingInvalid('Mapping, "allow_columns": an object is needed here.')
    return tuple(_permission(str(name), value) for name, value in document.items())


def parse_contacts(document: Mapping[str, object]) -> ColumnPermission | None:
    """`contacts` of `particulars`: {"rules": […], "reason": "…"}, or None. Raises MappingInvalid."""
    if set(document) - {"publish", "contacts"}:
        raise MappingInvalid('Mapping, "particulars": write {"publish": true or false, "contacts": {…}}.')
    return _permission("contact", document["contacts"]) if "contacts" in document else None


def find_contact_permission(declaration: Declaration, finding: Finding) -> ColumnPermission | None:
    """The permission that covers a finding in what the page says about whom to ask."""
    allowed = declaration.contacts
    is_contact = finding.column is None and finding.place.partition("#")[0] == "contact"
    if allowed is None or not declaration.mapping_signed_by or not is_contact or finding.rule not in ALLOWABLE:
        return None
    return allowed if finding.rule in allowed.rules else None


def find_permission(declaration: Declaration, finding: Finding) -> ColumnPermission | None:
    """The permission that covers a finding, if the mapping is signed and has one for this rule in just this column."""
    if not declaration.mapping_signed_by or finding.rule not in ALLOWABLE or finding.column is None:
        return None
    key = column_key(finding.column)
    return next((p for p in declaration.allow_columns if finding.rule in p.rules and column_key(p.name) == key), None)


def find_name_permission(declaration: Declaration, name: str, kind: str) -> ColumnPermission | None:
    """The permission that covers a column whose name alone says what it holds (`kind` of the lexicon)."""
    if not declaration.mapping_signed_by or kind not in _RULES_OF_KINDS:
        return None
    key, rule = column_key(name), _RULES_OF_KINDS[kind]
    return next((p for p in declaration.allow_columns if rule in p.rules and column_key(p.name) == key), None)


def allowed_reason(reason: Reason, permission: ColumnPermission) -> Reason:
    """What is left of a finding that is allowed: a note with the rule and the signed reason."""
    rule = reason.code.split("_", 1)[1]  # found_mobile_number, column_sensitive_name
    return replace(
        reason, code="finding_allowed", severity="note", subject=f"{reason.subject} · {rule} · {permission.reason}"
    )


def _permission(name: str, value: object) -> ColumnPermission:
    place = f'Mapping, "allow_columns", "{name}"'
    if not name.strip():
        raise MappingInvalid('Mapping, "allow_columns": a permission needs the name of one column.')
    if not isinstance(value, Mapping) or set(value) != {"rules", "reason"}:
        raise MappingInvalid(f'{place}: write {{"rules": [names of rules], "reason": "why the public may see it"}}.')
    rules, reason = value["rules"], value["reason"]
    if not isinstance(rules, list | tuple) or not rules or not all(isinstance(rule, str) for rule in rules):
        raise MappingInvalid(f"{place}: name the rules, one or more.")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > _LONGEST_REASON:
        raise MappingInvalid(f"{place}: give a reason of at most {_LONGEST_REASON} characters.")
    for rule in rules:
        if rule not in ALLOWABLE:
            raise MappingInvalid(f"{place}: {rule!r} cannot be allowed; only {', '.join(sorted(ALLOWABLE))} can.")
    return ColumnPermission(name, tuple(dict.fromkeys(rules)), reason.strip())
