"""What a gate must catch. `tests/sample_platform/hazards.py` says which record carries what and what should happen."""

from dataclasses import replace

from ..shapes import CLOSED, CONDITIONAL, NOT_SHARED, SECRET, Column, Resource
from ..values import (
    STREETS,
    company,
    credit_code,
    cycle,
    day,
    identity_number,
    mix,
    mobile_number,
    person_name,
    pick,
    serial,
    street,
    whole,
)
from .making import date, number, resource, text


def hazardous_resources() -> tuple[Resource, ...]:
    return (*_declared(), *_columns(), *_contents())


def _declared() -> tuple[Resource, ...]:
    """Caught by what was declared, before anything is fetched."""
    counted = (text("街镇", cycle(STREETS), "Subdistrict"), number("数量", whole(1, 400, 901), "Count"))
    closed = tuple(replace(column, open_attr=CLOSED) for column in counted)
    conditional = tuple(replace(column, open_attr=CONDITIONAL) for column in counted)
    return (
        resource(
            "GAJ", 901, "户籍迁入迁出登记", "户籍迁移业务登记。", closed, 480, theme="公共安全", cycle="每日",
            open_attr=CLOSED,
        ),
        resource(
            "RSJ", 901, "失业保险金申领情况", "失业保险金申领记录，依申请开放。", conditional, 360, theme="就业社保",
            cycle="每月", open_attr=CONDITIONAL,
            en=("Unemployment insurance claims", "Claims of unemployment insurance by subdistrict, open on application."),
            open_condition="仅限科研机构用于就业研究，需签订利用协议，使用期满后销毁数据并提交利用报告",
        ),
        resource(
            "YJJ", 901, "应急物资储备库点位与储备量", "应急物资储备情况。", counted, 60, theme="公共安全",
            secret_flag=SECRET,
        ),
        resource(
            "ZJJ", 901, "房屋租赁备案统计", "共享属性与开放属性互相矛盾的目录。", counted, 144, theme="城建住房",
            share_attr=NOT_SHARED,
        ),
        resource(
            "TJJ", 901, "第三次经济普查主要数据", "开放属性未填写的目录。", counted, 120, theme="财税金融", open_attr="",
        ),
        resource(
            "CZJ", 901, "国有资产出租情况", "开放属性使用了未登记的代码。", counted, 88, theme="财税金融", open_attr="4",
        ),
        resource(
            "SWJ", 901, "供水管网拓扑", "供水管网节点与管段。", counted, 900, theme="水利水务", grade="重要数据",
        ),
        resource(
            "HBJ", 901, "国控断面水质自动监测原始数据", "上级下发、由市级管理的数据。", counted, 720, theme="生态环境",
            level="市级",
        ),
        resource(
            "NYJ", 901, "耕地地力调查点", "未填写开放依据的目录。", counted, 210, theme="农业农村", basis="",
        ),
    )  # fmt: skip


def _columns() -> tuple[Resource, ...]:
    """Caught by column: announced otherwise than delivered, closed, secret, or named like what it is."""
    permits = (
        text("许可决定文书号", serial("示审许字〔2026〕{:05d}号"), "Decision number"),
        text("行政相对人名称", company(911), "Licensee"),
        text("统一社会信用代码", credit_code(912), "Unified social credit code"),
        date("许可决定日期", day("2026-01-04", 0.4), "Decided on"),
    )
    return (
        replace(
            resource("SPJ", 911, "餐饮服务许可信息", "多送了一列目录中没有的列。", permits, 640, theme="信用服务", cycle="每周"),
            columns=(*permits, Column("内部审批意见", pick(("同意", "补正后同意"), 913), announced=False)),
        ),
        resource(
            "SPJ", 912, "道路运输许可信息", "其中一列不予开放。",
            (*permits, text("法定代表人", person_name(914), "Legal representative", open_attr=CLOSED)),
            520, theme="信用服务", cycle="每周",
            en=("Road transport permits", "One column is closed by the department and must not appear."),
        ),
        resource(
            "SPJ", 913, "施工许可信息", "其中一列标注为涉密。",
            (*permits, text("保密项目代号", serial("XM-{:04d}"), "Code name", secret_flag=SECRET)),
            300, theme="信用服务", cycle="每月",
        ),
        resource(
            "RSJ", 911, "职业技能证书发放", "列名直接是身份证号，而属性填了无条件开放。",
            (
                text("证书编号", serial("ZS2026{:06d}"), "Certificate"),
                text("职业工种", pick(("电工", "焊工", "育婴员", "保育师"), 915), "Trade"),
                text("身份证号", identity_number(916), "Identity number"),
            ), 800, theme="就业社保", cycle="每月",
        ),
    )  # fmt: skip


def _remark(i: int) -> str:
    """Every eleventh remark holds a mobile number in running text."""
    if i % 11 == 4:
        return f"已电话回访（{mobile_number(921)(i)}），居民表示满意"
    return ("已现场处置", "已转属地街道", "已告知物业整改")[mix(922, i) % 3]


def _file_code(i: int) -> str:
    return identity_number(923)(i)


def _note(i: int) -> str | None:
    """One identity number, in full-width digits and with blanks, in the last row alone."""
    if i == 4999:
        plain = identity_number(925)(i)
        return "补办，原件号" + " ".join(plain).translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))
    return "正常" if mix(924, i) % 9 else None


def _contents() -> tuple[Resource, ...]:
    """Caught only by reading every row."""
    return (
        resource(
            "MZJ", 921, "困难群众救助发放明细", "标注为无条件开放，列名无害，内容是身份证号。",
            (
                text("救助编号", serial("JZ{:06d}"), "Number"),
                text("档案代码", _file_code, "File code"),
                text("救助类别", pick(("低保", "特困", "临时救助"), 926), "Kind"),
                number("发放金额", whole(300, 3000, 927), "Amount (CNY)"),
            ), 1200, theme="社会民生", cycle="每月",
        ),
        resource(
            "CGJ", 921, "城市管理投诉处置", "备注中夹有手机号码。",
            (
                text("工单编号", serial("GD2026{:06d}"), "Case"),
                date("受理日期", day("2026-01-01", 0.1), "Received on"),
                text("所属街镇", street(928), "Subdistrict"),
                text("备注", _remark, "Remarks"),
            ), 3000, theme="城建住房", cycle="每周",
        ),
        resource(
            "ZJJ", 921, "公共租赁住房配租结果", "姓名与住宅地址同在一表。",
            (
                text("姓名", person_name(929), "Name"),
                text("家庭住址", lambda i: f"示例区{STREETS[i % 12]}望岳小区{i % 30 + 1}幢{i % 4 + 1}单元{i % 18 + 1:02d}01室"),
                text("配租批次", cycle(("2026年第一批", "2026年第二批")), "Batch"),
            ), 260, theme="城建住房", cycle="每季度",
        ),
        resource(
            "YJJ", 921, "消防设施巡查记录", "最后一行的备注里有一个全角的身份证号。",
            (
                text("巡查编号", serial("XC{:06d}"), "Inspection"),
                text("单位名称", company(930), "Unit"),
                text("备注", _note, "Remarks"),
            ), 5000, theme="公共安全", cycle="每周",
        ),
        resource(
            "JYJ", 921, "教师资格认定结果", "附件表格里有手机号码。",
            (
                text("认定批次", cycle(("2026年上半年", "2026年下半年")), "Batch"),
                text("资格种类", pick(("幼儿园教师", "小学教师", "初级中学教师"), 931), "Kind"),
                text("联络方式", mobile_number(932), "Contact"),
            ), 0, theme="教育科技", files=(("csv-gbk", "教师资格认定结果.csv"),),
        ),
    )  # fmt: skip
