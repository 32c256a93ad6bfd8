"""Resident identity numbers of 18 characters."""

from typing import Final

from portal.gate.rules.counts import Counts, Judged, by_chance
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import DIGIT, GAP, LETTER_GAP, OTHER_SCRIPT

_DENSE_YEAR: Final = 0.05
_YEARS_BEFORE: Final = 5
_WINDOW_CHANCE: Final = 1.7e-5
"""How many of the 18-digit windows of random digits pass place, date and check: 1.64 in 100,000 of twelve million."""


def _judge(counts: Counts) -> Judged:
    """In a column of serial numbers those count whose year hardly occurs in it, lies before the years that do (serial
    numbers carry the year of issue, people the year of birth), and which pass the check more often than chance."""
    plain, inside = counts.cells["identity_cells"], _inside(counts)
    if not counts.is_dated_serial:
        return Judged(plain + inside.found, inside.by_chance)
    total = counts.dated_years.total()
    dense = [year for year, count in counts.dated_years.items() if count >= max(2, _DENSE_YEAR * total)]
    before = min(dense) - _YEARS_BEFORE if dense else 10_000
    rare = [year for year in counts.dated_years if year < before]
    dated = sum(counts.dated_years[year] for year in rare)
    checked = sum(counts.checked_years[year] for year in rare)
    found = checked if checked > 0.5 * dated else 0
    return Judged(found + inside.found, (0 if found else plain) + inside.by_chance)


def _inside(counts: Counts) -> Judged:
    """Numbers inside longer runs of digits: many windows, so some fit by chance; runs with a date in them fit one in
    eleven times."""
    hits, dated = counts.cells["identity_inside"], counts.numbers["dated_inside"]
    expected = counts.numbers["windows"] * _WINDOW_CHANCE
    if by_chance(hits, expected) or (dated >= 5 and hits <= 0.25 * dated):
        return Judged(0, hits)
    return Judged(hits, 0)


RULE: Final = Rule(
    name="identity_number",
    weight="hold",
    title=Words("居民身份证号码（18 位）", "Resident identity numbers (18 characters)"),
    message=Words(
        "“%(subject)s”中发现居民身份证号码（%(count)s 处）。请删除或遮盖。",
        "Resident identity numbers were found in “%(subject)s” (%(count)s). Remove or mask them.",
    ),
    source=Words(
        "GB 11643-1999；《个人信息保护法》第二十八条；GB/T 35273-2020 附录 B",
        "GB 11643-1999; Personal Information Protection Law, article 28; GB/T 35273-2020 annex B",
    ),
    counts=Words(
        "18 位，出生日期真实存在，校验码正确；不使用行政区划代码表（区划会变）。全角、汉字数字、形近字母、空格和各种"
        "分隔、换行、零宽字符、更长数字串之中、JSON、网页、网址编码、base64 和十六进制中的，以及拆分在相邻几列中的都算。",
        "18 characters with a real date of birth and the right check digit; no table of places, because districts change. "
        "Also full-width, in Chinese numerals, with look-alike letters, spaces or other separators, over lines, with "
        "zero-width signs, inside longer runs of digits, in JSON, HTML, URL encoding, base64 and hexadecimal, and split "
        "over neighbouring columns.",
    ),
    ignores=Words(
        "统一社会信用代码；带日期的许可证号、订单号等流水号（约十一分之一会碰巧符合校验）：整列按偶然比例出现的不算，只作说明。",
        "Unified social credit codes; serial numbers that carry a date, of which one in eleven passes the check by "
        "chance: where a whole column has no more than that, it is noted only.",
    ),
    prefilter=(
        rf"{DIGIT}(?:{GAP}{DIGIT}){{10}}",
        rf"[0-9]{{6}}{LETTER_GAP}[0-9]{{8}}{LETTER_GAP}[0-9]",
        OTHER_SCRIPT,
    ),
    judge=_judge,
)
