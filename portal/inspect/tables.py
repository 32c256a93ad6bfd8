"""What a table's columns together say about a finding: positions of protected places, small counts, whose vehicles."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from portal.gate.rules import protected_position, small_count
from portal.gate.rules.scripts import in_both_scripts, name_pattern
from portal.inspect.rows import is_holder
from portal.kernel.findings import Finding

_COORDINATE_NAME: Final = name_pattern(
    r"经度|緯度|纬度|經度|坐标|座標|经纬|^[xyXY]$|lng|lon(?:gitude)?\b|lat(?:itude)?\b|^jd$|^wd$|geom|wkt|shape|位置|^点位$"
)
_PRECISE: Final = r"[0-9]\.[0-9]{4,}"
_OPERATING: Final = name_pattern(
    r"公交|巴士|线路|路线|出租|客运|货运|营运|运营|道路运输|运输|业户|企业|公司|单位|经营|车队|环卫|校车|旅游|bus|taxi|line|route|company"
)
_OWNER: Final = name_pattern(r"车主|所有人|驾驶[人员]|司机|当事人|违法|违停|owner|driver")
_REGISTER: Final = name_pattern(
    r"许可|处罚|决定|经营|登记|字号|法定代表|相对人|行政|企业|商户|市场主体|个体|公司|信用代码|营业|店|^(?:XK|CF)_"
)
_ORGANISATION_CODE: Final = name_pattern(r"组织机构代码|組織機構代碼|ZZJGDM")
"""Codes of GB 11714 (eight signs and a check sign) that may have the form of a permit."""
_APPROVAL: Final = name_pattern(r"批准文号|药品.{0,4}(?:文号|编码|本位码)|注册证|备案号|国药准字")
"""Approvals of medicines and devices: a letter, a year and a number, as home return permits have a letter and a number."""
_FEW: Final = 0.1
_COUNT_NAME: Final = name_pattern(
    r"人数|人次|例数|病例|户数|死亡|患者数|人口|感染数|确诊|(?:低保|残疾|救助|孤儿|特困|五保).{0,6}(?:数|户|人)|(?:cases|deaths|persons|people|patients|population)"
)
_SENSITIVE_COUNT: Final = name_pattern(
    r"病例|例数|死亡|患者|感染|确诊|残疾|低保|救助|孤儿|特困|五保|艾滋|自杀|受害|吸毒|戒毒|未成年|侵害|家暴|离婚|流产|cases|deaths|patients"
)
_NO_COUNT: Final = name_pattern(
    r"机构|设施|床位|单位|率$|率[(（%]|占比|比重|构成比|位次|名次|排名|排序|编制|座位|核定|定员|职工|教职|从业|教师|医师|护士|执业"
)
_ROUNDING: Final = 1e-6
_MOST_BROKEN: Final = 0.2
_FINE_GROUP: Final = name_pattern(
    r"乡|镇|街道|社区|村|居委|小区|年龄|性别|学校|班级|age|sex|gender|village|street|community"
)
_GROUP: Final = name_pattern(
    r"地区|区域|区县|行政区|乡|镇|街道|社区|村|年龄|性别|病种|疾病|民族|职业|学校|age|sex|area|district|disease"
)
_IS_PROTECTED: Final = in_both_scripts(protected_position.PROTECTED)
_IS_PUBLIC: Final = in_both_scripts(protected_position.PUBLIC_BY_LAW)
_PROTECTED: Final = re.compile(_IS_PROTECTED)
_PUBLIC_BY_LAW: Final = re.compile(_IS_PUBLIC)


def find_in_tables(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> list[Finding]:
    """Findings that need a look at several columns, without persons: positions and counts."""
    checks = _positions(schema) | _counts(schema)
    if not checks:
        return []
    row = (
        frame.select(check.fill_null(value=False).sum().alias(str(i)) for i, check in enumerate(checks.values()))
        .collect(engine="streaming")
        .row(0)
    )
    return [Finding(rule, name, "cell", count) for (rule, name), count in zip(checks, row, strict=True) if count]


def judge_by_table(findings: list[Finding], columns: tuple[str, ...]) -> list[Finding]:
    """The findings as the other columns' names make them appear: plates of organisations, codes of sole traders."""
    has_person = any(is_holder(name) or _OWNER.search(name) for name in columns)
    is_operating = not has_person and any(_OPERATING.search(name) for name in columns)
    is_register = any(_REGISTER.search(name) for name in columns)
    judged = []
    for finding in findings:
        if finding.rule == "vehicle_plate" and is_operating and finding.share >= 0.5:
            judged.append(replace(finding, rule="operating_vehicle_plate"))
        elif finding.rule == "sole_trader_code" and not is_register:
            judged.append(replace(finding, rule="sole_trader_beside_person"))
        elif finding.rule == "passport" and finding.column and _is_of_things(finding.column, finding.share):
            judged.append(replace(finding, rule="serial_number"))
        else:
            judged.append(finding)
    return judged


def _is_of_things(column: str, share: float) -> bool:
    """Whether a column's name says that its codes are no people's; among approvals, a few that look so still count."""
    return bool(_ORGANISATION_CODE.search(column) or (share >= _FEW and _APPROVAL.search(column)))


def _positions(schema: Mapping[str, pl.DataType]) -> dict[tuple[str, str], pl.Expr]:
    places = {name: dtype for name, dtype in schema.items() if _is_place(name, dtype)}
    if not places:
        return {}
    texts = [n for n, dtype in schema.items() if dtype == pl.String]
    named = any(_PROTECTED.search(name) and not _PUBLIC_BY_LAW.search(name) for name in schema)
    said = [pl.col(n).str.contains(_IS_PROTECTED) & ~pl.col(n).str.contains(_IS_PUBLIC) for n in texts]
    if named:
        is_protected: pl.Expr = pl.lit(value=True)
    elif said:
        is_protected = pl.any_horizontal(said)
    else:
        return {}
    return {("protected_position", name): _is_precise(name, dtype) & is_protected for name, dtype in places.items()}


def _is_place(name: str, dtype: pl.DataType) -> bool:
    if dtype == pl.Binary:
        return True
    return bool(_COORDINATE_NAME.search(name)) and (dtype == pl.String or dtype.is_float() or dtype.is_decimal())


def _is_precise(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Binary:
        return column.is_not_null()
    if dtype == pl.String:
        return column.str.contains(_PRECISE)
    scaled = column.cast(pl.Float64) * 1000
    return column.is_not_null() & ((scaled - scaled.round()).abs() > 1e-4)


def _counts(schema: Mapping[str, pl.DataType]) -> dict[tuple[str, str], pl.Expr]:
    """Cells from 1 to 4 in columns that count people, in tables that group them."""
    others = " ".join(schema)
    if not _GROUP.search(others):
        return {}
    checks = {}
    for name, dtype in schema.items():
        if not dtype.is_numeric() or not _COUNT_NAME.search(name) or _NO_COUNT.search(name):
            continue
        is_sensitive = _SENSITIVE_COUNT.search(name) and _FINE_GROUP.search(others)
        rule = "small_sensitive_count" if is_sensitive else "small_count"
        column = pl.col(name)
        checks[rule, name] = (column >= 1) & (column < small_count.SMALLEST_SAFE) & _is_whole(column, dtype)
    return checks


def _is_whole(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Whether the column counts: people are whole; shares, averages and thousands of people (`万人`) mostly are not."""
    if dtype.is_integer():
        return pl.lit(value=True)
    broken = ((column - column.round()).abs() > _ROUNDING).sum()
    return broken <= column.count() * _MOST_BROKEN
