"""What a rule of the inspection is: how to see it, what it is worth, and how to explain it in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from portal.gate.rules.counts import Counts, Judged
from portal.gate.verdicts import Severity
from portal.kernel.text import Language


class Words(NamedTuple):
    """One text in both languages, neither empty."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of thing that must not become public unseen.

    `name` is written into findings, releases and permissions and never changes. `message`: what a reviewer reads, with
    `%(subject)s` and `%(count)s`, and what to do. `source`: the standard or law. `counts` and `ignores`: for everyone.

    How it is found: `words` (literal) and `prefilter` (short patterns) select cells as they were delivered, and of their
    readings those on which this rule's patterns are tried: they must select at least what the rest matches. All are written in
    Simplified characters and hold in Traditional ones as well (`scripts`).
    On a normalised cell, one match of `patterns` counts, after what `except_for` matches was taken away; a match of
    `patterns_beside_word` counts where the cell or the column's name has a match of `word`. Where separators were taken
    out from between letters and digits, only
    those beside a word are tried, and `patterns_without_separators`. A rule about numbers with a
    check digit has its arithmetic in `portal.inspect.numbers`, a rule about several columns its look in
    `portal.inspect.rows`; both count under the rule's name. `judge` compares the counts of a whole column with chance.
    """

    name: str
    weight: Severity
    title: Words
    message: Words
    source: Words
    counts: Words
    ignores: Words
    words: tuple[str, ...] = ()
    prefilter: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    except_for: str = ""
    patterns_beside_word: tuple[str, ...] = ()
    word: str = ""
    patterns_without_separators: tuple[str, ...] = ()
    judge: Callable[[Counts], Judged] | None = None
    is_cured_by_dropping: bool = True
