"""Counts so small that they single people out."""

from typing import Final

from portal.gate.rules.model import Rule, Words

SMALLEST_SAFE: Final = 5
"""Cells from 1 to 4 are small: the threshold of five that statistics offices use for frequency tables."""

RULE: Final = Rule(
    name="small_count",
    weight="alarm",
    title=Words("小计数", "Small counts"),
    message=Words(
        "“%(subject)s”中有 %(count)s 个小于 5 的人数，可能指向具体的人。请考虑合并分组或抑制小计数。",
        "“%(subject)s” holds %(count)s numbers of people below 5, which may single people out. Consider suppressing them.",
    ),
    source=Words(
        "GB/T 37964-2019（去标识化指南）；统计披露控制通用做法",
        "GB/T 37964-2019 (de-identification); statistical disclosure control",
    ),
    counts=Words(
        "列名写明人数、例数、户数等，单元格为 1 至 4，且表中另有地区、年龄、性别、病种等分组列。",
        "Cells from 1 to 4 in a column whose name speaks of numbers of people, cases or households, in a table with columns for "
        "place, age, sex or disease.",
    ),
    ignores=Words("0；机构数、设施数、床位数。", "Zero; numbers of institutions, facilities and beds."),
)
