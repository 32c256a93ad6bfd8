"""E-mail addresses."""

from typing import Final

from portal.gate.rules.model import Rule, Words

_SPELLED_AT: Final = r"[\[(（【<{]\s*(?i:at|艾特)\s*[\])）】>}]|\s(?i:at)\s|#@|艾特"
AT: Final = rf"\s*(?:{_SPELLED_AT})\s*"
SPELLED_DOT: Final = r"\s*[\[(（【<{]\s*(?i:dot|点)\s*[\])）】>}]\s*|\s(?i:dot)\s"
SEPARATED: Final = r"[\s\-*'~_|/:、·•—–‐-―]+"
_EMAIL: Final = r"[A-Za-z0-9][A-Za-z0-9._%+\-]*\s?@\s?(?:[A-Za-z0-9\-]+\s?\.\s?)+[A-Za-z]{2,}"

RULE: Final = Rule(
    name="email_address",
    weight="hold",
    title=Words("电子邮箱", "E-mail addresses"),
    message=Words(
        "“%(subject)s”中发现政府域名以外的电子邮箱（%(count)s 处）。请删除，或由审核人确认其可以公开。",
        "E-mail addresses outside government domains were found in “%(subject)s” (%(count)s). Remove them, or let a "
        "reviewer confirm that they are public.",
    ),
    source=Words("GB/T 35273-2020 附录 A", "GB/T 35273-2020 annex A"),
    counts=Words(
        "政府域名（.gov、.gov.cn 等）以外的所有邮箱，写成 [at]、(dot)、全角的也算。",
        "Every address outside government domains, also spelled with [at], (dot) or full-width signs.",
    ),
    ignores=Words("政府域名的邮箱。", "Addresses in government domains."),
    words=("@", "＠", "﹫", "艾特"),
    prefilter=(r"[A-Za-z0-9]\s*[\[(（【<{]\s*(?i:at)\s*[\])）】>}]", r"[A-Za-z0-9]\s(?i:at)\s[A-Za-z0-9]"),
    patterns=(_EMAIL,),
    except_for=r"[A-Za-z0-9][A-Za-z0-9._%+\-]*\s?@\s?(?:[A-Za-z0-9\-]+\.)*gov(?:\.[a-z]{2})?($|[^A-Za-z.\-]|\.[^A-Za-z]|\.$)",
)
