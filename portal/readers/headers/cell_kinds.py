"""What kind of thing a cell says, for those who look for headers: a value, a name of a column, a text."""

import re

_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?|[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_YEAR = re.compile(r"(19|20)\d\d(\.0)?")
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T]\d{1,2}:\d{2}.*)?|\d{1,2}[-/]\d{1,2}[-/]\d{4}([ T]\d{1,2}:\d{2}.*)?"
)
_CODE = re.compile(r"(?=.*\d)[0-9A-Z]{12,}|[0-9a-f-]{32,}")
_PLAIN = re.compile(r"[\d.,+%eE:/年月日時时分秒 -]*\d[\d.,+%eE:/年月日時时分秒 -]*")
_PHONE = re.compile(r"\+?[\d()（）-]{5,20}(转\d+)?")
# Words that end the names of columns in Chinese tables, and whole English ones. From the headers of 190 published files.
_NAME_ENDINGS = (
    "名称|名稱|姓名|全称|简称|序号|序號|编号|編號|号码|號碼|代码|代碼|编码|编码|文号|字号|字號|证号|番号|类型|類型|类别|類別|分类|种类|性质|"
    "性質|等级|级别|状态|狀態|地址|住址|地点|地點|位置|区域|區域|所属区|所属区县|区县|行政区划|行政區分|所在地|电话|電話|手机|传真|傳真|邮箱|"
    "郵件|网址|網址|網站|网站|联系人|聯絡人|负责人|負責人|法人|法定代表人|日期|时间|時間|年度|年份|年月|月份|有效期|有效期至|期限|截止日期|"
    "单位|單位|机构|機構|机关|機關|部门|部門|主管部门|企业|公司|备注|備註|说明|說明|描述|内容|內容|事项|事由|依据|结果|結果|理由|原因|"
    "数量|數量|人数|人數|户数|戶數|人口|人口数|人口數|面积|面積|金额|金額|价格|單價|合计|总数|比例|占比|比重|指标|指標|数值|经度|纬度|經度|緯度|座標|坐标|"
    "項目|项目|项目名|业务范围|经营范围|范围|規模|规模|排序|排名|形式|方式|批次|来源|用途|职务|职称|民族|性别|性別|年龄|学历|文化程度|政治面貌|"
    "层次|型号|规格|品种|产品|楼盘|区|街道|乡镇|社区|村|姓氏|科目|学校|学段|班级|成绩|品名|车站|站名|线路|里別|區別|發病日|任期|教別|型態"
)
_NAME = re.compile(
    rf"(?:[^，。；;\n]{{0,24}}(?:{_NAME_ENDINGS})(?:[（(\[【][^）)\]】]{{0,24}}[）)\]】])?\d?"
    r"|[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+"
    r"|(?:.*[ _.-])?(?:id|no|name|code|type|date|time|year|month|day|address|city|state|country|zip|phone|tel|email|lat|lng"
    r"|lon|latitude|longitude|x|y|status|category|description|title|url|count|total|amount|price|number|value|key|district"
    r"|region|notes?|remarks?|first|last|age|field))",
    re.IGNORECASE,
)

# Endings that say what a value is and end no value themselves, unlike `公司` or `区`.
_KIND_ENDINGS = (
    "名称|名稱|姓名|序号|序號|编号|編號|号码|號碼|代码|代碼|编码|編碼|文号|字号|字號|证号|类型|類型|类别|類別|性质|性質|等级|级别|状态|狀態|地址|住址|"
    "电话|電話|手机|传真|傳真|邮箱|网址|網址|联系人|聯絡人|负责人|負責人|法定代表人|日期|时间|時間|年份|月份|有效期|有效期至|期限|备注|備註|说明|說明|"
    "描述|依据|数量|數量|人数|人數|户数|戶數|面积|面積|金额|金額|经度|纬度|經度|緯度"
)
_KIND_NAME = re.compile(rf"[^，。；;\n]{{0,12}}(?:{_KIND_ENDINGS})")
_CODE_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


def is_value(cell: str) -> bool:
    """Whether a cell holds a value that no column is called: a number that is no year, a day, a code."""
    return bool(
        (_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell)) or _DATE.fullmatch(cell) or _CODE.fullmatch(cell)
    )


def is_measured(cell: str) -> bool:
    """Whether a cell of a body is a number, a day, a time, a telephone or a code, years included."""
    return bool(_PLAIN.fullmatch(cell) or _CODE.fullmatch(cell) or _PHONE.fullmatch(cell))


def is_column_name(cell: str) -> bool:
    """Whether a cell reads as the name of a column."""
    return len(cell) <= 40 and _NAME.fullmatch(cell) is not None


def is_kind_name(cell: str) -> bool:
    """Whether a cell ends in a word for a kind of values, which ends no value: `企业名称`, and not `某某公司`."""
    return _KIND_NAME.fullmatch(cell) is not None


def is_code_name(cell: str) -> bool:
    """Whether a cell reads as the name of a column in a database: `TOWN_ID`, `XK_XDR_MC`."""
    return _CODE_NAME.fullmatch(cell) is not None
