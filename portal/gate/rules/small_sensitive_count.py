"""Small counts of people in situations that are sensitive by themselves."""

from typing import Final

from portal.gate.rules.model import Rule, Words

RULE: Final = Rule(
    name="small_sensitive_count",
    weight="hold",
    title=Words("疾病、救助等的小计数", "Small counts about disease, welfare and the like"),
    message=Words(
        "“%(subject)s”中有 %(count)s 个小于 5 的病例或救助人数，可能指向具体的人。请按小计数抑制规则处理该列。",
        "“%(subject)s” holds %(count)s numbers of cases or recipients below 5, which may single people out. Suppress small "
        "counts in this column.",
    ),
    source=Words(
        "《个人信息保护法》第二十八条；GB/T 37964-2019",
        "Personal Information Protection Law, article 28; GB/T 37964-2019",
    ),
    counts=Words(
        "同上，且列名涉及病例、死亡、患者、残疾、低保、救助、孤儿等，并有乡镇、街道、社区、村或年龄分组。",
        "As above, where the column speaks of cases, deaths, patients, disability or welfare, and the table goes down to "
        "townships, communities, villages or ages.",
    ),
    ignores=Words("省、市、区县级汇总。", "Totals of provinces, cities and districts."),
)
