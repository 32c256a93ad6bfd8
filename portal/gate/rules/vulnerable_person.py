"""Minors, patients, and people who receive welfare, by name."""

from typing import Final

from portal.gate.rules.model import Rule, Words
from portal.gate.rules.signs import PERSON

GROUP: Final = (
    r"低保|最低生活保障|特困|五保|[残殘]疾|智力障碍|精神障碍|孤儿|事实无人抚养|留守儿童|困境儿童|流浪|未成年|[学學]生|幼儿|婴儿|新生儿|儿童"
    r"|患者|病人|病例|确诊|感染者|密切接触|密接|艾滋|HIV|肺结核|精神病|尿毒症|肾衰|癌|肿瘤|白血病|梅毒|乙肝|肝炎|精神分裂|抑郁|血友病|脑瘫|自闭症|孤独症|麻风病|淋病|肝硬化|瘫痪|智障|重[大特]疾病|慢性病|临时救助|医疗救助"
    r"|救助对象|受助|贫困(?:户|人口|家庭|学生)|建档立卡|脱贫户|失独|计生特殊|优抚|退役军人|伤残|戒毒|吸毒|社区矫正|刑满释放|服刑|信访人|上访"
    r"|失业(?:人员|登记)|公租房保障|廉租|住房保障|保障对象|助学金|学籍|计划生育(?:手术|奖励)|孕产妇|产妇|家暴|受害人"
)
"""Words for people whose situation alone is sensitive."""
_WORDS: Final = (
    "低保|最低生活|特困|五保|残疾|殘疾|智力障碍|精神障碍|孤儿|无人抚养|儿童|流浪|未成年|学生|學生|幼儿|婴儿|新生儿|患者|病人|病例|确诊|感染者|密切接触|密接|艾滋|HIV"
    "|肺结核|精神病|尿毒症|癌|肿瘤|梅毒|乙肝|抑郁|重大疾病|重特|重病|慢性病|救助|受助|贫困|建档立卡|脱贫户|失独|计生特殊|优抚|退役军人|伤残|戒毒|吸毒|社区矫正|刑满"
    "|血友病|脑瘫|自闭症|孤独症|麻风病|淋病|肝硬化|瘫痪|智障"
    "|肾衰|白血病|肝炎|精神分裂|公租房|廉租|住房保障|保障对象|服刑|信访|上访|失业|助学金|学籍|计划生育|产妇|家暴|受害人"
)
ORGANISATION: Final = (
    r"联合会|残联|中心|医院|学校|小学|中学|大学|幼儿园|[局会校园院所店站厂馆社司处科办组团队]\s*$|公司|企业|机构|单位|协会|基金|工作|政策|条例|办法"
    r"|规定|服务|设施|场所|用品|就业|康复|疫苗|预防|门诊|文具|读物|乐园|活动"
)
"""What makes of such a word an organisation or a subject."""
_TOPIC: Final = r"(?:检测|诊断|筛查|管理|信息)系统|平台|试剂|关键技术"
ORGANISED: Final = (
    rf"(?:{GROUP})[\p{{Han}}]{{0,12}}?(?:{ORGANISATION})|(?:{GROUP})[\p{{Han}}A-Za-z--[患病者人儿童户]]{{0,14}}?(?:{_TOPIC})"
    rf"|(?:大量|众多|广大|成千上万)[\p{{Han}}]{{0,4}}?(?:{GROUP})(?:患者|病人)?"
)
"""Such a word inside the name of an organisation or a subject, or about many: taken out before the rest is judged."""
_PEOPLE: Final = r"(?:人员|对象|家庭|户|儿童|学生|人|患者|者|老人|妇女)?"

RULE: Final = Rule(
    name="vulnerable_person",
    weight="hold",
    title=Words("未成年人、患者、救助对象的姓名", "Minors, patients and recipients of welfare by name"),
    message=Words(
        "“%(subject)s”中有未成年人、患者或救助对象的姓名或名单（%(count)s 处）。请删除姓名，或改为汇总数据。",
        "Names or lists of minors, patients or recipients of welfare were found in “%(subject)s” (%(count)s). Remove the names, "
        "or publish totals instead.",
    ),
    source=Words(
        "《个人信息保护法》第二十八条（敏感个人信息）、第三十一条（未成年人）；《社会救助暂行办法》；GB/T 35273-2020 附录 B",
        "Personal Information Protection Law, articles 28 (sensitive personal information) and 31 (minors); GB/T 35273-2020 "
        "annex B",
    ),
    counts=Words(
        "同一行中有姓名，又有低保、特困、残疾、孤儿、学生、患者、确诊等字样（列名或单元格）；“患者张某某”之类；以及标题、文件名、工作表名"
        "写明是这些人的名单。",
        "A name in a row together with a word for welfare, disability, orphans, pupils, patients and the like, in a "
        "column's name or "
        "a cell; a person called so in one cell; and titles, file names and sheet names that say it is a list of such people.",
    ),
    ignores=Words(
        "机构名录（残联、学校、医院、福利院）、法定代表人和负责人、汇总人数。",
        "Directories of institutions, legal representatives and heads, and totals.",
    ),
    words=tuple(_WORDS.split("|")),
    patterns=(
        rf"{PERSON}\s*[,，、(（:：;；]\s*(?:系|为|是|属|确诊|患有?|罹患|因)?\s*(?:[\p{{Han}}]{{0,5}}?)(?:{GROUP}){_PEOPLE}",
        rf"(?:{GROUP}){_PEOPLE}(?:[^\n,，;；]{{0,10}})(?:名单|名册|花名册|台账|台帐|明细表?|信息表|登记表|公示表?|一览表)",
        r"(?:患者|病人|孤儿|低保户|特困户|五保户|贫困户|残疾人|学生|感染者|确诊病例)\s*[:：]?\s*[\p{Han}某]{2,4}\s*[,，(（、;；]\s*(?:[男女]|[0-9]{1,3}岁|身份|住|系|电话|年龄)",
    ),
    except_for=(
        rf"{ORGANISED}|"
        r"((?:[\p{Han}]{0,10})(?:机构|单位|学校|企业|医院|中心|基地|场所|组织|校|园|院|药品|目录|政策|项目|服务|设施|站点|点位|收费|标准)"
        r"(?:[\p{Han}]{0,4})(?:名单|名册|名录|明细表?|信息表|登记表|公示表?|一览表|台账))"
    ),
)
