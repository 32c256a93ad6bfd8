"""Mobile numbers of the mainland."""

from typing import Final

from portal.gate.rules.counts import ENOUGH, Counts, Judged, by_chance
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import LETTER_GAP

_LISTED_CHANCE: Final = 0.02
_ENOUGH_OF_ELEVEN: Final = 50
_FEWEST: Final = 3


def _judge(counts: Counts) -> Judged:
    """Numbers of eleven digits by chance: some 8 % look like mobile numbers, and of those that begin with 1 three in ten
    go on with 0, 1 or 2, which no mobile number does. Groups between commas and the like are mostly lists of numbers."""
    cells = counts.cells["mobile_cells"]
    is_chance = _is_chance(counts, cells)
    listed, lists = counts.cells["listed_mobile"], counts.numbers["lists"]
    is_list = lists >= ENOUGH and listed <= _LISTED_CHANCE * lists
    plain = counts.cells["mobile_number"]
    return Judged(
        plain + (0 if is_chance else cells) + (0 if is_list else listed),
        (cells if is_chance else 0) + (listed if is_list else 0),
    )


def _is_chance(counts: Counts, cells: int) -> bool:
    """Whether random numbers explain the hits: by their share, and by how many numbers beside them are no mobile numbers.
    For seven that begin with 13 to 19 there are three with 10 to 12, and eighty with another first digit."""
    eleven, one = counts.numbers["eleven"], counts.numbers["eleven_from_1"]
    low, others = counts.numbers["eleven_from_10_to_12"], eleven - one
    if eleven < _ENOUGH_OF_ELEVEN or cells < _FEWEST or not 0.03 <= cells / eleven <= 0.15 or low < 0.15 * one:
        return False
    return by_chance(cells, 7 / 80 * others) and by_chance(cells, 7 / 3 * low, spread=10 / 3)


RULE: Final = Rule(
    name="mobile_number",
    weight="hold",
    title=Words("手机号码", "Mobile numbers"),
    message=Words(
        "“%(subject)s”中发现手机号码（%(count)s 处）。请删除，或由审核人确认其为公开的服务电话。",
        "Mobile numbers were found in “%(subject)s” (%(count)s). Remove them, or let a reviewer confirm that they are "
        "public service numbers.",
    ),
    source=Words(
        "《电信网编号计划》；GB/T 35273-2020 附录 A", "Telecommunications numbering plan; GB/T 35273-2020 annex A"
    ),
    counts=Words(
        "1[3-9] 开头的 11 位数字，前面可有 0、86、+86、0086 或 17951 等接入码；分组、逐位分隔、括号、全角、汉字数字、形近字母、"
        "编码后的，以及拆分在相邻几列中的都算。公开的服务电话也算，由审核人放行。",
        "Eleven digits that begin with 1[3-9], also after 0, 86, +86, 0086 or a carrier's code such as 17951; in groups, digit "
        "by digit, with parentheses, full-width, in Chinese numerals, with look-alike letters, encoded, and split over "
        "neighbouring columns. Service numbers count, too: a reviewer releases those.",
    ),
    ignores=Words(
        "带区号的固定电话、400 电话、已遮盖的号码（138****0000）；整列 11 位随机数字中碰巧像手机号的。",
        "Landlines with their area code, 400 numbers, masked numbers (138****0000); what looks so by chance in a column of "
        "random numbers of eleven digits.",
    ),
    prefilter=(rf"[0-9]{{3}}{LETTER_GAP}[0-9]{{4}}{LETTER_GAP}[0-9]", r"[0-9][eE]\+?0?10"),
    patterns=(r"(?:^|[^0-9.])1\.[3-9][0-9]{5,9}[eE]\+?0?10(?:$|[^0-9])",),
    judge=_judge,
)
