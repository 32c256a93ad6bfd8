"""Reasons as sentences, for people at a terminal."""

from portal.gate import Reason
from portal.i18n.reasons import explain
from portal.inspect import untellable
from portal.kernel.masking import masked
from portal.kernel.text import Language

_LONGEST = 10_000


def without_numbers(text: str) -> str:
    """A line that quotes names of files, columns or records, without the numbers of people that a rule finds in it."""
    return masked(text, longest=_LONGEST) if untellable([text]) else text


def reason_in_words(reason: Reason) -> str:
    """The sentence for a reason, with its subject where the sentence does not name it."""
    sentence = explain(Language.EN, reason.code, subject=reason.subject, count=reason.count)
    told = f" [{reason.subject}]" if reason.subject and reason.subject not in sentence else ""
    counted = f" ({reason.count})" if reason.count is not None and str(reason.count) not in sentence else ""
    return f"{sentence}{told}{counted}"
