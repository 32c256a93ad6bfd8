"""Marks of state secrets and of internal documents."""

from typing import Final

from portal.gate.rules.model import Rule, Words

_MARK: Final = r"绝\s*密|絕\s*密|机\s*密|機\s*密|秘\s*密"
_STARS: Final = "★☆*✩✭✪⭐＊※"
_INTERNAL: Final = (
    r"内部(?:资料|文件|材料|刊物|使用)[,，、;；!！\s]*(?:注意|请勿|严禁|不得|妥善)|仅供内部(?:使用|参考|传阅|掌握)|内部(?:资料|文件|材料)\s*$"
    r"|[(（【\[]内部[)）】\]]|(?:不得|严禁|禁止|请勿)(?:对外|向社会)(?:公开|提供|传播|泄露)|不予公开\s*$|(?:此件|本件)(?:不公开|依申请公开)"
    r"|(?:工作|商业|警务)秘密[★☆*✩✭]|[(（【\[](?:工作|警务)秘密[)）】\]]|涉密(?:文件|资料|载体|人员|信息(?:[^系]|$))"
)

RULE: Final = Rule(
    name="secrecy_mark",
    weight="hold",
    title=Words("密级和内部标志", "Secrecy marks and internal documents"),
    message=Words(
        "“%(subject)s”中发现密级或内部标志（%(count)s 处）。请部门作出决定。",
        "A secrecy mark was found in “%(subject)s” (%(count)s). Ask the department for its decision.",
    ),
    source=Words(
        "《保守国家秘密法》；《国家秘密定密管理暂行规定》；GB/T 9704-2012（公文格式）",
        "Law on Guarding State Secrets; GB/T 9704-2012 (format of official documents)",
    ),
    counts=Words(
        "绝密、机密、秘密与★相连，在“密级”之后，或独占一行；“内部资料 注意保存”“不得对外公开”“此件不公开”之类。"
        "文件的隐藏部分和属性也查。",
        "The three grades with a star, after a word for the grade, or alone on a line; marks of internal documents "
        "and of documents "
        "that must not be published. Hidden parts and properties of files are looked at as well.",
    ),
    ignores=Words(
        "商业秘密保护、保密局、“密级：公开”等叙述。",
        "Texts about trade secrets, secrecy offices, or the grade “public”.",
    ),
    words=("密", "内部", "不予公开", "此件", "本件", "对外", "向社会", "SECRET", "CONFIDENTIAL"),
    patterns=(
        rf"(?:{_MARK})级?\s*[{_STARS}]|[{_STARS}]\s*(?:{_MARK})",
        rf"密\s*级\s*[:：为是]?\s*(?:{_MARK})",
        rf"(?m:^)[\s\[【(（<《'\x22=“]*(?:{_MARK})级?(?:[^\p{{Han}}\w]*[0-9]*\s*(?:[年月]|长期)?)?[\s)）】\]>》'\x22”]*(?:\.[A-Za-z]{{2,5}})?\s*(?m:$)",
        rf"""[:：=＝>"'“][\s]*(?:{_MARK})级?\s*(?:[,，。;；&<"'”|]|$)""",
        rf"(?:本|该|此|列为|定为|属于?|标有)(?:文件|资料|数据|信息|件)?(?:属于?|为|是|系)?(?:国家)?(?:{_MARK})(?:级|事项|文件|资料)",
        _INTERNAL,
        r"(?m:^)\W*(?:TOP SECRET|SECRET|CONFIDENTIAL)\W*(?m:$)",
    ),
    is_cured_by_dropping=False,
)
