"""Where numbers begin and end, and how people group their digits. For Rust's regex engine, on normalised cells.

`\\b` fails beside Chinese, so edges are written out as "not a digit". Every pattern is linear in the length of a cell.
"""

from typing import Final

from portal.gate.rules.signs import LAST_X

_NARROW: Final = r"\s\-‐-―−﹣·・•．.。_/\\＿／()（）"
SEPARATOR: Final = r"[^\p{L}\p{N}]{1,3}"
"""What may stand between the groups of one number."""
UNUSUAL: Final = rf"[^0-9Xx{_NARROW}]"
"""Separators that stand between the numbers of a list as often as inside one number: commas, colons, stars …"""

HASH: Final = (
    r"(^|[^0-9A-Za-z])(?:[0-9]{0,12}[a-f][0-9a-f]{19,}|[0-9]{0,12}[A-F][0-9A-F]{19,}"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})()"
)
DECIMAL: Final = r"(^|[^0-9.])[0-9]{1,9}\.[0-9]+($|[^0-9.])"

ELEVEN: Final = r"(?:^|[^0-9])[1-9][0-9]{10}(?:$|[^0-9])"
ELEVEN_FROM_1: Final = r"(?:^|[^0-9])1[0-9]{10}(?:$|[^0-9])"
ELEVEN_FROM_10_TO_12: Final = r"(?:^|[^0-9])1[0-2][0-9]{9}(?:$|[^0-9])"
HAS_RUN: Final = r"[0-9]{11}"
RUN: Final = rf"[0-9]{{11,}}[{LAST_X}]?"
HAS_CHAIN: Final = rf"[0-9]{SEPARATOR}[0-9]"
ELEVEN_DIGITS: Final = "[0-9](?:[^0-9]{0,3}[0-9]){10}"
"""Eleven digits near each other. To compile it with `SEPARATOR` would take longer than to look at a thousand cells."""
CHAIN: Final = rf"[0-9]+(?:{SEPARATOR}[0-9]+)+(?:(?:{SEPARATOR})?[{LAST_X}])?"
DATED_WINDOW: Final = r"[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
MAY_BE_LETTERED: Final = "[0-9]{3}[^0-9]{1,2}(?:[0-9]{4}[^0-9]{1,2}[0-9]{4}|[0-9]{8}[^0-9]{1,2}[0-9]{3})"
"""What the next two may match, quicker to compile."""
LETTERED_MOBILE: Final = r"(?:^|[^0-9])(1[3-9][0-9])(\p{L}{1,2})([0-9]{4})(\p{L}{1,2})([0-9]{4})(?:$|[^0-9])"
LETTERED_IDENTITY: Final = (
    rf"(?:^|[^0-9])([1-9][0-9]{{5}})(\p{{L}}{{1,2}})([0-9]{{8}})(\p{{L}}{{1,2}})([0-9]{{3}}[0-9{LAST_X}])(?:$|[^0-9])"
)


def _grouped(first: str, sizes: tuple[int, ...], last: str = "[0-9]") -> str:
    """A pattern for digits in groups of these sizes between pairs of spaces; `first` takes the first characters."""
    head, *rest = sizes
    taken = 1 if first == "[1-9]" else 2
    groups = [f"{first}[0-9]{{{head - taken}}}"] + [f"[0-9]{{{size}}}" for size in rest]
    groups[-1] = groups[-1].replace("{" + str(sizes[-1]) + "}", "{" + str(sizes[-1] - 1) + "}") + last
    return "  ".join(groups)


_MOBILE_GROUPS: Final = ((3, 4, 4), (4, 3, 4), (3, 3, 5), (3, 8), (7, 4), (5, 6), (6, 5))
_IDENTITY_GROUPS: Final = (
    (6, 8, 4),
    (6, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (3, 3, 4, 4, 4),
    (3, 3, 8, 4),
    (2, 2, 2, 8, 4),
    (6, 12),
    (14, 4),
    (10, 8),
    (9, 9),
    (4, 4, 4, 4, 2),
    (3, 3, 3, 3, 3, 3),
    (6, 6, 6),
)
_BANK_GROUPS: Final = ((4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (6, 13), (6, 10), (8, 8))


def _alternatives() -> str:
    mobile = [_grouped("1[3-9]", sizes) for sizes in _MOBILE_GROUPS]
    identity = [_grouped("[1-9]", sizes, "[0-9Xx]") for sizes in _IDENTITY_GROUPS]
    bank = ["  ".join(f"[0-9]{{{size}}}" for size in sizes) for sizes in _BANK_GROUPS]
    single = [r"[0-9](?:  [0-9]){10,18}(?:  [Xx])?"]
    double = [r"1[3-9](?:  [0-9]{2}){4}  [0-9]", r"1  [3-9][0-9](?:  [0-9]{2}){4}"]
    ordered = sorted(identity + bank, key=len, reverse=True)
    return "|".join((*single, *ordered, *mobile, *double))


EVENLY_GROUPED: Final = (
    r"[ |][0-9]{3}(?:  [0-9]{3}){3,5}  [0-9]{1,3}[ |]|[ |][0-9]{4}(?:  [0-9]{4}){2,3}  [0-9]{1,4}[ |]"
    r"|[ |][0-9]{6}  [0-9]{6}  [0-9]{1,6}(?:  [0-9])?[ |]"
)
"""Groups of one size and a rest: how programs part card numbers."""
GROUPED: Final = rf"[ |](?:{_alternatives()})[ |]"
"""One number in groups, inside a chain whose groups stand between pairs of spaces and whose ends are `|`."""
