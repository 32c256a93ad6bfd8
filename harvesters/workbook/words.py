"""The words that catalogue workbooks use as column heads, and which field of ours each names.

Source: 政务信息资源目录编制指南（试行）, 发改高技〔2017〕1272号, annex 1, and the variants that districts made of it.
"""

import re
import unicodedata

_RESOURCE = r"(?:(?:政务|公共)?(?:信息|数据)?资源(?:目录)?|(?:公共)?数据集|數據集|資料集)"
_PROVIDER = r"(?:提供方|提供单位|提供部门|责任方|责任单位|数源部门|数源单位|来源部门|来源单位|发布部门|发布单位)"
_ITEM = r"(?:信息项|数据项|数据元|字段|指标项)"
_IN_ITEMS = re.compile(rf"{_ITEM}(?:信息|属性|说明)?|(?:{_RESOURCE})?{_ITEM}.*")

# Field → the head itself, standing alone or under any group.
_ALONE = {
    "sequence": r"序号|编号序号|序號",
    "code": rf"{_RESOURCE}(?:代码|编码|标识符?|编号)|目录(?:代码|编码)",
    "title": rf"{_RESOURCE}(?:中文)?(?:名称|标题|名稱)|名称|目录名称",
    "title_en": rf"{_RESOURCE}英文名称?|英文名称",
    "provider": rf"{_RESOURCE}?{_PROVIDER}(?:名称)?|資料來源|提供機關名稱",
    "provider_code": rf"{_RESOURCE}?{_PROVIDER}(?:代码|编码|统一社会信用代码)",
    "summary": rf"{_RESOURCE}?(?:摘要|简介|描述|内容简介)",
    "class_1": rf"{_RESOURCE}分类类|类",
    "class_2": r"项",
    "class_3": r"目",
    "class_4": r"细目",
    "format": rf"{_RESOURCE}格式(?:类型)?",
    "share": r"共享类型|共享属性|是否共享|共享属性类型",
    "share_condition": r"共享条件|共享属性条件",
    "share_method": r"共享方式(?:分类|类型)?",
    "open": r"开放类型|开放属性|是否(?:向)?(?:社会)?开放|社会开放属性|公开属性|开放属性类型",
    "open_condition": r"开放条件|开放属性条件",
    "open_method": r"开放方式",
    "secret": r"涉密属性|是否涉密|涉密标识|涉密标志|涉密|密级",
    "grade": r"数据分级|数据级别|安全级别|分级",
    "data_class": r"数据分类",
    "level": r"管理层级|数据层级|权属层级|所属层级",
    "update_cycle": r"更新周期|更新频率|更新頻率",
    "published": r"发布日期|发布时间|上架日期?",
    "modified": r"更新日期|更新时间|最后更新(?:日期|时间)|最後更新時間",
    "related": rf"关联{_RESOURCE}?(?:代码|编码|名称)?",
    "theme": r"主题|主题分类|所属主题|领域|所属领域",
    "keywords": r"关键字|关键词|标签",
    "owner": r"责任处室|责任科室|内设机构|提供方内部部门",
    "approver": r"审核人|审批人",
    "basis": r"开放依据",
    "files": r"数据文件(?:名称?)?|文件(?:名称?)?|附件(?:名称?)?",
    "remark": r"备注",
    "item_name": rf"{_ITEM}(?:中文)?(?:名称?)?",
    "item_code": rf"{_ITEM}(?:英文名称?|代码|编码|标识符?)",
    "item_type": rf"(?:{_ITEM}|数据)(?:数据)?类型",
    "item_length": rf"(?:{_ITEM}|数据)(?:数据)?长度",
    "item_share": rf"{_ITEM}(?:共享类型|共享属性|是否共享)",
    "item_open": rf"{_ITEM}(?:开放类型|开放属性|是否(?:向)?(?:社会)?开放)",
    "item_secret": rf"{_ITEM}(?:涉密属性|是否涉密|涉密标识|涉密|密级)",
    "item_description": rf"{_ITEM}(?:描述|说明|定义|备注)",
}  # fmt: skip
# Group → field → the head under it.
_GROUPS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        rf"{_RESOURCE}?分类",
        {"class_1": r"类|一级分类|大类", "class_2": r"项|二级分类", "class_3": r"目|三级分类", "class_4": r"细目|四级分类"},
    ),
    (rf"{_RESOURCE}?格式", {"format_class": r"分类|格式分类", "format": r"类型|格式类型"}),
    (
        r"共享属性|共享",
        {
            "share": r"类型|属性|共享类型|是否共享",
            "share_condition": r"条件|共享条件",
            "share_method": r"(?:共享)?方式(?:分类|类型)?",
        },
    ),
    (
        r"(?:社会)?开放属性|(?:社会)?开放",
        {
            "open": r"类型|属性|开放类型|是否(?:向)?(?:社会)?开放",
            "open_condition": r"条件|开放条件",
            "open_method": r"方式|开放方式",
        },
    ),
    (
        _IN_ITEMS.pattern,
        {
            "item_sequence": r"序号",
            "item_name": r"(?:中文)?名称|.*(?:信息项|数据项|数据元|字段)(?:中文)?名称?",
            "item_code": r"英文名称?|代码|编码|标识符?|字段名|.*英文名称?",
            "item_type": r"(?:数据)?类型|.*数据类型",
            "item_length": r"(?:数据)?长度|.*数据长度",
            "item_share": r"共享类型|共享属性|是否共享",
            "item_open": r"开放类型|开放属性|是否(?:向)?(?:社会)?开放",
            "item_secret": r"涉密属性|是否涉密|涉密标识|涉密|密级",
            "item_description": r"描述|说明|定义|备注",
        },
    ),
)  # fmt: skip
_ALONE_PATTERNS = {field: re.compile(pattern) for field, pattern in _ALONE.items()}
_GROUP_PATTERNS = tuple(
    (re.compile(group), {field: re.compile(pattern) for field, pattern in heads.items()}) for group, heads in _GROUPS
)
FIELDS = tuple(
    dict.fromkeys((*_ALONE, *(field for _, heads in _GROUPS for field in heads)))
)  # everything a column can be
_SHORT = 2  # 名称 or 代码 under a head that is not understood may be anything's
# Heads with these words decide something: one that is not understood stops the run instead of being passed over.
_DECIDING = re.compile(r"密|开放|共享|公开|分级|定级")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NOISE = re.compile(r"[\s*:、,.;\-_]+")
_NOTES = "注|备注|说明|填表|填报|审核|联系|填写|制表|单位负责人|单位盖章"
NOTE = re.compile(rf"(?:{_NOTES})[^:：]{{0,12}}[:：]|注\s*\d|(?:合计|总计|共计)$")


def head(text: str) -> str:
    """A head as it is compared: without brackets and what is in them, white space, stars and colons."""
    plain = unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", _BRACKETS.sub("", plain))


def field_of(group: str, leaf: str) -> str | None:
    """The field that a column head names, given the head above it ("": none)."""
    for pattern, heads in _GROUP_PATTERNS if group else ():
        if pattern.fullmatch(group):
            found = next((field for field, name in heads.items() if name.fullmatch(leaf)), None)
            if found:
                return found
    candidates = [group + leaf, *([leaf] if not group or len(leaf) > _SHORT else [])]
    return next((f for text in candidates for f, pattern in _ALONE_PATTERNS.items() if pattern.fullmatch(text)), None)


def decides(text: str) -> bool:
    """Whether a head that nobody understood looks as if it said something about sharing, opening or secrecy."""
    return bool(_DECIDING.search(text))
