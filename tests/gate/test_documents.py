"""What nobody can inspect in a document or picture holds it, with its place and in words."""

import pytest

from portal.gate.content import content_reason
from portal.gate.documents import DOCUMENT_HOLDS
from portal.i18n.reasons import REASONS
from portal.kernel.findings import Finding


@pytest.mark.parametrize("code", sorted(DOCUMENT_HOLDS))
def test_it_holds_and_says_what_to_do(code: str) -> None:
    reason = content_reason(Finding(code, None, "page 3", 2))
    assert (reason.code, reason.severity, reason.subject, reason.count) == (code, "hold", "page 3", 2)
    assert ". " in REASONS[code]
