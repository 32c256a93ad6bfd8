"""Orders and permissions of a signed mapping: what they say, what they lift, and what nothing lifts."""

import pytest

from portal.gate import (
    Admitted,
    CutCase,
    Held,
    MappingInvalid,
    ValueMapping,
    judge,
    judge_cut,
    plan_columns,
    revise_plan,
)
from portal.gate.permissions import ALLOWABLE
from portal.kernel.columns import ColumnOrder, ColumnRule
from portal.kernel.declaration import ColumnPermission, DeclaredColumn
from portal.kernel.findings import Finding
from portal.kernel.vocab import ColumnAction, Openness
from tests.gate.builders import DATA_DIGEST, PAGE_DIGEST, case, declaration, findings, mapping, page_findings, part

PHONES = Finding("mobile_number", "地址", "cell", 3, 1.0)
OFFICES = ColumnPermission("地址", ("mobile_number",), "对外公布的办事电话")


@pytest.mark.parametrize(
    ("order", "parsed"),
    [
        ("mask", ColumnOrder(ColumnAction.MASK)),
        ({"mask": "phone"}, ColumnOrder(ColumnAction.MASK, "phone")),
        ({"generalise": "year"}, ColumnOrder(ColumnAction.GENERALISE, "year")),
        ({"generalise": "town"}, ColumnOrder(ColumnAction.GENERALISE, "town")),
        ({"generalise": {"band": 1000}}, ColumnOrder(ColumnAction.GENERALISE, "band:1000")),
        ({"generalise": {"band": 2.5}}, ColumnOrder(ColumnAction.GENERALISE, "band:2.5")),
        ({"generalise": {"grid": 0.01}}, ColumnOrder(ColumnAction.GENERALISE, "grid:0.01")),
        ({"suppress": 10}, ColumnOrder(ColumnAction.SUPPRESS, "10")),
    ],
)
def test_an_order_is_a_word_or_a_word_with_its_parameter(order: object, parsed: ColumnOrder) -> None:
    assert mapping(column_actions={"列": order}).column_actions == (("列", parsed),)


@pytest.mark.parametrize(
    "order",
    [
        "hide", 3, {}, {"mask": "face"}, {"generalise": "day"}, {"generalise": {"band": 0}}, {"generalise": {"grid": 90}},
        {"suppress": 1}, {"suppress": True}, {"suppress": "10"}, {"drop": "x"}, {"mask": "name", "drop": ""},
        {"generalise": {"band": float("inf")}},
    ],
)  # fmt: skip
def test_an_order_that_says_nothing_clear_is_refused_by_its_column(order: object) -> None:
    with pytest.raises(MappingInvalid):
        ValueMapping.parse({"column_actions": {"列名": order}})


def test_a_parameter_is_part_of_the_rule_and_of_the_plan() -> None:
    ordered = declaration(column_actions=(("地址", ColumnOrder(ColumnAction.GENERALISE, "town")),))
    plan = plan_columns(ordered, ("学校名称", "地址"))
    assert plan.rules[1] == ColumnRule("地址", ColumnAction.GENERALISE, "column_changed_by_mapping", "town")
    laxer = (plan.rules[0], ColumnRule("地址", ColumnAction.GENERALISE, "column_changed_by_mapping", "county"))
    verdict = judge(case(declaration=ordered, parts=(part(rules=laxer),)))
    assert "rules_laxer_than_declared" in {reason.code for reason in verdict.reasons}


def test_a_signed_permission_lifts_its_rule_in_its_column_and_tells_the_reviewer() -> None:
    held = judge(case(parts=(part(findings=findings(PHONES)),)))
    assert isinstance(held, Held)
    verdict = judge(case(declaration=declaration(allow_columns=(OFFICES,)), parts=(part(findings=findings(PHONES)),)))
    assert isinstance(verdict, Admitted)
    (note,) = [reason for reason in verdict.reasons if reason.code == "finding_allowed"]
    assert (note.severity, note.count) == ("note", 3)
    assert note.subject == "地址 · mobile_number · 对外公布的办事电话"


@pytest.mark.parametrize(
    "found",
    [
        Finding("mobile_number", "学校名称", "cell", 3),
        Finding("identity_number", "地址", "cell", 1),
        Finding("secrecy_mark", "地址", "cell", 1),
        Finding("email_address", "地址", "cell", 1),
        Finding("a_rule_of_tomorrow", "地址", "cell", 1),
    ],
)
def test_it_lifts_nothing_else(found: Finding) -> None:
    asked = case(declaration=declaration(allow_columns=(OFFICES,)), parts=(part(findings=findings(found)),))
    assert isinstance(judge(asked), Held)


def test_an_unsigned_mapping_allows_nothing() -> None:
    unsigned = declaration(allow_columns=(OFFICES,), mapping_signed_by=None)
    verdict = judge(case(declaration=unsigned, parts=(part(findings=findings(PHONES)),)))
    assert "found_mobile_number" in {reason.code for reason in verdict.reasons if reason.severity == "hold"}


@pytest.mark.parametrize("rule", ["identity_number", "secrecy_mark", "residence_permit", "passport", "anything"])
def test_identity_documents_and_secrecy_marks_cannot_be_allowed(rule: str) -> None:
    assert rule not in ALLOWABLE
    with pytest.raises(MappingInvalid, match="列"):
        mapping(allow_columns={"列": {"rules": [rule], "reason": "公开"}})


NOT_PERMISSIONS: list[object] = [
    {},
    {"rules": ["mobile_number"]},
    {"rules": [], "reason": "x"},
    {"rules": ["mobile_number"], "reason": " "},
]


@pytest.mark.parametrize("value", NOT_PERMISSIONS)
def test_a_permission_needs_rules_and_a_reason(value: object) -> None:
    with pytest.raises(MappingInvalid):
        mapping(allow_columns={"列": value})


def test_what_is_allowed_is_not_dropped_by_the_order_to_drop_what_is_sensitive() -> None:
    ordered = declaration(drop_sensitive_columns=True, allow_columns=(OFFICES,))
    plan = plan_columns(ordered, ("学校名称", "地址"))
    assert revise_plan(ordered, plan, findings(PHONES)) is None
    assert revise_plan(declaration(drop_sensitive_columns=True), plan, findings(PHONES)) is not None


def test_a_column_whose_name_says_telephone_is_published_under_a_permission_for_it() -> None:
    columns = (*declaration().columns, DeclaredColumn("手机号", openness=Openness.UNCONDITIONAL))
    rules = (*part().rules, ColumnRule("手机号", ColumnAction.PUBLISH, "column_open"))
    seen = findings(columns=("学校名称", "地址", "手机号"))
    asked = case(declaration=declaration(columns=columns), parts=(part(rules=rules, findings=seen),))
    assert isinstance(judge(asked), Held)
    allowed = ColumnPermission("手机号", ("mobile_number",), "值班电话")
    asked = case(
        declaration=declaration(columns=columns, allow_columns=(allowed,)), parts=(part(rules=rules, findings=seen),)
    )
    assert isinstance(judge(asked), Admitted)


def cut(*found: Finding, accepted: frozenset[tuple[str, str]] = frozenset(), **changes: object) -> CutCase:
    return CutCase(DATA_DIGEST, PAGE_DIGEST, (part(findings=findings(*found, **changes)),), page_findings(), accepted)


@pytest.mark.parametrize(
    "known",
    [
        ("found_mobile_number", "地址"),
        ("found_serial_number", "地址"),
        ("finding_allowed", "地址 · mobile_number · 办事电话"),
    ],
)
def test_fewer_rows_of_what_was_admitted_knowingly_are_admitted(known: tuple[str, str]) -> None:
    assert isinstance(judge_cut(cut(PHONES, accepted=frozenset({known}))), Admitted)


@pytest.mark.parametrize(
    "known",
    [
        ("found_mobile_number", "学校名称"),
        ("found_email_address", "地址"),
        ("finding_allowed", "地址 · email_address · x"),
    ],
)
def test_what_nobody_knew_of_holds_the_cut(known: tuple[str, str]) -> None:
    assert isinstance(judge_cut(cut(PHONES, accepted=frozenset({known}))), Held)


def test_a_cut_that_was_not_inspected_whole_is_held_and_an_empty_one_is_fine() -> None:
    assert isinstance(judge_cut(cut(rows_scanned=2)), Held)
    assert isinstance(judge_cut(cut(columns=("学校名称",))), Held)
    assert isinstance(judge_cut(cut(rows_scanned=0, rows_present=0)), Admitted)


MAIL = Finding("email_address", None, "contact#maintainer_email", 1, 1.0)
ASKED = ColumnPermission("contact", ("email_address",), "部门对外公布的邮箱")


def test_contacts_are_allowed_rule_by_rule_with_a_reason() -> None:
    parsed = mapping(particulars={"publish": True, "contacts": {"rules": ["email_address"], "reason": ASKED.reason}})
    assert (parsed.has_particulars, parsed.contacts) == (True, ASKED)
    assert mapping(particulars={"publish": True}).contacts is None
    assert not mapping().has_particulars


@pytest.mark.parametrize(
    "particulars",
    [
        {"publish": "yes"},
        {"publish": True, "contact": {}},
        {"publish": True, "contacts": {"rules": [], "reason": "x"}},
        {"publish": True, "contacts": {"rules": ["email_address"]}},
        {"publish": True, "contacts": {"rules": ["resident_identity"], "reason": "x"}},
        {"publish": True, "contacts": {"rules": ["email_address"], "reason": " "}},
    ],
)
def test_what_is_no_permission_of_contacts_is_refused(particulars: object) -> None:
    with pytest.raises(MappingInvalid, match=r"particulars|allow_columns|publish"):
        mapping(particulars=particulars)


def test_a_signed_permission_lifts_what_says_whom_to_ask_and_nothing_else() -> None:
    allowed = declaration(contacts=ASKED)
    assert isinstance(judge(case(declaration=allowed, page_findings=page_findings(MAIL))), Admitted)
    for other in (
        Finding("email_address", None, "description", 1, 1.0),
        Finding("mobile_number", None, "contact#maintainer", 1, 1.0),
        Finding("resident_identity", None, "contact#maintainer", 1, 1.0),
    ):
        assert not isinstance(judge(case(declaration=allowed, page_findings=page_findings(MAIL, other))), Admitted)
    for refused in (declaration(), declaration(contacts=ASKED, mapping_signed_by=None)):
        assert not isinstance(judge(case(declaration=refused, page_findings=page_findings(MAIL))), Admitted)
