"""Column rules: only what was announced as open leaves, and the name alone can be reason enough to stay."""

import pytest

from portal.gate import names_person, plan_columns, revise_plan, sensitive_kind
from portal.kernel.columns import ColumnOrder
from portal.kernel.declaration import Declaration, DeclaredColumn
from portal.kernel.findings import Finding
from portal.kernel.vocab import ColumnAction, Openness
from tests.gate.builders import declaration, findings


def actions(declared: Declaration, *delivered: str) -> dict[str, tuple[str, str]]:
    plan = plan_columns(declared, delivered)
    return {rule.name: (str(rule.action), rule.reason) for rule in plan.rules}


def test_open_columns_are_published_and_an_unannounced_one_is_dropped_with_an_alarm() -> None:
    plan = plan_columns(declaration(), ("学校名称", "地址", "备注"))
    assert [str(rule.action) for rule in plan.rules] == ["publish", "publish", "drop"]
    assert [(r.code, r.severity, r.subject) for r in plan.reasons] == [("column_unannounced", "alarm", "备注")]
    assert [column.name for column in plan.absent] == ["备注"]


@pytest.mark.parametrize(
    ("openness", "code"),
    [(Openness.CLOSED, "column_closed"), (Openness.CONDITIONAL, "column_conditional"), (None, "column_undeclared")],
)
def test_columns_that_are_not_open_are_dropped(openness: Openness | None, code: str) -> None:
    declared = declaration(columns=(DeclaredColumn("a", openness=openness),))
    assert actions(declared, "a") == {"a": ("drop", code)}


def test_a_resource_for_applicants_keeps_its_conditional_columns_and_no_closed_one() -> None:
    columns = (
        DeclaredColumn("a", openness=Openness.CONDITIONAL),
        DeclaredColumn("b", openness=Openness.CLOSED),
        DeclaredColumn("c"),
        DeclaredColumn("d", openness=Openness.UNCONDITIONAL),
    )
    declared = declaration(openness=Openness.CONDITIONAL, open_condition="仅限科研", columns=columns)
    assert {name: action for name, (action, _) in actions(declared, "a", "b", "c", "d", "e").items()} == {
        "a": "publish",
        "b": "drop",
        "c": "drop",
        "d": "publish",
        "e": "drop",
    }


def test_a_secret_column_is_dropped_and_its_name_withheld() -> None:
    plan = plan_columns(
        declaration(columns=(DeclaredColumn("a", openness=Openness.UNCONDITIONAL, is_secret=True),)), ("a",)
    )
    assert plan.rules[0].action is ColumnAction.DROP
    assert plan.absent[0].name == ""


def test_columns_are_known_by_name_and_by_title_whatever_width_case_and_spaces() -> None:
    declared = declaration(columns=(DeclaredColumn("XXMC", title="学校 名称", openness=Openness.UNCONDITIONAL),))
    assert {rule[0] for rule in actions(declared, "ｘｘｍｃ", "学校名称").values()} == {"publish"}


def test_of_two_declarations_under_one_name_the_stricter_counts() -> None:
    declared = declaration(
        columns=(
            DeclaredColumn("a", openness=Openness.UNCONDITIONAL),
            DeclaredColumn("b", title="A", openness=Openness.CLOSED),
        )
    )
    assert actions(declared, "a")["a"] == ("drop", "column_closed")


def test_what_keeps_a_column_in_keeps_its_repetition_in() -> None:
    declared = declaration(
        columns=(DeclaredColumn("代号", is_secret=True),),
        columns_follow_resource=True,
        drop_columns=("内部备注",),
        column_actions=(("姓名", ColumnOrder(ColumnAction.MASK)),),
    )
    rules = actions(declared, "内部备注_2", "代号_3", "姓名_2", "年份_2")
    assert {name: action for name, (action, _) in rules.items()} == {
        "内部备注_2": "drop",
        "代号_3": "drop",
        "姓名_2": "mask",
        "年份_2": "publish",
    }


def test_a_repetition_is_not_open_because_the_first_of_its_name_is() -> None:
    assert actions(declaration(), "地址_2")["地址_2"] == ("drop", "column_unannounced")


@pytest.mark.parametrize("delivered", ["内部\u2060备注", "内部\u00ad备注", "长" * 120])
def test_an_order_to_drop_reaches_names_with_invisible_characters_and_names_that_were_cut(delivered: str) -> None:
    declared = declaration(columns=(), columns_follow_resource=True, drop_columns=("内部备注", "长" * 130))
    assert actions(declared, delivered)[delivered][0] == "drop"


def test_columns_follow_the_resource_only_where_the_mapping_says_so_and_none_is_declared() -> None:
    assert actions(declaration(columns=(), columns_follow_resource=True), "a")["a"][0] == "publish"
    assert actions(declaration(columns=()), "a")["a"] == ("drop", "column_unannounced")
    assert actions(declaration(columns_follow_resource=True), "a")["a"] == ("drop", "column_unannounced")


def test_a_column_without_a_name_is_dropped() -> None:
    assert actions(declaration(columns=(), columns_follow_resource=True), " ")[" "] == ("drop", "column_unnamed")


def test_the_mapping_orders_columns_dropped_masked_and_sensitive_ones_dropped() -> None:
    declared = declaration(
        columns=(),
        columns_follow_resource=True,
        drop_columns=("内部备注",),
        column_actions=(("姓名", ColumnOrder(ColumnAction.MASK)),),
        drop_sensitive_columns=True,
    )
    assert actions(declared, "内部备注", "姓名", "身份证号", "面积") == {
        "内部备注": ("drop", "column_dropped_by_mapping"),
        "姓名": ("mask", "column_changed_by_mapping"),
        "身份证号": ("drop", "column_sensitive_name"),
        "面积": ("publish", "column_follows_resource"),
    }


def test_an_order_to_mask_does_not_open_a_closed_column() -> None:
    declared = declaration(
        columns=(DeclaredColumn("a", openness=Openness.CLOSED),),
        column_actions=(("a", ColumnOrder(ColumnAction.MASK)),),
    )
    assert actions(declared, "a")["a"] == ("drop", "column_closed")


def test_a_plan_is_revised_only_under_a_signed_order() -> None:
    found = findings(Finding("mobile_number", "地址", "cell", 3))
    ordered = declaration(drop_sensitive_columns=True)
    plan = plan_columns(ordered, ("学校名称", "地址"))
    revised = revise_plan(ordered, plan, found)
    assert revised is not None
    assert [(r.name, str(r.action)) for r in revised.rules] == [("学校名称", "publish"), ("地址", "drop")]
    assert revised.reasons[0].severity == "alarm"
    assert revise_plan(ordered, revised, found) is None
    assert revise_plan(declaration(), plan, found) is None
    assert revise_plan(declaration(drop_sensitive_columns=True, mapping_signed_by=None), plan, found) is None


@pytest.mark.parametrize("rule", ["secrecy_mark", "serial_number"])
def test_a_secrecy_mark_or_a_serial_number_never_revises_a_plan(rule: str) -> None:
    ordered = declaration(drop_sensitive_columns=True)
    plan = plan_columns(ordered, ("学校名称", "地址"))
    assert revise_plan(ordered, plan, findings(Finding(rule, "地址", "cell", 3))) is None


SENSITIVE = [
    "身份证号",
    "身份证号码",
    "身份證號碼",
    "公民身份号码",
    "居民身份证",
    "法定代表人身份证号",
    "法定代表人证件号码",
    "证件号码",
    "行政相对人代码_6(居民身份证号)",
    "身份证",
    "护照号",
    "港澳通行证号码",
    "社会保障号",
    "残疾证号",
    "手机",
    "手机号",
    "手机_2",
    "联系人手机",
    "监护人电话",
    "家庭住址",
    "户籍地址",
    "现住址",
    "住 址",
    "银行卡号",
    "开户账号",
    "出生日期",
    "出生年月",
    "病历号",
    "宗教信仰",
    "SFZH",
    "sfzhm",
    "XK_FR_SFZH",
    "CF_XDR_SFZ",
    "XK_XDR_ZJHM",
    "FRSFZH",
    "LXRSJHM",
    "sjh",
    "JTZZ",
    "hjdz",
    "YHKH",
    "CSRQ",
    "shenfenzheng",
    "ID Card No.",
    "id_card",
    "IdCardNo",
    "identity_number",
    "National ID",
    "passport_no",
    "Passport",
    "mobile",
    "Mobile Phone",
    "cellphone",
    "home_address",
    "Bank Account",
    "date_of_birth",
    "birthDate",
    "DOB",
    "身份证号１",
]
HARMLESS = [
    "学校名称",
    "统一社会信用代码",
    "行政许可决定书文号",
    "许可证件号",
    "许可证编号",
    "证件类型",
    "法定代表人",
    "法人代表",
    "负责人",
    "联系电话",
    "地址",
    "住所",
    "经营场所",
    "注册地址",
    "开户银行名称",
    "手机信号覆盖率",
    "手机维修点",
    "身份证办理点",
    "XK_XDR_SHXYM",
    "XK_WSH",
    "XK_FRDB",
    "电话",
    "邮编",
    "id",
    "ID",
    "Mobile library stop",
    "passport office",
    "address",
    "phone",
    "name",
    "card reader count",
    "birth rate",
    "出生人口",
    "出生率",
    "账户余额合计",
    "诊断试剂名称",
    "密度",
    "XH",
    "MC",
    "zjhmc",
]


@pytest.mark.parametrize("name", SENSITIVE)
def test_names_that_say_it_are_sensitive(name: str) -> None:
    assert sensitive_kind(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_names_that_only_resemble_are_not(name: str) -> None:
    assert sensitive_kind(name) is None


@pytest.mark.parametrize(
    ("name", "is_person"),
    [("姓名", True), ("法定代表人", True), ("XM", True), ("法定代表人身份证号", False), ("名称", False)],
)
def test_columns_of_peoples_names_are_known(name: str, is_person: bool) -> None:
    assert names_person(name) is is_person
