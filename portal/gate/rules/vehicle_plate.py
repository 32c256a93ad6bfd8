"""Number plates of vehicles."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import GAP, NUMERALS

_PLACE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼魯蘇贛晉陝閩貴粵寧瓊雲"
_SIGN: Final = "[A-HJ-NP-Z0-9]"
_GAP: Final = r"[\s·•.\-_:*～~|/]{0,2}"

RULE: Final = Rule(
    name="vehicle_plate",
    weight="hold",
    title=Words("机动车号牌", "Vehicle number plates"),
    message=Words(
        "“%(subject)s”中发现机动车号牌（%(count)s 处）。请删除，或由审核人确认其为单位营运车辆。",
        "Vehicle number plates were found in “%(subject)s” (%(count)s). Remove them, or let a reviewer confirm that the "
        "vehicles belong to organisations.",
    ),
    source=Words(
        "GA 36-2018《中华人民共和国机动车号牌》；GB/T 35273-2020", "GA 36-2018 (vehicle plates); GB/T 35273-2020"
    ),
    counts=Words(
        "省份简称、字母和五位（新能源六位）号码，警、学、港、澳、挂、使、领、试、超等，旧式外籍车牌，中间可有点、空格。"
        "凡是单元格或表中有人名的，或看不出是单位车辆的，都算。",
        "Province sign, letter and five signs (six for new energy), those of police, driving schools, Hong Kong, Macao, "
        "trailers, embassies and consulates, with dot or spaces between. They count where persons are in the table, and "
        "wherever nothing says that the vehicles belong to organisations.",
    ),
    ignores=Words(
        "没有人名列、且列名写明公交、出租、客运、货运、企业等的营运车辆表：只作说明（operating_vehicle_plate）。",
        "Tables without a column of persons whose column names speak of buses, taxis, transport companies and the like: "
        "those are noted only.",
    ),
    prefilter=(
        rf"[{_PLACE}]{GAP}[A-Za-zＡ-Ｚａ-ｚАВЕКМНОРСТХΑΒΕΗΚΜΝΟΡΤΧ]{GAP}[A-Za-z0-9Ａ-Ｚａ-ｚ０-９{NUMERALS}]{GAP}[A-Za-z0-9Ａ-Ｚａ-ｚ０-９{NUMERALS}]",
        r"使[0-9０-９]{3}|[0-9０-９]{6}使|WJ",
    ),
    patterns=(
        rf"(?:^|[^A-Za-z])[{_PLACE}]{_GAP}[A-Za-z]{_GAP}(?:(?i:[A-HJ-NP-Z0-9OI]){_GAP}){{4}}[警学港澳挂使领試试超應應急]",
        rf"[{_PLACE}]{_GAP}[A-HJ-Z]{_GAP}(?:[A-HJ-NP-Z]{_GAP}){{0,2}}[0-9](?:{_GAP}{_SIGN}){{3,4}}(?:$|[^A-Za-z0-9])",
        rf"[{_PLACE}]{_GAP}[A-HJ-Z]{_GAP}{_SIGN}{_GAP}{_SIGN}{_GAP}[0-9]{_GAP}[0-9]{_GAP}[0-9](?:{_GAP}{_SIGN})?(?:$|[^A-Za-z0-9])",
        rf"[{_PLACE}]{_GAP}[a-z]{_GAP}(?:[a-hj-np-z]{_GAP}){{0,2}}[0-9](?:{_GAP}[a-hj-np-z0-9]){{3,4}}(?:$|[^A-Za-z0-9])",
        r"(?:^|[^0-9])使[0-9]{3}·?[0-9]{3}(?:$|[^0-9])|(?:^|[^0-9])[0-9]{6}使(?:$|[^\p{Han}])",
        rf"WJ·?[{_PLACE}]·?[0-9]{{4}}[0-9XBTSHJD]",
    ),
)
