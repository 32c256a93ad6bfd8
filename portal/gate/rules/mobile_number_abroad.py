"""Mobile numbers of Hong Kong, Macao and Taiwan."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import END, GAP, START

RULE: Final = Rule(
    name="mobile_number_abroad",
    weight="hold",
    title=Words("港澳台手机号码", "Mobile numbers of Hong Kong, Macao and Taiwan"),
    message=Words(
        "“%(subject)s”中发现港澳台手机号码（%(count)s 处）。请删除，或由审核人确认其为公开的服务电话。",
        "Mobile numbers of Hong Kong, Macao or Taiwan were found in “%(subject)s” (%(count)s). Remove them, or let a "
        "reviewer confirm that they are public service numbers.",
    ),
    source=Words("香港、澳门、台湾地区电话号码计划", "Numbering plans of Hong Kong, Macao and Taiwan"),
    counts=Words(
        "+852（4 至 9 开头八位）、+853（6 开头八位）、+886（9 开头九位）；没有国家码的，在写明手机、电话等字样的单元格或列中。",
        "After +852 eight digits from 4 to 9, after +853 eight from 6, after +886 nine from 9; without the code, beside a word "
        "for mobile telephones.",
    ),
    ignores=Words(
        "没有字样提示的八位数字；2、3 开头的香港固定电话。",
        "Eight digits without such a word; landlines of Hong Kong (2 and 3).",
    ),
    words=(
        "手机",
        "手機",
        "行动电话",
        "行動電話",
        "流动电话",
        "流動電話",
        "obile",
        "MOBILE",
        "hatsApp",
        "hatsapp",
        "电话",
        "電話",
    ),
    prefilter=(
        rf"(?:^|[^0-9])(?:00)?[8８][5５][23２３]{GAP}[4-9４-９](?:{GAP}[0-9０-９]){{7}}",
        rf"(?:^|[^0-9])(?:00)?[8８][8８][6６]{GAP}[09０９](?:{GAP}[0-9０-９]){{8}}",
        r"(?:^|[^0-9.])[0０][9９][0-9０-９]{2}[\-－][0-9０-９]{3}",
    ),
    patterns=(
        r"(?:(?:\+|\(|(?:^|[^0-9])00)\s?852\)?[^0-9]{0,3}|(?:^|[^0-9])852[^0-9]{1,3})[4-9][0-9]{3}[\s\-]?[0-9]{4}(?:$|[^0-9])",
        r"(?:(?:\+|\(|(?:^|[^0-9])00)\s?853\)?[^0-9]{0,3}|(?:^|[^0-9])853[^0-9]{1,3})6[0-9]{3}[\s\-]?[0-9]{4}(?:$|[^0-9])",
        r"(?:(?:\+|\(|(?:^|[^0-9])00)\s?886\)?[^0-9]{0,3}|(?:^|[^0-9])886[^0-9]{1,3})(?:\(?0\)?)?[\s\-]?9(?:[\s\-]?[0-9]){8}(?:$|[^0-9])",
        r"(?:^|[^0-9A-Za-z.])09[0-9]{2}\-[0-9]{3}\-[0-9]{3}(?:$|[^0-9A-Za-z.\-])",
    ),
    patterns_beside_word=(
        rf"{START}(?:[5-9][0-9]{{3}}[\s\-]?[0-9]{{4}}|4[0-9]{{3}}\s[0-9]{{4}}){END}",
        rf"{START}09(?:[\s\-]?[0-9]){{8}}{END}",
    ),
    word=r"手[机機]|行[动動][电電][话話]|流[动動][电電][话話]|(?i:mobile|whatsapp|cell\s?phone)|(?:香港|澳[门門]|港澳|[台臺][湾灣]).{0,6}[电電][话話]",
)
