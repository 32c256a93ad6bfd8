"""Names of people beside identity numbers of which enough is left to tell who it is."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import PERSON

MASKED: Final = r"(?:^|[^0-9])[1-9][0-9]{5}(?:[0-9]{4,8})?[*＊xX×•●]{4,}[0-9]{0,4}[0-9Xx]?(?:$|[^0-9*])"
MASKED_MOBILE: Final = r"1[3-9][0-9][*＊×xX•●]{4}[0-9]{4}(?:$|[^0-9])"
"""A mobile number of which only the middle is hidden."""
_BLANKED: Final = r"(?:[*＊×•●]{2,12}|[_#＃□○◯ ]{4,12})"
"""Signs that hide digits. Where a star is forbidden, as in names of sheets and files, programs put a blank or a line."""
_VISIBLE: Final = rf"[1-9][0-9]{{5,13}}{_BLANKED}[0-9]{{0,3}}[0-9Xx]?"
_VISIBLE_MOBILE: Final = rf"1[3-9][0-9]{_BLANKED}[0-9]{{4}}(?:$|[^0-9])"

RULE: Final = Rule(
    name="name_beside_masked_identity",
    weight="hold",
    title=Words("姓名与部分遮盖的身份证号", "Names beside partly masked identity numbers"),
    message=Words(
        "“%(subject)s”中姓名旁的身份证号只遮盖了一部分（%(count)s 处）。请删除其一，或由审核人确认公示依据。",
        "Names stand beside identity numbers that are masked only in part in “%(subject)s” (%(count)s). Remove one of the "
        "two, or let a reviewer confirm the basis for showing them.",
    ),
    source=Words(
        "《个人信息保护法》第七十三条（去标识化）；GB/T 37964-2019",
        "Personal Information Protection Law, article 73; GB/T 37964-2019",
    ),
    counts=Words(
        "同一行或同一单元格中，姓名与留有地区码的部分遮盖身份证号。",
        "A name and an identity number that still shows its district, in one row or one cell.",
    ),
    ignores=Words(
        "没有姓名的遮盖号码；法定代表人等依法公示的姓名。",
        "Masked numbers without a name; legal representatives, who are public by law.",
    ),
    prefilter=(r"[0-9０-９]{6}[*＊×•●]{2}|[0-9]{3}[*＊×•●]{4}[0-9]|[0-9]{3}(?:_{4}|#{4}|□{4}|○{4}| {4})",),
    patterns=(
        rf"{PERSON}\s*[,，、;；(（][^\n]{{0,24}}?{_VISIBLE}",
        rf"{PERSON}\s*[,，、;；(（](?:[^\n]{{0,24}}?[^0-9])?{_VISIBLE_MOBILE}",
        rf"(?:姓名|申请人|户主|当事人|学生|患者)\s*[:：]?\s*[\p{{Han}}·]{{2,5}}[^0-9]{{0,16}}{_VISIBLE}",
        rf"(?:^|[\s,，;；、:：])[\p{{Han}}]{{2,4}}[\s,，(（]{{1,3}}(?:(?:男|女)[\s,，]{{1,2}})?(?:身份证号?码?[:：]?\s*)?{_VISIBLE}",
    ),
)
