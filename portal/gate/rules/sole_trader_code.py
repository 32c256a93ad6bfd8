"""Unified social credit codes of sole traders."""

from typing import Final

from portal.gate.rules.counts import CHANCE, ENOUGH, Counts, Judged
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import DIGIT, GAP


def _judge(counts: Counts) -> Judged:
    """Of random codes with prefix 92 one in 31 passes the check; a code among those is not worth a word."""
    hits, like = counts.cells["sole_trader_code"], counts.numbers["trader_like"]
    return Judged(0, hits) if like >= ENOUGH and hits <= CHANCE * like else Judged(hits, 0)


RULE: Final = Rule(
    name="sole_trader_code",
    weight="note",
    title=Words("个体工商户统一社会信用代码", "Unified social credit codes of sole traders"),
    message=Words(
        "“%(subject)s”含有个体工商户的统一社会信用代码（%(count)s 处），可指向经营者个人；双公示依法公开此类代码。",
        "“%(subject)s” holds unified social credit codes of sole traders (%(count)s), which point to a person; publishing "
        "them is lawful in lists of licences and penalties.",
    ),
    source=Words(
        "GB 32100-2015；发改办财金〔2018〕424号（双公示）；《个人信息保护法》第十三条",
        "GB 32100-2015; standard for publishing licences and penalties (2018, No. 424); Personal Information Protection Law, "
        "article 13",
    ),
    counts=Words(
        "92 开头且校验码正确的统一社会信用代码：登记信息依法公示，因此只作说明；与姓名列同表、又没有许可、处罚、登记等内容的，"
        "按 sole_trader_beside_person 处理。",
        "Codes that begin with 92 and whose check digit fits. Registrations are public by law, so this is noted only; beside a "
        "column of persons in a table that is not about licences, penalties or registrations, the next rule applies.",
    ),
    ignores=Words(
        "其他前缀（法人和其他组织），一律公开。", "All other prefixes: legal persons and organisations are public."
    ),
    prefilter=(
        r"(?:^|[^0-9A-Za-z])92[0-9]{6}[0-9A-Z]{9}",
        r"９２[０-９]{6}",
        rf"(?:^|[^0-9])[9９九玖⑨]{GAP}[2２二贰貳②](?:{GAP}{DIGIT}){{6}}",
    ),
    judge=_judge,
)
