"""What a person wrote and the public or a terminal will read, without what the rules find in it.

When to use: for words that are shown without a verdict of the gate: the reason of a withdrawal, a department's name in
the coverage, a line about a file. When not: for data and for pages, which the gate holds instead of changing them.
"""

from collections.abc import Iterable
from typing import Final

import polars as pl

from portal.gate.content import content_reason
from portal.inspect.prefilter import suspects
from portal.inspect.scanning import scan_texts
from portal.kernel.masking import masked

NOT_SHOWN: Final = "…"
_LONGEST: Final = 10_000


def tellable(text: str, otherwise: str = NOT_SHOWN) -> str:
    """The text as it is where no rule finds anything; else without its numbers; else `otherwise`."""
    if not _is_found(text):
        return text
    plain = masked(text, longest=_LONGEST)
    return otherwise if _is_found(plain) else plain


def untellable(texts: Iterable[str]) -> frozenset[str]:
    """Those texts in which a rule finds something, of many."""
    likely = suspects(pl.Series(list(texts), dtype=pl.String)).unique().to_list()
    return frozenset(text for text in likely if _is_found(text))


def _is_found(text: str) -> bool:
    found = scan_texts({"words": text}, digest="words")
    return any(content_reason(finding).severity in {"hold", "refuse"} for finding in found.findings)
