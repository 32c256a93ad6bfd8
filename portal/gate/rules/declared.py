"""The rules of the first two layers in words, for the page about the gate: what the department declared, and the names of
columns. The deciding is in `screening`, `planning` and `lexicon`."""

from typing import Final, NamedTuple

from portal.gate.rules.model import Words
from portal.gate.verdicts import Severity


class DeclaredRule(NamedTuple):
    """One rule about what was declared. `name`: the reason's code."""

    name: str
    weight: Severity
    title: Words
    source: Words


DECLARED: Final = (
    DeclaredRule(
        "openness_missing",
        "hold",
        Words(
            "只有提供部门明确的开放决定才算；共享不等于开放。",
            "Only an explicit decision of the department to open counts; sharing is not opening.",
        ),
        Words(
            "《公共数据开放管理规定》；发改高技〔2017〕1272号",
            "Guide to catalogues of government data (2017, No. 1272)",
        ),
    ),
    DeclaredRule(
        "closed",
        "refuse",
        Words("部门决定不予开放的，不公开。", "What the department decided not to open is not published."),
        Words("发改高技〔2017〕1272号", "Guide to catalogues of government data (2017, No. 1272)"),
    ),
    DeclaredRule(
        "conditional_terms_missing",
        "hold",
        Words(
            "有条件开放的，仅向获准的申请人提供，须写明开放条件；内容检查与无条件开放相同。",
            "Conditional data is for approved applicants alone; its terms must be stated, and its content is judged as strictly.",
        ),
        Words("发改高技〔2017〕1272号", "Guide to catalogues of government data (2017, No. 1272)"),
    ),
    DeclaredRule(
        "secret",
        "refuse",
        Words("标记为涉密的资源和信息项一律不公开。", "Resources and columns marked as secret are never published."),
        Words("《保守国家秘密法》", "Law on Guarding State Secrets"),
    ),
    DeclaredRule(
        "grade_never_open",
        "refuse",
        Words("分级为重要数据、核心数据的不公开。", "Data graded as important or core is not published."),
        Words("GB/T 43697-2024；《数据安全法》第二十一条", "GB/T 43697-2024; Data Security Law, article 21"),
    ),
    DeclaredRule(
        "owned_by_higher_level",
        "refuse",
        Words(
            "上级部门下发的数据，不由本地公开。",
            "What a higher level of government owns is not the district's to open.",
        ),
        Words("《政务数据共享条例》", "Regulations on the sharing of government data"),
    ),
    DeclaredRule(
        "column_unannounced",
        "alarm",
        Words(
            "未声明而出现的列不公开，并提醒部门。",
            "A column that was not announced is left out, and the department is told.",
        ),
        Words("本站规则", "Rule of this site"),
    ),
)
LEXICON: Final = (
    (
        Words("身份证件", "Identity documents"),
        Words("身份证号、证件号码、sfzh、zjhm、ID card", "id card, passport no, sfzh, zjhm"),
    ),
    (Words("手机", "Mobile telephones"), Words("手机号、移动电话、sjhm、mobile", "mobile phone, sjhm, shouji")),
    (Words("住址", "Homes"), Words("家庭住址、户籍地址、jtzz", "home address, jtzz, hjdz")),
    (Words("银行账户", "Bank accounts"), Words("银行卡号、开户账号、yhzh", "bank account, yhkh")),
    (Words("出生", "Births"), Words("出生日期、csrq", "date of birth, csrq")),
    (Words("健康", "Health"), Words("病历号、诊断、患者姓名", "records of patients and diagnoses")),
    (
        Words("私密事项", "Intimate matters"),
        Words("宗教信仰、指纹、密码、监护人姓名", "religion, fingerprints, passwords, guardians"),
    ),
)
"""Kinds of column names, with examples: Chinese in both scripts, English, pinyin, pinyin initials and the field codes of
the standard for publishing licences and penalties."""
