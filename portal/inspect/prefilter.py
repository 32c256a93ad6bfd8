"""The one pattern that is tried on every text cell as it was delivered. What it does not select is not looked at again.

It is made from the rules' own words and patterns, and from the marks of encodings in which anything may hide. One
automaton: twice as many alternatives cost a tenth more; but alternatives that count the same signs from different starts
multiply its states until it thrashes, so runs of digits are counted by one alternative alone.
"""

import re
from typing import Final

import polars as pl

from portal.gate.rules import RULES

BASE64_DIGITS: Final = "(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){3}"
"""Nine digits at least, in base64 of ASCII, UTF-8 or GBK: a run of eleven has them whatever stands before it."""
_ENCODINGS: Final = (
    BASE64_DIGITS,
    "%[2-46-9A-Fa-f][0-9A-Fa-f]",
    r"\\[ux]",
    "&#|&[a-z]{2,8};",
    "[0-9]</?[a-zA-Z!]|</?[a-z][a-z0-9]*>[0-9]",
    "&[a-z]+;[0-9]",
)
LONG_RUN: Final = r"[A-Za-z0-9+/_\-]{24}|[A-Za-z0-9+/]{14,}="
"""What may be base64 of anything: asked apart, because counting signs in the same automaton makes that thrash."""
_BESIDE_WORD: Final = "|".join(rule.word for rule in RULES if rule.word)
_FEW_DIGITS: Final = "[0-9０-９]{4}"

PREFILTER: Final = "|".join(
    (
        *(pattern for rule in RULES for pattern in rule.prefilter),
        *_ENCODINGS,
        *(re.escape(word) for rule in RULES for word in rule.words),
    )
)
WORDED: Final = "|".join(
    (
        *(pattern for rule in RULES for pattern in rule.prefilter if rule.patterns),
        *(re.escape(word) for rule in RULES for word in rule.words),
    )
)
"""Those cells that rules about words could match."""

_NAME_WORD: Final = re.compile(_BESIDE_WORD)


def is_suspect(text: pl.Expr, column: str = "") -> pl.Expr:
    """Whether cells are to be looked at. Where the column's name names documents or telephones, any number is."""
    pattern = f"{PREFILTER}|{_FEW_DIGITS}" if _NAME_WORD.search(column) else PREFILTER
    return text.str.contains(pattern) | text.str.contains(LONG_RUN)
