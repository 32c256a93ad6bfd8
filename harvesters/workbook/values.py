"""Cells of a catalogue as values: dates as people write them, types as the guide numbers them. Pure."""

import re
import unicodedata
from datetime import date, timedelta

# Types of information items in the 2017 guide, annex 1: 字符型 C … 浮点型 F.
_TYPES = {
    "字符型": "C", "字符": "C", "数值型": "N", "数值": "N", "货币型": "Y", "日期型": "D", "日期": "D", "日期时间型": "T",
    "时间型": "T", "逻辑型": "L", "布尔型": "L", "备注型": "M", "通用型": "G", "双精度型": "B", "整型": "I", "整数型": "I",
    "浮点型": "F",
}  # fmt: skip
_CODES = frozenset("CNYDTLMGBIF")
_DATE = re.compile(r"([12]\d{3})(?:[.年/\-]\s*(\d{1,2})(?:[.月/\-]\s*(\d{1,2})日?|月)?|年)?(?:[ T]\d{1,2}:.*)?")
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 73_050  # 1970 to 2099
_NO_CONDITION = frozenset({"无", "/", "-", "—", "--", "——", "\\", "none", "n/a"})


def read_date(text: str) -> str:
    """A day in ISO 8601: 2023.1.5, 2023年1月5日, 2023-01-05 00:00:00, 20230105, the serial 43831; "" when it is none.

    A month or a year alone begins on its first day.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    serial = _SERIAL.fullmatch(plain)
    if serial:
        days = int(serial[1])
        return (_EPOCH + timedelta(days=days)).isoformat() if _FIRST_SERIAL <= days <= _LAST_SERIAL else ""
    found = _COMPACT.fullmatch(plain) or _DATE.fullmatch(plain)
    if not found:
        return ""
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
    except ValueError:
        return ""


def read_type(text: str, length: str) -> str:
    """The guide's letter and the length as `C(50)`; a type that the guide does not have stays as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    bare = re.sub(r"[\s(].*", "", plain)
    letter = _TYPES.get(bare) or next(
        (c for c in (bare.upper(), bare[-1:].upper()) if c in _CODES and _is_code(bare)), ""
    )
    size = length.strip() or next(iter(re.findall(r"\(\s*(\d+(?:,\d+)?)\s*\)", plain)), "")
    if not letter:
        return plain
    return f"{letter}({size})" if size else letter


def _is_code(bare: str) -> bool:
    return len(bare) == 1 or bare[:-1] in _TYPES


def read_condition(text: str) -> str:
    """A condition in words; a dash or 无 says that there is none."""
    plain = text.strip()
    return "" if plain.casefold() in _NO_CONDITION else plain
