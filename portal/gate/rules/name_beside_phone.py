"""Names of people beside telephone numbers."""

from typing import Final

from portal.gate.rules.model import Rule, Words

PHONE: Final = r"^\s*(?:\(?0[0-9]{2,3}\)?[\s\-]?)?[2-8][0-9]{3}[\s\-]?[0-9]{3,4}(?:[\s\-转]+[0-9]{1,5})?\s*$"
"""A whole cell that is a landline."""

RULE: Final = Rule(
    name="name_beside_phone",
    weight="hold",
    title=Words("姓名与电话", "Names beside telephone numbers"),
    message=Words(
        "“%(subject)s”中姓名与电话号码并列（%(count)s 处）。请删除其一。",
        "Names of people stand beside telephone numbers in “%(subject)s” (%(count)s). Remove one of the two.",
    ),
    source=Words("GB/T 35273-2020 附录 A", "GB/T 35273-2020 annex A"),
    counts=Words(
        "同一单元格中“联系人张三 010-…”之类；或同一行中姓名列与未遮盖的固定电话。",
        "“Contact Zhang San 010-…” in one cell; or a column of names and an unmasked landline in the same row.",
    ),
    ignores=Words("单位、科室、值班室的电话。", "Telephones of offices and departments."),
    words=("联系人", "聯絡人", "联络人", "先生", "女士", "小姐", "姓名", "经办人", "负责人", "老师", "同志"),
    patterns=(
        r"(?:(?:(?:联系人|联络人|聯絡人)|姓名|经办人|负责人)\s*[:：]?\s*[\p{Han}·]{2,5}|[\p{Han}]{1,3}(?:先生|女士|小姐|老师|同志))"
        r"[^0-9]{0,12}(?:0[0-9]{2,3}[\s\-]?)?[2-8][0-9]{3}\s?[0-9]{3,4}(?:$|[^0-9])",
    ),
)
