"""Which releases take two people: by the gate's own list, and by the signed mapping. What is not on a list takes more."""

from dataclasses import replace

import pytest

from portal.gate import (
    Admitted,
    Held,
    MappingInvalid,
    Reason,
    Release,
    ValueMapping,
    asks_for_assessment,
    asks_for_two,
    declare,
    is_same_person,
    judge,
)
from portal.gate.rules import RULES
from portal.gate.second_person import NOT_PERSONAL, ONE_PERSON_IS_ENOUGH
from portal.kernel.findings import Finding
from tests.gate.builders import (
    DATA_DIGEST,
    MAPPING,
    PAGE_DIGEST,
    case,
    declaration,
    findings,
    labels,
    mapping,
    page_findings,
    part,
)

ONE = Release("r1", "陈审核", "依法公示", DATA_DIGEST, PAGE_DIGEST)
TWO = replace(ONE, approved_by="赵审核")
FOR_TWO = (
    "identity_number",
    "identity_number_15",
    "identity_number_rounded",
    "regional_identity",
    "residence_permit",
    "passport",
    "bank_card",
    "name_beside_masked_identity",
    "vulnerable_person",
    "small_sensitive_count",
    "secrecy_mark",
)


@pytest.mark.parametrize("rule", [*FOR_TWO, "brain_scan"])
def test_one_person_does_not_lift_it_and_two_do(rule: str) -> None:
    asked = case(parts=(part(findings=findings(Finding(rule, "地址", "cell", 3))),))
    alone = judge(replace(asked, release=ONE))
    assert isinstance(alone, Held)
    assert [(r.code, r.subject) for r in alone.reasons if r.severity == "hold"] == [("second_person_missing", "地址")]
    assert isinstance(judge(replace(asked, release=TWO)), Admitted)


def test_it_counts_on_the_page_too() -> None:
    asked = case(page_findings=page_findings(Finding("identity_number", None, "title", 1)))
    assert isinstance(judge(replace(asked, release=ONE)), Held)
    assert isinstance(judge(replace(asked, release=TWO)), Admitted)


@pytest.mark.parametrize("name", ["陈审核", "陈 审核", "陈·审核", " 陈审核。", "陈审核\u200b", "", "。"])
def test_the_same_name_twice_is_one_person(name: str) -> None:
    asked = case(parts=(part(findings=findings(Finding("identity_number", "地址", "cell", 3))),))
    assert isinstance(judge(replace(asked, release=replace(ONE, approved_by=name))), Held)


def test_case_and_width_do_not_make_another_person() -> None:
    assert is_same_person("Li  Wei", "ＬＩ－ｗｅｉ")
    assert not is_same_person("李伟", "李维")


def test_every_rule_that_holds_was_weighed() -> None:
    """A new rule asks for two people and an assessment until somebody says otherwise, here and in the decision record."""
    holding = {rule.name for rule in RULES if rule.weight == "hold"}
    assert holding - ONE_PERSON_IS_ENOUGH == set(FOR_TWO)
    assert holding & NOT_PERSONAL == {"secrecy_mark", "protected_position"}
    assert {*ONE_PERSON_IS_ENOUGH, *NOT_PERSONAL} <= {rule.name for rule in RULES}


def test_names_of_columns_count_by_what_they_say() -> None:
    assert asks_for_two([Reason("column_sensitive_name", "hold", "身份证号")])
    assert asks_for_two([Reason("column_sensitive_name", "hold", "患者姓名")])
    assert not asks_for_two([Reason("column_sensitive_name", "hold", "家庭住址")])
    assert asks_for_assessment([Reason("column_sensitive_name", "hold", "家庭住址")])


def test_what_a_mapping_allows_and_what_keeps_the_original_in_asks_for_nobody_more() -> None:
    reasons = [
        Reason("finding_allowed", "note", "账号 · bank_card · 对公"),
        Reason("original_withheld", "alarm", "comment"),
    ]
    assert not asks_for_two(reasons)
    assert not asks_for_assessment(reasons)


def test_the_mapping_asks_for_two_by_grade_or_always() -> None:
    for_grade, always = {"grade_labels": [" 一般 "]}, {"always": True}
    assert declare(mapping(four_eyes=for_grade), labels()).asks_for_two
    assert declare(mapping(four_eyes=always), labels()).asks_for_two
    assert not declare(mapping(four_eyes={"grade_labels": ["重要"]}), labels()).asks_for_two
    assert not declare(mapping(), labels()).asks_for_two


def test_what_the_mapping_asks_holds_one_persons_release_and_is_told() -> None:
    asked = case(
        parts=(part(findings=findings(Finding("mobile_number", "地址", "cell", 3))),),
        declaration=declaration(asks_for_two=True),
    )
    assert "two_people_asked" in {reason.code for reason in judge(asked).reasons}
    alone = judge(replace(asked, release=ONE))
    assert [r.code for r in alone.reasons if r.severity == "hold"] == ["second_person_asked"]
    assert isinstance(judge(replace(asked, release=TWO)), Admitted)


def test_a_clean_case_asks_for_nobody() -> None:
    assert isinstance(judge(case(declaration=declaration(asks_for_two=True))), Admitted)
    assert isinstance(judge(case(declaration=declaration(asks_for_two=True), release=ONE)), Admitted)


@pytest.mark.parametrize(
    "value",
    [
        {"grade_labels": ["三级"]},
        {"grade_labels": ["一般", ""]},
        {"grade_labels": "一般"},
        {"grade_labels": [1]},
        {"always": "yes"},
        {"grades": ["一般"]},
        ["一般"],
        True,
    ],
)
def test_what_is_not_understood_is_refused_when_the_mapping_is_parsed(value: object) -> None:
    with pytest.raises(MappingInvalid, match="four_eyes"):
        ValueMapping.parse({**MAPPING, "four_eyes": value})
