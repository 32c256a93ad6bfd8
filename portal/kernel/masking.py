"""Words that go into reports, logs and reasons, without what could be a cell's value.

When to use: for every text that is quoted rather than written by us (an error's message, a name out of a file) and that is
kept or shown outside of the quarantine. When not: for what was inspected; masking is a last net, not an inspection.
"""

import re

_LONGEST = 500
# 8 digits in a row, or grouped as people write mobile, identity and card numbers, in any script's digits. Days, clock times,
# addresses of hosts and counts with separators stay.
_GAP = r"[ \u3000\-－]"
_NUMBERS = re.compile(
    rf"\d{{8,}}[Xx]?|\d{{3}}{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|\d{{6}}{_GAP}\d{{4}}{_GAP}?\d{{4}}{_GAP}?\d{{3}}[\dXx]|(?:\d{{4}}{_GAP}){{3,4}}\d{{1,4}}"
)
_MAIL = re.compile(r"[^\s@<>\"'，。；：]+@[^\s@<>\"'，。；：]+")


def masked(text: str, *, longest: int = _LONGEST) -> str:
    """The text with long numbers and e-mail addresses as an ellipsis, cut at `longest` characters."""
    plain = _MAIL.sub("…", _NUMBERS.sub("…", text))
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
