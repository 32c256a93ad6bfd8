"""Classes of signs that the rules' patterns are made of, for Rust's regex engine (no look-around, linear time).

`\\b` fails beside Chinese, so edges are written out."""

from typing import Final

_INVISIBLE: Final = (
    r"\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}"
    r"\u{feff}\u{180e}\u{34f}\u{61c}\u{fe00}-\u{fe0f}\u{1d}-\u{1f}"
)
INVISIBLE: Final = rf"[{_INVISIBLE}]"
"""Soft hyphen, zero-width signs, marks of direction, variation selectors: removed before anything is read."""

NUMERALS: Final = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖⓪①②③④⑤⑥⑦⑧⑨⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉貳參叄陸弌弍弎兩两洞拐勾"
NUMERAL_VALUES: Final = dict(
    zip(NUMERALS, "000" + "1234567891" + "123456789" + "0123456789" * 3 + "233612322079", strict=True)
)
"""Digits that are no decimal digits: numerals in both writings, in circles, raised and lowered, of spoken radio."""

LOOKALIKES: Final = "OoОоΟοՕօ○◯lIiíІіΙι|ǀⅠⅰSsЅѕZzΖBВΒbGq"
LOOKALIKE_VALUES: Final = dict(zip(LOOKALIKES, "0" * 10 + "1" * 12 + "5" * 4 + "2" * 3 + "8" * 3 + "669", strict=True))
"""Letters of the Latin, Cyrillic, Greek and Armenian alphabets that look like a digit."""
_LIKE_0_1: Final = "OoОоΟοlIіІ|"

LAST_X: Final = "XxХхΧχⅩⅹ×✕✖╳"
"""What people write for the last sign of an identity number whose check digit is ten."""

_GAP_SIGNS: Final = (
    r"\x00-\x1f -/:-@\[-`{-\x7f\u{80}-\u{a9}\u{ab}-\u{b1}\u{b4}-\u{b8}\u{bb}-\u{bf}\u{34f}\u{61c}\u{180e}\u{2000}-\u{206f}"
    r"\u{2190}-\u{23ff}\u{2500}-\u{2bff}\u{3000}-\u{3004}\u{3008}-\u{3020}\u{30fb}\u{fe00}-\u{fe6f}\u{feff}\u{ff01}-\u{ff0f}"
    r"\u{ff1a}-\u{ff20}\u{ff3b}-\u{ff40}\u{ff5b}-\u{ff65}"
)
GAP: Final = rf"[{_GAP_SIGNS}]*"
"""What may stand between two digits of one number before normalising. Blocks of punctuation, not Unicode classes: those
make the automaton of the pre-filter so large that it thrashes (a hundred times slower, measured)."""
DIGIT: Final = rf"[0-9０-９{NUMERALS}{_LIKE_0_1}]"
ONE: Final = "[1１一壹幺弌①lI|іІⅠ]"
THREE_TO_NINE: Final = "[3-9３-９三四五六七八九叁肆伍陆柒捌玖參叄陸弎③④⑤⑥⑦⑧⑨拐勾]"
OTHER_SCRIPT: Final = r"[\p{Nd}--[0-9０-９]]"
LETTER_GAP: Final = r"[A-Za-z\u{4e00}-\u{9fff}]{1,2}"
"""A letter or two between groups of digits."""

START: Final = r"(?:^|[^0-9A-Za-z])"
END: Final = r"(?:$|[^0-9A-Za-z])"
NAME: Final = r"[\p{Han}]{2,4}(?:·[\p{Han}]{1,8})?"
