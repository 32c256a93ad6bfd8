"""Labels become declarations through the signed mapping and nothing else."""

import pytest

from portal.gate import ColumnLabels, MappingInvalid, Signature, ValueMapping, declare, screen
from portal.kernel.vocab import DataClass, Openness, UpdateCycle
from tests.gate.builders import MAPPING, labels, mapping


def codes(**changes: object) -> set[str]:
    return {reason.code for reason in screen(declare(mapping(), labels(**changes)))}


def test_complete_labels_give_an_open_declaration_without_reasons() -> None:
    declared = declare(mapping(), labels())
    assert declared.openness is Openness.UNCONDITIONAL
    assert declared.grade is DataClass.GENERAL
    assert declared.basis == "条例第十条"
    assert screen(declared) == ()


def test_labels_are_compared_without_width_case_and_surrounding_space() -> None:
    found = mapping(fields={**MAPPING["fields"], "open_label": {"Open": "unconditional"}})  # type: ignore[dict-item]
    assert declare(found, labels(open_label=" ＯＰＥＮ ", columns=())).openness is Openness.UNCONDITIONAL


@pytest.mark.parametrize("label", ["", "   "])
def test_blank_openness_is_held(label: str) -> None:
    assert "openness_missing" in codes(open_label=label, columns=())


def test_sharing_never_counts_as_opening() -> None:
    assert "openness_missing" in codes(open_label="", share_label="无条件共享", columns=())


def test_a_label_never_seen_before_is_held_and_named() -> None:
    reasons = screen(declare(mapping(), labels(open_label="3", columns=())))
    assert ("label_unknown", "open_label: 3") in {(r.code, r.subject) for r in reasons}


@pytest.mark.parametrize("field", ["open_label", "share_label", "secret_label", "grade_label", "level_label"])
def test_an_unknown_label_of_every_deciding_field_is_held(field: str) -> None:
    assert "label_unknown" in codes(**{field: "??"})


def test_an_unknown_label_of_one_column_is_held() -> None:
    assert "label_unknown" in codes(columns=(ColumnLabels("a", open_label="半开放"),))


def test_unknown_descriptive_labels_never_hold() -> None:
    found = mapping()
    assert found.theme("未知") is None
    assert found.cycle("每逢闰年") is UpdateCycle.UNKNOWN
    assert found.cycle("每日") is UpdateCycle.DAILY
    assert found.licence("别的") == "别的"
    assert found.licence("1") == "Open Government Licence"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret_label": "1"}, "secret"),
        ({"grade_label": "重要"}, "grade_never_open"),
        ({"grade_label": "核心"}, "grade_never_open"),
        ({"open_label": "不予开放"}, "closed"),
        ({"level_label": "市级"}, "owned_by_higher_level"),
    ],
)
def test_the_departments_decision_against_opening_refuses(changes: dict[str, object], code: str) -> None:
    reasons = screen(declare(mapping(), labels(**changes)))
    assert [(r.code, r.severity) for r in reasons if r.severity == "refuse"] == [(code, "refuse")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"owner": " "}, "owner_missing"),
        ({"open_label": "有条件开放", "open_condition": " "}, "conditional_terms_missing"),
        ({"approver": ""}, "approver_missing"),
        ({"grade_label": ""}, "label_unknown"),
        ({"class_label": ""}, "class_missing"),
        ({"share_label": "不予共享"}, "open_but_not_shared"),
        ({"open_condition": "须申请"}, "open_but_condition_stated"),
        (
            {"open_label": "不予开放", "columns": (ColumnLabels("a", open_label="无条件开放"),)},
            "closed_but_column_open",
        ),
        ({"columns": (ColumnLabels("a", open_label="无条件开放", secret_label="1"),)}, "column_open_but_secret"),
    ],
)
def test_what_is_missing_or_contradicts_itself_is_held(changes: dict[str, object], code: str) -> None:
    if code == "label_unknown":
        code = "grade_missing"
    assert code in codes(**changes)


def test_defaults_of_the_signed_mapping_fill_what_is_missing() -> None:
    filled = mapping(defaults={"owner": "区政务数据局", "approver": "张局长", "basis": "目录", "class": "综合"})
    declared = declare(filled, labels(owner="", approver="", class_label=""))
    assert (declared.owner, declared.approver, declared.data_class) == ("区政务数据局", "张局长", "综合")


def test_publisher_is_owner_only_where_the_mapping_says_so() -> None:
    assert declare(mapping(owner_is_publisher=True), labels(owner="", publisher="区交通局")).owner == "区交通局"
    assert declare(mapping(), labels(owner="", publisher="区交通局")).owner == ""


def test_a_column_that_may_not_be_shared_is_not_open() -> None:
    columns = (ColumnLabels("a", open_label="无条件开放", share_label="不予共享"),)
    assert declare(mapping(), labels(columns=columns)).columns[0].openness is Openness.CLOSED


@pytest.mark.parametrize(
    "signature",
    [
        None,
        Signature("李审核", "2024-05-01T08:00:00Z", "another digest"),
        Signature(" ", "2024-05-01T08:00:00Z", ValueMapping.parse(MAPPING).digest),
        Signature("李审核", "", ValueMapping.parse(MAPPING).digest),
    ],
)
def test_an_unsigned_mapping_holds_everything(signature: Signature | None) -> None:
    reasons = screen(declare(ValueMapping.parse(MAPPING, signature), labels()))
    assert [r.code for r in reasons] == ["mapping_unsigned"]


def test_a_changed_mapping_needs_a_new_signature() -> None:
    signed = ValueMapping.parse(MAPPING).digest
    changed = {**MAPPING, "columns_follow_resource": True}
    assert ValueMapping.parse(changed, Signature("李审核", "2024-05-01", signed)).signed_by is None


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"field": {}}, "field"),
        ({"fields": {"opn": {}}}, "opn"),
        ({"fields": {"open_label": {"1": "open"}}}, "fields.open_label"),
        ({"fields": {"open_label": {"1": True}}}, "fields.open_label"),
        ({"fields": {"open_label": {"A": "closed", "ａ": "unconditional"}}}, "fields.open_label"),
        ({"fields": {"secret_label": {"1": "yes"}}}, "fields.secret_label"),
        ({"fields": {"open_label": []}}, "fields.open_label"),
        ({"defaults": {"grade": "general"}}, "grade"),
        ({"links": "publish"}, "links"),
        ({"columns_follow_resource": "yes"}, "columns_follow_resource"),
        ({"drop_columns": [""]}, "drop_columns"),
        ({"column_actions": {"姓名": "hide"}}, "姓名"),
        ({"note": float("nan")}, "JSON"),
    ],
)
def test_a_mapping_that_cannot_be_read_names_the_place(document: dict[str, object], place: str) -> None:
    with pytest.raises(MappingInvalid, match=place):
        ValueMapping.parse(document)
