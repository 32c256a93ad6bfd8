"""Sole traders' codes beside people's names where nothing says that the table is a public register."""

from typing import Final

from portal.gate.rules.model import Rule, Words

RULE: Final = Rule(
    name="sole_trader_beside_person",
    weight="hold",
    title=Words("人名旁的个体工商户代码", "Sole traders' codes beside names of people"),
    message=Words(
        "“%(subject)s”中有个体工商户代码（%(count)s 处），指向经营者个人，且看不出是依法公示的名单。请删除，或由审核人确认依据。",
        "Codes of sole traders, which point to a person, stand in “%(subject)s” (%(count)s), and nothing says that the list is "
        "public by law. Remove them, or let a reviewer confirm the basis.",
    ),
    source=Words("《个人信息保护法》第四条、第十三条", "Personal Information Protection Law, articles 4 and 13"),
    counts=Words(
        "92 开头且校验码正确的代码，而列名中没有许可、处罚、决定、经营范围、登记、字号、法定代表人等字样。",
        "A valid code with prefix 92 in a text, or in a table whose column names do not speak of licences, penalties, "
        "decisions, registrations, trade names or legal representatives.",
    ),
    ignores=Words("双公示、市场主体登记等依法公示的表。", "Lists of licences, penalties and registrations."),
)
