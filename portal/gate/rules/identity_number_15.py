"""Resident identity numbers of the old form, 15 digits."""

from typing import Final

from portal.gate.rules.counts import ENOUGH, Counts, Judged
from portal.gate.rules.model import Rule, Words


def _judge(counts: Counts) -> Judged:
    """The old form has no check digit. In a column of business registration numbers, which have one, only numbers that
    fail it can be identities."""
    fifteen, registered = counts.numbers["fifteen"], counts.numbers["registered"]
    if fifteen >= 5 and registered >= 0.6 * fifteen:
        rest, dated = fifteen - registered, counts.cells["old_unregistered_cells"]
    else:
        rest, dated = fifteen, counts.cells["old_cells"]
    return Judged(0, dated) if rest >= ENOUGH and dated <= 0.2 * rest else Judged(dated, 0)


RULE: Final = Rule(
    name="identity_number_15",
    weight="hold",
    title=Words("居民身份证号码（旧 15 位）", "Resident identity numbers of the old form (15 digits)"),
    message=Words(
        "“%(subject)s”中发现旧式身份证号码（15 位，%(count)s 处）。请删除或遮盖。",
        "Identity numbers of the old form (15 digits) were found in “%(subject)s” (%(count)s). Remove or mask them.",
    ),
    source=Words(
        "GB 11643-1989；GS 15-2006（工商注册号）", "GB 11643-1989; GS 15-2006 (business registration numbers)"
    ),
    counts=Words(
        "15 位数字，前两位是省级代码，第 7 至 12 位是真实日期。",
        "15 digits that begin with a province and have a real date in the seventh to twelfth place.",
    ),
    ignores=Words(
        "工商注册号（自身校验码正确的）；整列随机 15 位数字中碰巧符合的。",
        "Business registration numbers whose own check digit fits; what fits by chance in a column of random numbers.",
    ),
    judge=_judge,
)
