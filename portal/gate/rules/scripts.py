"""Patterns that hold in both Chinese scripts: a rule is written in Simplified, and meets Traditional texts as well."""

import re
from dataclasses import replace
from functools import cache
from typing import Final

from portal.gate.rules.model import Rule
from portal.gate.rules.signs import NUMERALS
from portal.kernel.scripts import simplified_forms

_FIRST: Final = "⺀"
_LAST: Final = "\uffff"


@cache
def _traditional() -> dict[str, str]:
    """Simplified → its Traditional forms, those of the basic plane."""
    found: dict[str, str] = {}
    for old, forms in simplified_forms().items():
        for sign in forms:
            if _FIRST < old <= _LAST and old != sign:
                found[sign] = found.get(sign, "") + old
    return found


def in_both_scripts(pattern: str) -> str:
    """The regular expression with every Chinese character standing for its Traditional forms, too: `残疾` becomes
    `[残殘]疾`, `[张王]` becomes `[张張王]`. Ends of ranges (`一-龥`) stay as they are."""
    forms, depth, made = _traditional(), 0, []
    for at, sign in enumerate(pattern):
        is_escaped = at > 0 and pattern[at - 1] == "\\" and not pattern[:at].endswith("\\\\")
        if not is_escaped:
            depth += (sign == "[") - (sign == "]" and depth > 0)
        variants = forms.get(sign, "")
        is_end = depth > 0 and "-" in (pattern[at - 1 : at], pattern[at + 1 : at + 2])
        if not variants or is_end:
            made.append(sign)
        else:
            made.append(sign + variants if depth else f"[{sign}{variants}]")
    return "".join(made)


def name_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern for names of columns, in both scripts and without regard to case."""
    return re.compile(in_both_scripts(pattern), re.IGNORECASE)


def rule_in_both_scripts(rule: Rule) -> Rule:
    """The rule with all of its patterns so. `words` are no patterns: the pre-filter does the same with them."""
    return replace(
        rule,
        prefilter=tuple(
            p if NUMERALS in p else in_both_scripts(p) for p in rule.prefilter
        ),  # numerals have both already
        patterns=tuple(map(in_both_scripts, rule.patterns)),
        except_for=in_both_scripts(rule.except_for),
        patterns_beside_word=tuple(map(in_both_scripts, rule.patterns_beside_word)),
        word=in_both_scripts(rule.word),
        patterns_without_separators=tuple(map(in_both_scripts, rule.patterns_without_separators)),
    )
