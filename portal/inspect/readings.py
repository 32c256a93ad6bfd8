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
_HAS_NUMERAL: Final = f"[{NUMERALS}]"
_LIKE_RUN: Final = (
    rf"[0-9][{LOOKALIKES}]{_SPACE}[0-9{LOOKALIKES}]|[{LOOKALIKES}]{_SPACE}[3-9](?:{_SPACE}[0-9{LOOKALIKES}]){{5}}"
)
_LIKE_TOKEN: Final = re.compile(rf"[0-9{re.escape(LOOKALIKES)}](?:[^\w]{{0,4}}[0-9{re.escape(LOOKALIKES)}]){{6,}}")
_LIKE_TABLE: Final = str.maketrans(LOOKALIKE_VALUES)
_FEWEST_DIGITS: Final = 5
_LETTERS: Final = dict(
    zip("АВЕКМНОРСТХУЅІЈасеорхуѕіΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXYSIJaceopxysiABEZHIKMNOPTYX", strict=True)
)
_FOREIGN_LETTER: Final = "[" + "".join(_LETTERS) + "]"


def read_all(cells: pl.Series) -> pl.DataFrame:
    """Every reading of these cells (strings, none null)."""
    frame = pl.DataFrame({"cell": pl.int_range(len(cells), eager=True), "text": cells})
    decoded = _by_python(frame.filter(pl.col("text").str.contains(ENCODED)), decode)
    frame = _normalise(pl.concat([frame, decoded]))
    return pl.concat([frame, *_with_numerals(frame), *_with_lookalikes(frame)])


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
    spelled = spelled.filter(text.str.contains(_NUMERAL_RUN)) if spelled.height else spelled
    return [spelled.with_columns(text.str.replace_many(*_pairs(NUMERAL_VALUES)))] if spelled.height else []


def _with_lookalikes(frame: pl.DataFrame) -> list[pl.DataFrame]:
    alike = frame.filter(pl.col("text").str.contains(_LIKE_RUN))
    read = _by_python(alike, _without_lookalikes)
    return [read] if read.height else []


def _without_lookalikes(text: str) -> str | None:
    """The text with look-alike letters read as digits where most of a number is digits."""
    found = _LIKE_TOKEN.sub(_like_number, text)
    return found if found != text else None


def _like_number(found: re.Match[str]) -> str:
    written = found.group()
    return written.translate(_LIKE_TABLE) if sum(s.isdigit() for s in written) >= _FEWEST_DIGITS else written
