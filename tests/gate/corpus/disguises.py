"""How an identifier is written when it is not written plainly: by hand, by programs, by people who hide it.

`apply(text, rng)` gives the disguised text, two texts for two columns, or None where the disguise does not exist for it
(a Chinese numeral for a word). Nothing here is reversible by accident only: a reader can read all of it.
"""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

Disguised = str | tuple[str, str] | None
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_PLAIN_NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
_ZERO_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
_FORMAL_NUMERALS = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_MATHEMATICAL = str.maketrans("0123456789", "".join(chr(0x1D7CE + n) for n in range(10)))
_SEPARATORS = (
    " ",
    "\u3000",
    "\xa0",
    "\u2009",
    "-",
    "－",
    "—",
    "–",
    ".",
    "·",
    "•",
    "_",
    "/",
    "|",
    ",",
    "、",
    "*",
    "~",
    ":",
    "'",
)


@dataclass(frozen=True)
class Disguise:
    """One way of writing. `families`: which kinds it is applied to (`number`: digits and letters; `words`: the rest)."""

    name: str
    apply: Callable[[str, Random], Disguised]
    families: frozenset[str] = frozenset({"number", "words"})


def _in_groups(text: str, separator: str, size: int = 4) -> str:
    return separator.join(text[at : at + size] for at in range(0, len(text), size))


def _if_digits(change: Callable[[str, Random], Disguised]) -> Callable[[str, Random], Disguised]:
    """For texts that are half digits at least."""
    return lambda text, rng: change(text, rng) if sum(c.isdigit() for c in text) * 2 >= len(text) else None


def _mixed_numerals(text: str, rng: Random) -> str:
    tables = (str.maketrans("", ""), _PLAIN_NUMERALS, _FORMAL_NUMERALS, _WIDE)
    return "".join(sign.translate(rng.choice(tables)) for sign in text)


def _look_alike_digits(text: str, rng: Random) -> str | None:
    pairs = {"0": "Oo", "1": "lI"}
    changed = "".join(rng.choice(pairs[sign]) if sign in pairs else sign for sign in text)
    return None if changed == text else changed


def _exchange(old: str, new: str) -> Callable[[str, Random], Disguised]:
    return lambda text, rng: text.replace(old, new) if old in text else None


def _html_tags(text: str, rng: Random) -> str:
    half = len(text) // 2
    return f'<p>办理人：<b>{text[:half]}</b><span style="color:red">{text[half:]}</span></p>'


def _scientific(text: str, rng: Random) -> str | None:
    """What a spreadsheet makes of a long number: 15 digits and an exponent."""
    if not text.isdigit() or len(text) < 11:
        return None
    mantissa = text[:15]
    return f"{mantissa[0]}.{mantissa[1:].rstrip('0')}E+{len(text) - 1}"


def _split(text: str, rng: Random) -> tuple[str, str]:
    at = len(text) // 2 if len(text) < 12 else rng.choice((6, len(text) // 2, len(text) - 4))
    return text[:at], text[at:]


def _in_json(text: str, rng: Random) -> str:
    return json.dumps({"step": 3, "applicant": {"no": text}, "state": "done"}, ensure_ascii=False)


def _in_escaped_json(text: str, rng: Random) -> str:
    return json.dumps({"备注": "办理人" + text}, ensure_ascii=True)


def _base64(codec: str) -> Callable[[str, Random], Disguised]:
    return lambda text, rng: base64.b64encode(f"办理人信息：{text}，已核实。".encode(codec)).decode()


def _separated(text: str, rng: Random) -> str:
    return _in_groups(text, rng.choice(_SEPARATORS), rng.choice((3, 4, 6)))


_NUMBER = frozenset({"number"})
DISGUISES: tuple[Disguise, ...] = (
    Disguise("plain", lambda text, rng: text),
    Disguise("full width", lambda text, rng: text.translate(_WIDE), _NUMBER),
    Disguise("numerals 〇一二", _if_digits(lambda text, rng: text.translate(_PLAIN_NUMERALS)), _NUMBER),
    Disguise("numerals 零一二", _if_digits(lambda text, rng: text.translate(_ZERO_NUMERALS)), _NUMBER),
    Disguise("numerals 零壹贰", _if_digits(lambda text, rng: text.translate(_FORMAL_NUMERALS)), _NUMBER),
    Disguise("numerals mixed", _if_digits(_mixed_numerals), _NUMBER),
    Disguise("digits of other scripts", _if_digits(lambda text, rng: text.translate(_ARABIC_INDIC)), _NUMBER),
    Disguise("circled digits", _if_digits(lambda text, rng: text.translate(_CIRCLED)), _NUMBER),
    Disguise("mathematical digits", _if_digits(lambda text, rng: text.translate(_MATHEMATICAL)), _NUMBER),
    Disguise("spaces in groups", lambda text, rng: _in_groups(text, " "), _NUMBER),
    Disguise("space after each", lambda text, rng: " ".join(text)),
    Disguise("wide spaces", lambda text, rng: _in_groups(text, "\u3000", 3 if len(text) > 6 else 1)),
    Disguise("no-break spaces", lambda text, rng: _in_groups(text, "\xa0", 3 if len(text) > 6 else 1)),
    Disguise("dashes", lambda text, rng: _in_groups(text, "-"), _NUMBER),
    Disguise("dots", lambda text, rng: _in_groups(text, "."), _NUMBER),
    Disguise("separators of many kinds", _separated, _NUMBER),
    Disguise("zero width", lambda text, rng: "\u200b".join(text)),
    Disguise("joiners and soft hyphens", lambda text, rng: _in_groups(_in_groups(text, "\u00ad", 2), "\u2060", 3)),
    Disguise("bidi marks", lambda text, rng: "\u202d" + _in_groups(text, "\u200e", 2) + "\u202c"),
    Disguise("byte order mark inside", lambda text, rng: _in_groups(text, "\ufeff", 2)),
    Disguise("look-alikes O l I", _if_digits(_look_alike_digits), _NUMBER),
    Disguise("Cyrillic Х", _exchange("X", "Х"), _NUMBER),
    Disguise("Greek Χ", _exchange("X", "Χ"), _NUMBER),
    Disguise("small x", _exchange("X", "x"), _NUMBER),
    Disguise("small letters", lambda text, rng: text.lower() if text.lower() != text else None, _NUMBER),
    Disguise("glued to words", lambda text, rng: f"该人{text}已到场"),
    Disguise("glued to letters", lambda text, rng: f"No{text}ok" if text.isascii() else None, _NUMBER),
    Disguise("split over two columns", _split, _NUMBER),
    Disguise("in JSON", _in_json),
    Disguise("in JSON with escapes", _in_escaped_json),
    Disguise("in HTML with tags inside", _html_tags),
    Disguise("HTML entities", lambda text, rng: "".join(f"&#{ord(sign)};" for sign in text)),
    Disguise("HTML entities in hex", lambda text, rng: "".join(f"&#x{ord(sign):X};" for sign in text)),
    Disguise("escaped HTML", lambda text, rng: html.escape(f"<td>{text}</td>")),
    Disguise("percent-encoded", lambda text, rng: quote(f"办理人={text}&状态=已办", safe="=&")),
    Disguise("percent-encoded throughout", lambda text, rng: "".join(f"%{byte:02X}" for byte in text.encode())),
    Disguise("in a link", lambda text, rng: f"https://bszn.example.gov.cn/detail?id={quote(text)}&type=2"),
    Disguise("base64 of UTF-8", _base64("utf-8")),
    Disguise("base64 of GBK", _base64("gb18030")),
    Disguise("base64 of the value alone", lambda text, rng: base64.b64encode(text.encode()).decode()),
    Disguise("line break inside", lambda text, rng: f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}"),
    Disguise("leading apostrophe", lambda text, rng: "'" + text),
    Disguise("formula of a spreadsheet", lambda text, rng: f'="{text}"'),
    Disguise("trailing text", lambda text, rng: f"{text}（已核实，资料齐全）"),
    Disguise("in free text", lambda text, rng: f"2024年3月5日上午到窗口申请，{text}，材料收讫后转相关科室，5个工作日内答复。"),
    Disguise("in a list", lambda text, rng: f"1、{text}；2、无；3、待定"),
    Disguise("scientific notation", _scientific, _NUMBER),
    Disguise("decimal point behind", lambda text, rng: f"{text}.0" if text.isdigit() else None, _NUMBER),
)  # fmt: skip
