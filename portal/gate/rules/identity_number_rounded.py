"""Identity numbers that a spreadsheet rounded to 15 significant digits."""

from typing import Final

from portal.gate.rules.counts import ENOUGH, Counts, Judged
from portal.gate.rules.model import Rule, Words


def _judge(counts: Counts) -> Judged:
    rounded = counts.cells["rounded_cells"]
    like = counts.dated_years.total() or counts.numbers["eighteen"]  # in numbers with a date one in 1,000 ends so
    scientific = counts.cells["identity_number_rounded"]
    is_chance = like >= ENOUGH and rounded < 0.5 * like
    return Judged(scientific if is_chance else rounded + scientific, 0)


RULE: Final = Rule(
    name="identity_number_rounded",
    weight="hold",
    title=Words("被表格软件舍入的身份证号码", "Identity numbers rounded by a spreadsheet"),
    message=Words(
        "“%(subject)s”中发现疑似被表格软件舍入的身份证号码（%(count)s 处）。请删除该列。",
        "Numbers that look like identity numbers rounded by a spreadsheet were found in “%(subject)s” (%(count)s). "
        "Remove the column.",
    ),
    source=Words("表格软件只保留 15 位有效数字", "Spreadsheets keep 15 significant digits"),
    counts=Words(
        "18 位、日期真实、末三位为 000 的数字；浮点数列中的同类数字；“1.10101E+17”这样的科学计数法。",
        "18 digits with a real date that end in 000; such numbers in a column of floating-point numbers; scientific "
        "notation such as “1.10101E+17”.",
    ),
    ignores=Words(
        "18 位数字为主、少数以 000 结尾的流水号列。", "Columns of 18-digit serial numbers few of which end in 000."
    ),
    prefilter=(r"[0-9０-９][eEｅＥ][+＋]?0?1[07]",),
    patterns=(r"(?:^|[^0-9.])[1-8]\.[0-9]{2,16}[eE]\+?0?17(?:$|[^0-9])",),
    judge=_judge,
)
