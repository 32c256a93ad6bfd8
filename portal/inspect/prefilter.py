"""The one pattern that is tried on every text cell as it was delivered. What it does not select is not looked at again.

It is made from the rules' own words and patterns, and from the marks of encodings in which anything may hide. One
automaton: twice as many alternatives cost a tenth more; but alternatives that count the same signs from different starts
multiply its states until it thrashes, so runs of digits are counted by one alternative alone.
"""

import re
from typing import Final

import polars as pl

from portal.gate.rules import RULES, Rule
from portal.gate.rules.scripts import in_both_scripts
from portal.gate.rules.signs import INVISIBLE

BASE64_DIGITS: Final = "(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){2}"
"""Six digits at least, in base64 of ASCII, UTF-8 or GBK: a run of eight has them whatever stands before it."""
_HAN_BASE64: Final = "[56][I-LYZabo-r4-7][CGKOSWaeimquy26+][A-Za-z0-9+/]"
BASE64_HAN: Final = f"{_HAN_BASE64}(?:{_HAN_BASE64}|[Q-W][A-Za-z0-9+/]{{7}})"
"""Two Chinese characters, or one and the letter of a plate, in base64 of UTF-8."""
_ENCODINGS: Final = (
    BASE64_DIGITS,
    BASE64_HAN,
    r"[一-龥，][ \u{a0}\u{3000}\n]{1,2}[一-龥]",
    "[一-龥]</?[a-z]",
    "<[^0-9A-Za-z]{0,2}<[^0-9A-Za-z]{0,2}<",
    INVISIBLE,
    "%[2-46-9A-Fa-f][0-9A-Fa-f]",
    r"\\[ux]",
    "&#|&[a-z]{2,8};",
    "[0-9]</?[a-zA-Z!]|</?[a-z][a-z0-9]*>[0-9]",
    "&[a-z]+;[0-9]",
)
LONG_RUN: Final = r"[A-Za-z0-9+/_\-]{24}|[A-Za-z0-9+/]{14,}="
"""What may be base64 of anything: asked apart, because counting signs in the same automaton makes that thrash."""
_BESIDE_WORD: Final = "|".join(rule.word for rule in RULES if rule.word)
_WORDS: Final = tuple(dict.fromkeys(in_both_scripts(re.escape(word)) for rule in RULES for word in rule.words))
_FEW_DIGITS: Final = "[0-9０-９]{4}"

PREFILTER: Final = "|".join(
    (
        *(pattern for rule in RULES for pattern in rule.prefilter),
        *_ENCODINGS,
        *_WORDS,
    )
)
WORDED: Final = "|".join(
    (
        *(pattern for rule in RULES for pattern in rule.prefilter if rule.patterns),
        *_WORDS,
    )
)
"""Those cells that rules about words could match."""


def selects(rule: Rule) -> str:
    """A pattern for the readings in which the rule can match at all."""
    return "|".join((*rule.prefilter, *(in_both_scripts(re.escape(word)) for word in rule.words)))


_NAME_WORD: Final = re.compile(_BESIDE_WORD)
_FEWEST_IN_RUN: Final = 15
_CLOCK: Final = "(?:[01][0-9]|2[0-4]):[0-5][0-9]"
_DAY: Final = "(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_DAY: Final = "(?:0?[1-9]|[12][0-9]|3[01])"
HARMLESS: Final = "|".join(
    (
        rf"^(?:19|20)[0-9]{{2}}[\-/.](?:0[1-9]|1[0-2])[\-/.]{_DAY} {_CLOCK}(?::[0-5][0-9](?:\.[0-9])?)?$",
        rf"^20[0-9]{{2}}[\-/](?:0?[1-9]|1[0-2])[\-/]{_SHORT_DAY} (?:[0-9]|[01][0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?$",
        rf"^(?:19|20)[0-9]{{2}}-(?:0[1-9]|1[0-2])-{_DAY}T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{3}})?(?:Z|\+0[0-9]:?00)?$",
        r"^0(?:10|2[0-9]|[3-9][0-9]{2})-[2-8][0-9]{6,7}$",
        r"^-?[0-9]{1,9}\.[0-9]+$",
    )
)
"""Whole cells with many digits in which the full rules find nothing: instants, numbers of landlines with their area, plain
decimals. They fill whole columns, so to know them by one cheap pattern saves most of the looking (1 to 2 µs a cell)."""


def suspects(text: pl.Series, column: str = "") -> pl.Series:
    """The cells to be looked at, of a column of strings. Where the column's name names documents or telephones, any cell
    with a number is."""
    is_named = bool(_NAME_WORD.search(column))
    is_likely = text.str.contains(f"{PREFILTER}|{_FEW_DIGITS}" if is_named else PREFILTER)
    found = text.filter(is_likely)
    if len(found) and not is_named:
        found = found.filter(~found.str.contains(HARMLESS))
    rest = text.filter(_may_hold_run(text) & ~is_likely)
    if len(rest):
        rest = rest.filter(rest.str.contains(LONG_RUN))
    return found.append(rest) if len(rest) else found


def _may_hold_run(text: pl.Series) -> pl.Series:
    """Whether a cell has the signs for a long run. Signs outside ASCII take at most three bytes more than one, so there
    are at least a third as many of them as there are bytes too many."""
    size, characters = text.str.len_bytes(), text.str.len_chars()
    return characters - (size - characters) // 3 >= _FEWEST_IN_RUN
