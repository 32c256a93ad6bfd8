"""Words that go into reports, logs and reasons, without what could be a cell's value.

When to use: for every text that is quoted rather than written by us (an error's message, a name out of a file) and that is
kept or shown outside of the quarantine. When not: for what was inspected; masking is a last net, not an inspection.
"""

import re

_LONGEST = 500
# 8 digits in a row, or 11 with single blanks or hyphens between: identity, mobile, account and permit numbers in any
# script's digits. Days, clock times, addresses of hosts and counts with separators stay.
_NUMBERS = re.compile(r"\d(?:[ \u3000\-－]?\d){10,}[Xx]?|\d{8,}[Xx]?")
_MAIL = re.compile(r"[^\s@<>\"'，。；：]+@[^\s@<>\"'，。；：]+")


def masked(text: str, *, longest: int = _LONGEST) -> str:
    """The text with long numbers and e-mail addresses as an ellipsis, cut at `longest` characters."""
    plain = _MAIL.sub("…", _NUMBERS.sub("…", text))
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
