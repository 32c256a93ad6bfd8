"""Homes of people."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import NAMED_FIRST
from portal.gate.rules.signs import PERSON as NAMED

_NUMBER: Final = r"[0-9一二三四五六七八九十]+"
_HAMLET: Final = "[湾塆屯庄寨冲坪坝坡塝垸塘沟圩岗坳畈屋]"
"""How the parts of a village end, in whose addresses no street and no group stands."""
_FINE: Final = (
    rf"(?:{_NUMBER}\s*(?:单元|室|号楼|栋|幢|座|户|号院|组|队|社|弄|院|号|排|门)|[0-9A-Za-z]+\-[0-9]+\-[0-9]{{3,4}}"
    rf"|[A-Za-z]?[0-9]+\-[0-9]{{3,4}}$)"
)
_DOOR: Final = (
    rf"(?:室|附{_NUMBER}号|(?:单元|号楼|栋|幢|弄|门|组|{_HAMLET})[^,，;；。\n]{{0,10}}[0-9]"
    rf"|小?组(?:$|[^\p{{Han}}])|{_HAMLET}[0-9]+号|\-[0-9]{{3,4}})"
)
FLAT: Final = (
    rf"{_NUMBER}\s*(?:号楼|单元|栋|幢|座|号院|弄|号)[^,，;；0-9]{{0,12}}[0-9]{{2,}}\s*(?:室|号|户|$)"
    rf"|[\p{{Han}}][0-9]+(?:\-[0-9]+){{1,2}}\-[0-9]{{3,4}}\s*(?:室|号|户|$)"
    rf"|{_NUMBER}\s*(?:号楼|单元|栋|幢)[^,，;；]{{0,8}}{_NUMBER}\s*(?:室|号|户)"
    rf"|村[^,，;；]{{0,8}}?{_NUMBER}\s*(?:组|社|队)\s*(?:{_NUMBER}\s*号)?\s*$|村[^,，;；]{{0,10}}?{_NUMBER}\s*号(?:附{_NUMBER}号)?\s*$"
)
"""An address down to the door, a village down to the house or the group."""
DOOR_IN_TEXT: Final = (
    rf"[\p{{Han}}]{{2,20}}(?:{_NUMBER}\s*(?:号楼|栋|幢|座|弄)[^,，;；。\n]{{0,8}}?[0-9]+\s*(?:室|号|户|单元)|{_NUMBER}单元[0-9]{{2,}}|[0-9]+\-[0-9]+\-[0-9]{{3,4}}(?:$|[^0-9\-])"
    rf"|村(?:第)?[^,，;；。\n0-9]{{0,4}}{_NUMBER}\s*(?:村民小)?组[^,，;；。\n]{{0,6}}?[0-9]+\s*号|村[\p{{Han}}]{{0,4}}{_HAMLET}[0-9]+号)"
)
"""The same inside a longer text."""
PERSON: Final = r"^\s*[\p{Han}]{2,4}(?:·[\p{Han}]{1,8})?\s*$"
NO_PERSON: Final = r"[室部处科股台站所局院店组办厅司会校部门]\s*$|中心|值班|客服|前台"

RULE: Final = Rule(
    name="home_address",
    weight="hold",
    title=Words("个人住址", "Home addresses"),
    message=Words(
        "“%(subject)s”中发现个人住址（%(count)s 处）。请删除，或概括到街道。",
        "Home addresses of people were found in “%(subject)s” (%(count)s). Remove them or shorten them to the street.",
    ),
    source=Words(
        "GB/T 35273-2020 附录 B；GB/T 23705 地名地址编码",
        "GB/T 35273-2020 annex B; GB/T 23705 (place names and addresses)",
    ),
    counts=Words(
        "家住、现住、户籍、住址等字样后接门牌、室、楼、单元、弄、院、村组；或没有单位的表中，人名旁的门牌到户地址。",
        "Words of living followed by a house, flat, building, entrance, lane, yard or village group; or an address down to the "
        "door beside a person in a table that lists no organisations.",
    ),
    ignores=Words("企业、机构、经营场所的地址。", "Addresses of companies, institutions and business premises."),
    words=("住", "户籍", "戶籍", "家在", "家庭地址"),
    prefilter=(NAMED_FIRST,),
    patterns=(
        rf"(?:^|[^\p{{Han}}]){NAMED}[,，]\s*(?:[\p{{Han}}]{{2,16}})(?:(?:{_NUMBER}|第)[^,，;；。\n]{{0,30}}?)?{_DOOR}",
        r"(?:家住|家在|[现現]住|[户戶]籍(?:地|所在地)?|居住(?:地|于|在|地址)|暂住|租住|家庭(?:地址|住址)|住宅地址|常住(?:地|地址|户口)?"
        rf"|(?:详细|个人|(?:^|[\s,，。;；:：、（(]))住址|(?:^|[\s,，。;；:：、（(])住(?:在|于|[:：])?)[^0-9]{{0,40}}?[^\n]{{0,40}}?{_FINE}",
    ),
    except_for=r"信用代码\s*[:：]?\s*(?:[135]|9[13])[0-9A-Z]{16,17}\s*[,，;；、]?\s*(?:住所|住址)[^;；]*|(律师事务所|公司|企业|单位|机构|学校|医院|经营场所|商户)(?:的)?住址[^,，;；]*",
)
