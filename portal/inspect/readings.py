"""The ways in which a cell may be read: plain, decoded, with numerals as digits, with look-alike letters as digits.

A frame of `cell` (index) and `text`: one line a cell for what is plain, more for what can be read in several ways.
"""

import re
import unicodedata
from typing import Final

import polars as pl

from portal.gate.rules.signs import INVISIBLE, LOOKALIKE_VALUES, LOOKALIKES, NUMERAL_VALUES, NUMERALS
from portal.inspect.decoding import ENCODED, decode

_NEEDS_NORMALISING: Final = rf"[\p{{Nd}}--[0-9]]|[Ａ-Ｚａ-ｚⅩⅹ＠．－＿／＋﹫：，（）～＊]|{INVISIBLE}|[①-⒛⓪-⓿❶-➓⁰-₉²³¹]"
_ENUMERATOR: Final = "[①-⒛⓪-⓿❶-➓㉑-㊿]"
"""NFKC would glue these to the number that follows."""
_SPACE: Final = r"[^\p{L}\p{N}]{0,4}"
_NUMERAL_RUN: Final = rf"[0-9{NUMERALS}](?:{_SPACE}[0-9{NUMERALS}]){{6}}"
_MAY_BE_NUMERALS: Final = rf"[0-9{NUMERALS}](?:[^0-9{NUMERALS}]{{0,4}}[0-9{NUMERALS}]){{6}}"
"""What the run may match, quicker to compile: patterns with classes of Unicode take 10 ms each."""
_HAS_NUMERAL: Final = f"[{NUMERALS}]"
_LIKE_RUN: Final = (
    rf"[0-9][{LOOKALIKES}]{_SPACE}[0-9{LOOKALIKES}]|[{LOOKALIKES}]{_SPACE}[3-9](?:{_SPACE}[0-9{LOOKALIKES}]){{5}}"
)
_MAY_BE_LIKE: Final = rf"[0-9][{LOOKALIKES}]|[{LOOKALIKES}][^0-9]{{0,4}}[3-9]"
_LIKE_TOKEN: Final = re.compile(rf"[0-9{re.escape(LOOKALIKES)}](?:[^\w]{{0,4}}[0-9{re.escape(LOOKALIKES)}]){{6,}}")
_HEX_RUN: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-F]+|[0-9a-f]+)(?![0-9A-Za-z])")
_HEX_LENGTHS: Final = frozenset({16, 24, 32, 40, 64})
_LIKE_TABLE: Final = str.maketrans(LOOKALIKE_VALUES)
_BROKEN: Final = (
    r"(?s)[\p{Han}，。（）]\s+[\p{Han}0-9，。（）]|[0-9]\s+[\p{Han}]"
    r"|[0-9.,/\-]\s+[0-9].*\p{Han}|\p{Han}.*[0-9.,/\-]\s+[0-9]|[0-9*]\s+[*]|[*]\s+[0-9]"
)
_PARTED: Final = r"[A-Za-z0-9<][^\p{L}\p{N}<]{1,3}[A-Za-z0-9<]"
_SEPARATORS: Final = r"([A-Za-z0-9<])[^\p{L}\p{N}<（）()【】：，。；＝=&\x22]{1,3}"
DISGUISED: Final = (
    rf"{INVISIBLE}|{ENCODED}|[A-Za-z0-9+/]{{12,}}|[\p{{Han}}0-9，][\s]+[\p{{Han}}0-9*，]|[*][\s]+[*0-9]|[0-9][\s]+[*]"
    rf"|[\p{{Nd}}--[0-9]]|[①-⒛⓪-⓿]"
)
"""Cells that may say something else than they show."""
_SCIENTIFIC: Final = re.compile(r"(?<![0-9.])([1-9])\.([0-9]{10,18})[eE]\+?(1[0-8])(?![0-9])")
_IS_SCIENTIFIC: Final = r"[1-9]\.[0-9]{10,18}[eE]\+?1[0-8]"
_LINES: Final = r"([0-9A-Za-z])\n([0-9A-Za-z])"
_COARSE_CODE: Final = r"(?:^|[^A-Za-z0-9])(?:[EGDSPCWLTHM][A-Z]?[0-9OoIl]{7,8}|92[0-9A-Za-z]{16})(?:$|[^A-Za-z0-9])"
_CODE_LIKE: Final = re.compile(
    r"(?<![A-Za-z0-9])(92|[EGDSPCWLTHM][A-NP-Z]?(?=[0-9OoIl]{7,8}(?![A-Za-z0-9])))([0-9A-Za-z]{7,16})(?![A-Za-z0-9])"
)
_PLATE_LIKE: Final = re.compile(
    rf"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-ZＡ-Ｚ])([0-9０-９A-Za-z{NUMERALS}]{{5,6}})"
)
_CODE_TABLE: Final = str.maketrans("OoIl", "0011")
_PLATE_TABLE: Final = str.maketrans(NUMERAL_VALUES | {"O": "0", "o": "0", "I": "1", "l": "1"})
_FEWEST_DIGITS: Final = 5
_LETTERS: Final = dict(
    zip("АВЕКМНОРСТХУЅІЈасеорхуѕіΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXYSIJaceopxysiABEZHIKMNOPTYX", strict=True)
)
_FOREIGN_LETTER: Final = "[" + "".join(_LETTERS) + "]"


def read_all(cells: pl.Series) -> pl.DataFrame:
    """Every reading of these cells (strings, none null)."""
    frame = pl.DataFrame({"cell": pl.int_range(len(cells), eager=True), "text": cells})
    decoded = _by_python(frame.filter(pl.col("text").str.contains(ENCODED)), decode)
    frame = pl.concat([frame, decoded])
    plates = _by_python(frame.filter(pl.col("text").str.contains(_PLATE_LIKE.pattern)), _plain_plates)
    frame = _normalise(pl.concat([frame, plates]))
    frame = pl.concat([frame, *_rejoined(frame)])
    return pl.concat([frame, *_with_numerals(frame), *_with_lookalikes(frame)])


def _rejoined(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Numbers broken over two lines, and those that a spreadsheet wrote with an exponent and all of their digits."""
    text = pl.col("text")
    lines = frame.filter(text.str.count_matches(_LINES) == 1)
    found = [lines.with_columns(text.str.replace_all(_LINES, "${1}${2}"))] if lines.height else []
    scientific = _by_python(frame.filter(text.str.contains(_IS_SCIENTIFIC)), _written_out)
    codes = _by_python(frame.filter(text.str.contains(_COARSE_CODE)), _plain_codes)
    return [*found, *(more for more in (scientific, codes) if more.height)]


def _written_out(text: str) -> str | None:
    """3.50199590408821E+14 as 350199590408821; what a spreadsheet rounded away is no digit and stays as it is."""

    def whole(found: re.Match[str]) -> str:
        digits, exponent = found.group(1) + found.group(2), int(found.group(3))
        return (
            digits
            if len(digits) == exponent + 1
            else digits.ljust(exponent + 1, "0")
            if exponent <= 14
            else found.group()
        )

    changed = _SCIENTIFIC.sub(whole, text)
    return changed if changed != text else None


def _plain_plates(text: str) -> str | None:
    """Plates with numerals or look-alike letters for digits."""
    changed = _PLATE_LIKE.sub(lambda found: found.group(1) + found.group(2).translate(_PLATE_TABLE), text)
    return changed if changed != text else None


def read_loose(cells: pl.Series) -> pl.DataFrame:
    """Every reading, those without white space and line breaks among them: for what is told by words."""
    frame = read_all(cells)
    return pl.concat([frame, *without_spaces(frame)])


def without_spaces(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Chinese texts whose words are broken by blanks or lines, in one piece."""
    text = pl.col("text")
    spaced = frame.filter(text.str.contains(_BROKEN))
    return [spaced.with_columns(text.str.replace_all(r"\s+", ""))] if spaced.height else []


def without_separators(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Codes of letters and digits written in groups, in one piece."""
    text = pl.col("text")
    parted = frame.filter(text.str.contains(_PARTED))
    if not parted.height:
        return []
    return [parted.with_columns(text.str.replace_all(_SEPARATORS, "${1}").str.replace_all(_SEPARATORS, "${1}"))]


def _by_python(frame: pl.DataFrame, read: "object") -> pl.DataFrame:
    if not frame.height or not callable(read):
        return frame.clear()
    texts = [read(text) for text in frame.get_column("text")]
    return frame.with_columns(text=pl.Series(texts, dtype=pl.String)).drop_nulls("text")


def _normalise(frame: pl.DataFrame) -> pl.DataFrame:
    """Plain digits and letters, no invisible signs; what is plain already is left alone."""
    text = pl.col("text")
    is_odd = frame.get_column("text").str.contains(f"{_NEEDS_NORMALISING}|{_FOREIGN_LETTER}")
    if not is_odd.any():
        return frame
    odd, plain = frame.filter(is_odd), frame.filter(~is_odd)
    circled = odd.filter(text.str.contains(rf"(?:{_ENUMERATOR}){{6}}"))
    if circled.height:
        odd = pl.concat([odd, circled.with_columns(text.str.replace_many(*_pairs(NUMERAL_VALUES)))])
    odd = odd.with_columns(text.str.replace_all(_ENUMERATOR, " ").str.normalize("NFKC").str.replace_all(INVISIBLE, ""))
    odd = odd.with_columns(text.str.replace_many(*_pairs(_LETTERS)))
    foreign = odd.get_column("text").str.contains(r"[\p{Nd}--[0-9]]")
    if foreign.any():
        odd = odd.with_columns(text=pl.Series([_plain_digits(t) for t in odd.get_column("text")], dtype=pl.String))
    return pl.concat([plain, odd])


def _pairs(table: dict[str, str]) -> tuple[list[str], list[str]]:
    return list(table), list(table.values())


def _plain_digits(text: str) -> str:
    """Decimal digits of any script as ASCII."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _with_numerals(frame: pl.DataFrame) -> list[pl.DataFrame]:
    text = pl.col("text")
    spelled = frame.filter(text.str.contains(_HAS_NUMERAL))
    for pattern in (_MAY_BE_NUMERALS, _NUMERAL_RUN):
        spelled = spelled.filter(text.str.contains(pattern)) if spelled.height else spelled
    return [spelled.with_columns(text.str.replace_many(*_pairs(NUMERAL_VALUES)))] if spelled.height else []


def _with_lookalikes(frame: pl.DataFrame) -> list[pl.DataFrame]:
    alike = frame.filter(pl.col("text").str.contains(_MAY_BE_LIKE))
    alike = alike.filter(pl.col("text").str.contains(_LIKE_RUN)) if alike.height else alike
    read = _by_python(alike, _without_lookalikes)
    return [read] if read.height else []


def _without_lookalikes(text: str) -> str | None:
    """The text with look-alike letters read as digits where most of a number is digits; checksums in hexadecimal, which have
    other letters as well, are none."""
    found = _LIKE_TOKEN.sub(_like_number, _HEX_RUN.sub(_without_checksum, text))
    return found if found != text else None


def _without_checksum(found: re.Match[str]) -> str:
    written = found.group()
    is_checksum = len(written) in _HEX_LENGTHS and not set("ACDEFacdef").isdisjoint(written)
    return " " if is_checksum else written


def _like_number(found: re.Match[str]) -> str:
    written = found.group()
    return written.translate(_LIKE_TABLE) if sum(s.isdigit() for s in written) >= _FEWEST_DIGITS else written


def _plain_codes(text: str) -> str | None:
    """Codes of letters and digits with look-alike letters for digits (in codes of organisations there is no I and no O)."""
    changed = _CODE_LIKE.sub(lambda found: found.group(1) + found.group(2).translate(_CODE_TABLE), text)
    return changed if changed != text else None
