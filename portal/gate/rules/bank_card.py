"""Numbers of payment cards."""

from typing import Final

from portal.gate.rules.counts import CHANCE, ENOUGH, Counts, Judged, by_chance
from portal.gate.rules.model import Rule, Words

_LUHN_CHANCE: Final = 0.1


def _judge(counts: Counts) -> Judged:
    rounded, lossy = counts.cells["bank_card"], counts.numbers["lossy"]
    if lossy:  # floating-point numbers have lost their check digit: only a column of such numbers is one of cards
        cards = counts.cells["card_cells"]
        return Judged(cards, 0) if cards > 0.5 * lossy else Judged(0, cards)
    likely, cells = counts.numbers["card_like"], counts.cells["card_cells"]
    is_chance = likely >= ENOUGH and cells <= CHANCE * likely and by_chance(cells, _LUHN_CHANCE * likely)
    return Judged(rounded, cells) if is_chance else Judged(cells + rounded, 0)


RULE: Final = Rule(
    name="bank_card",
    weight="hold",
    title=Words("银行卡号", "Bank card numbers"),
    message=Words(
        "“%(subject)s”中发现银行卡号（%(count)s 处）。请删除。",
        "Bank card numbers were found in “%(subject)s” (%(count)s). Remove them.",
    ),
    source=Words(
        "ISO/IEC 7812-1（发卡机构标识、附录 B 校验）；JR/T 0008 银联卡号段",
        "ISO/IEC 7812-1 (issuer, check of annex B); JR/T 0008 (UnionPay)",
    ),
    counts=Words(
        "13 至 19 位，发卡机构号段与长度相符，Luhn 校验正确；四位一组等各种写法。",
        "13 to 19 digits whose issuer and length agree and whose Luhn check fits, in groups of four or otherwise.",
    ),
    ignores=Words(
        "卡号一样开头的整列流水号（十分之一会碰巧符合校验），只作说明。",
        "Columns of serial numbers that begin like cards, of which one in ten passes the check by chance; noted only.",
    ),
    patterns=(r"(?:^|[^0-9.])(?:6\.2|5\.[1-5]|4\.[0-9]|3\.[57])[0-9]{9,13}[eE]\+?1(?:[5-8])(?:$|[^0-9])",),
    prefilter=(r"\.[0-9]{9,15}[eE]\+?1[4-8]",),
    judge=_judge,
)
