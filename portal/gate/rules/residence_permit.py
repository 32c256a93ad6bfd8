"""Residence permits of people from Hong Kong, Macao and Taiwan, and of foreigners."""

from typing import Final

from portal.gate.rules.counts import Counts, Judged
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import CODE_END, CODE_START

_OLD: Final = (
    rf"{CODE_START}(?i:[A-Z]{{3}})(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{{2}}"
    rf"[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{2}}{CODE_END}"
)


def _judge(counts: Counts) -> Judged:
    cells, old = counts.cells["permit_cells"], counts.cells["residence_permit"]
    return Judged(old, cells) if counts.is_dated_serial else Judged(cells + old, 0)


RULE: Final = Rule(
    name="residence_permit",
    weight="hold",
    title=Words("居住证件号码", "Residence permit numbers"),
    message=Words(
        "“%(subject)s”中发现居住证件号码（%(count)s 处）。请删除或遮盖。",
        "Residence permit numbers were found in “%(subject)s” (%(count)s). Remove or mask them.",
    ),
    source=Words(
        "《港澳台居民居住证申领发放办法》（国办发〔2018〕81号）；2023 版外国人永久居留身份证；GA/T 704（旧版 15 位）",
        "Measures on residence permits of Hong Kong, Macao and Taiwan residents (2018); permanent residence card of 2023; "
        "GA/T 704 (old form of 15 characters)",
    ),
    counts=Words(
        "与居民身份证同规则、以 810000、820000、830000 或 9 开头的 18 位号码；旧版永久居留证（三个字母加 12 "
        "位数字，含真实日期）。",
        "Numbers of 18 characters in the scheme of identity numbers that begin with 810000, 820000, 830000 or 9; the old "
        "permanent residence card (three letters and 12 digits with a real date).",
    ),
    ignores=Words("统一社会信用代码（校验码正确的）。", "Unified social credit codes whose own check digit fits."),
    patterns=(_OLD,),
    patterns_without_separators=(_OLD,),
    judge=_judge,
)
