"""Reasons as sentences, for people at a terminal."""

from portal.gate import Reason
from portal.i18n.reasons import explain
from portal.kernel.text import Language


def reason_in_words(reason: Reason) -> str:
    """The sentence for a reason, with its subject where the sentence does not name it."""
    sentence = explain(Language.EN, reason.code, subject=reason.subject, count=reason.count)
    told = f" [{reason.subject}]" if reason.subject and reason.subject not in sentence else ""
    counted = f" ({reason.count})" if reason.count is not None and str(reason.count) not in sentence else ""
    return f"{sentence}{told}{counted}"
