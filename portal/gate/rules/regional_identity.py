"""Identity cards of Hong Kong, Macao and Taiwan."""

from typing import Final

from portal.gate.rules.counts import ENOUGH, Counts, Judged
from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import END, START


def _judge(counts: Counts) -> Judged:
    """Of random codes of one letter and nine digits one in fifty passes the Taiwanese check (second sign 1, 2, 8 or 9)."""
    words, hits, like = (
        counts.cells["regional_identity"],
        counts.cells["taiwan_cells"],
        counts.numbers["taiwan_like"],
    )
    if like >= ENOUGH and hits <= 0.25 * like:
        return Judged(words, hits)
    return Judged(words + hits, 0)


RULE: Final = Rule(
    name="regional_identity",
    weight="hold",
    title=Words("港澳台身份证号码", "Identity cards of Hong Kong, Macao and Taiwan"),
    message=Words(
        "“%(subject)s”中发现港澳台身份证号码（%(count)s 处）。请删除或遮盖。",
        "Identity card numbers of Hong Kong, Macao or Taiwan were found in “%(subject)s” (%(count)s). Remove or mask them.",
    ),
    source=Words(
        "香港、澳门身份证印制格式；台湾地区身份证统一编号校验规则",
        "Printed form of the Hong Kong and Macao cards; check digit of the Taiwanese card",
    ),
    counts=Words(
        "香港：一两个字母、六位数字、括号内校验码；澳门：1、5、7、8 开头七位加括号内一位；"
        "台湾地区：一个字母加九位数字且校验正确。"
        "没有括号的港澳号码，在写明“身份证”等字样的单元格或列中才算。",
        "Hong Kong: one or two letters, six digits, a check digit in parentheses. Macao: seven digits from 1, 5, 7 or 8 and "
        "one in parentheses. Taiwan: a letter and nine digits with the right check digit. Without parentheses, numbers of "
        "Hong Kong and Macao count beside a word for identity cards.",
    ),
    ignores=Words(
        "没有字样提示、没有括号的八位编号。", "Codes of eight characters without parentheses and without such a word."
    ),
    words=("HKID", "BIR", "身份证", "身份證", "身分證"),
    prefilter=(r"[0-9０-９]{6}\s?[(（/][Aa0-9Ａ０-９]",),
    patterns=(
        rf"{START}[A-Z]{{1,2}}[0-9]{{6}}\s?\([0-9A]\)",
        rf"{START}[1578]/?[0-9]{{6}}/?\s?\([0-9]\)",
        rf"{START}[1578]/[0-9]{{6}}/[0-9]{END}",
    ),
    patterns_beside_word=(
        rf"{START}[A-Za-z]{{1,2}}[0-9]{{6}}\s?[0-9Aa]{END}",
        rf"{START}[1578][0-9]{{7}}{END}",
    ),
    word=(
        r"(?:香港|澳门|澳門|港澳|HK|Hong Kong|Macao|Macau).{0,12}(?:身份证|身份證|身分證|ID)"
        r"|身份[证證].{0,6}(?:香港|澳[门門]|港澳)|HKID|BIR"
    ),
    judge=_judge,
)
