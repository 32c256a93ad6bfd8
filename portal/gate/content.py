"""The third layer: what each rule of the inspection means for publishing.

`portal.inspect` says what it found, the rules what follows from it. A finding of no known rule holds the record.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from portal.gate.documents import DOCUMENT_HOLDS
from portal.gate.rules import RULES
from portal.gate.verdicts import Reason, Severity
from portal.kernel.findings import Finding

CONTENT_RULES: Final[Mapping[str, Severity]] = MappingProxyType({rule.name: rule.weight for rule in RULES})
_NOT_CURED: Final = frozenset(rule.name for rule in RULES if not rule.is_cured_by_dropping)


def content_reason(finding: Finding) -> Reason:
    """The reason that a finding gives. Subject: the column, or the place where there is no column."""
    if finding.rule in DOCUMENT_HOLDS:
        return Reason(finding.rule, "hold", finding.place, finding.count)
    severity = CONTENT_RULES.get(finding.rule, "hold")
    code = f"found_{finding.rule}" if finding.rule in CONTENT_RULES else "found_unknown"
    subject = finding.place if finding.column is None else finding.column
    return Reason(code, severity, subject, finding.count)


def is_sensitive_in_column(rule: str) -> bool:
    """Whether dropping the column cures it. A secrecy mark is about the whole document and is never cured so."""
    return CONTENT_RULES.get(rule, "hold") == "hold" and rule not in _NOT_CURED
