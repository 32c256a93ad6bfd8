"""The third layer: what each rule of the inspection means for publishing.

`portal.inspect` says what it found; here stands what follows from it. A rule that is not in this table holds the record.
"""

from typing import Final

from portal.gate.documents import DOCUMENT_HOLDS
from portal.gate.verdicts import Reason, Severity
from portal.kernel.findings import Finding

CONTENT_RULES: Final[dict[str, Severity]] = {
    "identity_number": "hold",
    "identity_number_15": "hold",
    "identity_number_rounded": "hold",
    "residence_permit": "hold",
    "mobile_number": "hold",
    "bank_card": "hold",
    "passport": "hold",
    "email_address": "hold",
    "name_beside_phone": "hold",
    "home_address": "hold",
    "secrecy_mark": "hold",
    "serial_number": "note",
}


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
    return CONTENT_RULES.get(rule, "hold") == "hold" and rule != "secrecy_mark"
