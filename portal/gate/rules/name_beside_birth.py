"""Names of people beside their dates of birth."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import PERSON

_DATE: Final = r"(?:19[0-9]{2}|20[0-2][0-9])\s?[年./\-]\s?[0-1]?[0-9](?:\s?[月./\-]\s?[0-3]?[0-9])?\s?[日月号]?"
_COMPACT: Final = r"(?:19[0-9]{2}|20[0-2][0-9])(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])"
_DAY: Final = rf"(?:{_DATE}|{_COMPACT})"
DAY: Final = rf"(?:^|[^0-9]){_DAY}(?:$|[^0-9])"
BORN: Final = "出?生于|出生|生日|日生|月生"
BIRTH: Final = (
    rf"(?:出?生于|出生(?:日期|年月日?|时间)?|生日)[^0-9\n]{{0,24}}?{_DAY}"
    rf"|{_DAY}[^0-9\n]{{0,24}}?出?生(?:$|[^\p{{Han}}]|于|人)"
)
"""A day and a word of birth in a cell that stands beside a name."""

RULE: Final = Rule(
    name="name_beside_birth",
    weight="hold",
    title=Words("姓名与出生日期", "Names beside dates of birth"),
    message=Words(
        "“%(subject)s”中姓名与出生日期并列（%(count)s 处）。请删除其一，或将日期概括为年份。",
        "Names of people stand beside dates of birth in “%(subject)s” (%(count)s). Remove one of the two, or keep the year "
        "only.",
    ),
    source=Words("GB/T 35273-2020 附录 A", "GB/T 35273-2020 annex A"),
    counts=Words(
        "“张三，男，1978年3月5日出生”之类；或同一行中姓名列与出生日期列（列名或数值像生日）。",
        "“Zhang San, male, born on 5 March 1978” in one cell; or a column of names and one of dates of birth in the same row.",
    ),
    ignores=Words("成立、发证、决定等日期；历史人物。", "Dates of founding, issue and decision."),
    words=("出生", "生于", "生日", "生年", "日生", "月生"),
    patterns=(
        rf"{PERSON}\s*[,，、(（;；]\s*(?:(?:{BIRTH})|{_DAY}\s*(?:出?生|[)）]))",
        rf"[\p{{Han}}]{{2,4}}\s*[,，、(（;；\s]\s*(?:[男女]\s*[,，、;；\s]\s*)?(?:[\p{{Han}}]{{1,3}}族\s*[,，、;；\s]\s*)?"
        rf"(?:出?生于|出生[日期时间年月]*[:：]?|生日[:：]?)?\s*{_DATE}\s*(?:出?生|[)）]?$)",
        rf"(?:姓名|学生|患者|申请人|户主)\s*[:：]?\s*[\p{{Han}}·]{{2,5}}.{{0,20}}(?:出生|生日|生于)[^0-9]{{0,8}}{_DATE}",
        rf"[\p{{Han}}]{{2,4}}\s*[,，、(（;；\s].{{0,10}}(?:出?生于|出生日期|出生年月|生日)[^0-9]{{0,4}}{_DATE}",
    ),
)
