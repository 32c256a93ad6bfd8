"""The verdict: refused before held, held before admitted, and nothing admitted that was not seen."""

from dataclasses import replace

import pytest

from portal.gate import (
    CONTENT_RULES,
    UNRELEASABLE,
    Admitted,
    Case,
    Held,
    JudgedPart,
    Reason,
    Refused,
    Release,
    judge,
    may_offer_original,
)
from portal.kernel.columns import ColumnOrder, ColumnRule
from portal.kernel.findings import Finding
from portal.kernel.vocab import ColumnAction, Openness, PartKind
from tests.gate.builders import DATA_DIGEST, PAGE_DIGEST, case, declaration, findings, page_findings, part

RELEASE = Release("r1", "陈审核", "公开的服务电话", DATA_DIGEST, PAGE_DIGEST)
MOBILES = Finding("mobile_number", "地址", "cell", 3, 1.0)


def codes(asked: Case, severity: str = "hold") -> set[str]:
    return {reason.code for reason in judge(asked).reasons if reason.severity == severity}


def with_findings(*found: Finding, **changes: object) -> Case:
    return case(parts=(part(findings=findings(*found, **changes)),))


def test_a_valid_case_is_admitted_with_its_digests() -> None:
    verdict = judge(case())
    assert isinstance(verdict, Admitted)
    assert (verdict.data_digest, verdict.page_digest, verdict.reasons) == (DATA_DIGEST, PAGE_DIGEST, ())


def test_refusal_outweighs_everything_else() -> None:
    verdict = judge(replace(with_findings(MOBILES), declaration=declaration(openness=Openness.CLOSED), release=RELEASE))
    assert isinstance(verdict, Refused)
    assert verdict.reasons[0] == Reason("closed", "refuse")


@pytest.mark.parametrize("rule", sorted(rule for rule, severity in CONTENT_RULES.items() if severity == "hold"))
def test_every_sensitive_finding_holds(rule: str) -> None:
    verdict = judge(with_findings(Finding(rule, "地址", "cell", 1)))
    assert isinstance(verdict, Held)
    assert Reason(f"found_{rule}", "hold", "地址", 1) in verdict.reasons


def test_a_finding_of_an_unknown_rule_holds() -> None:
    assert codes(with_findings(Finding("brain_scan", "地址", "cell", 1))) == {"found_unknown"}


def test_serial_numbers_are_noted_and_admitted() -> None:
    verdict = judge(with_findings(Finding("serial_number", "地址", "cell", 90)))
    assert isinstance(verdict, Admitted)
    assert [reason.code for reason in verdict.reasons] == ["found_serial_number"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rows_scanned": 2}, "inspection_incomplete"),
        ({"rows_scanned": 4}, "inspection_incomplete"),
        ({"rows_scanned": -1, "rows_present": -1}, "inspection_incomplete"),
        ({"is_complete": False}, "inspection_incomplete"),
        ({"scanner_version": ""}, "inspection_incomplete"),
        ({"digest": "f" * 64}, "digest_mismatch"),
        ({"columns": ("学校名称",)}, "columns_not_inspected"),
        ({"columns": ("地址", "学校名称")}, "columns_not_inspected"),
        ({"rows_scanned": 0, "rows_present": 0}, "table_empty"),
    ],
)
def test_findings_that_are_not_about_every_row_and_column_are_not_findings(
    changes: dict[str, object], code: str
) -> None:
    assert code in codes(with_findings(**changes))


def test_what_was_not_seen_cannot_be_released() -> None:
    not_seen = (
        case(parts=(part(findings=None),)),
        case(parts=(part(kind=PartKind.FILE, rules=(), findings=None),)),
        case(parts=(part(digest="", findings=findings(digest="")),)),
        case(page_findings=page_findings(is_complete=False)),
        case(page_findings=page_findings(digest="0")),
        case(page_findings=page_findings(rows_scanned=1)),
        case(declaration=declaration(mapping_signed_by=None)),
        case(declaration=declaration(mapping_signed_by="")),
        case(declaration=declaration(unmapped=(("open_label", "9"),))),
        case(declaration=declaration(openness=None)),
        case(parts=(part(text_findings=findings(is_complete=False)),)),
    )
    for asked in not_seen:
        verdict = judge(replace(asked, release=RELEASE))
        assert isinstance(verdict, Held)
        assert any(reason.code in UNRELEASABLE for reason in verdict.reasons)


def test_a_case_without_parts_or_without_published_columns_is_held() -> None:
    assert codes(case(parts=())) == {"nothing_to_publish"}
    dropped = tuple(ColumnRule(name, ColumnAction.DROP, "column_closed") for name in ("学校名称", "地址"))
    assert "nothing_to_publish" in codes(case(parts=(part(rules=dropped, findings=findings(columns=())),)))


def test_rules_laxer_than_the_declaration_are_never_admitted() -> None:
    for columns in (
        (),
        (replace(declaration().columns[0]), replace(declaration().columns[1], openness=Openness.CLOSED)),
    ):
        asked = case(declaration=declaration(columns=columns), release=RELEASE)
        assert "rules_laxer_than_declared" in codes(asked)


def test_rules_stricter_than_the_declaration_are_fine() -> None:
    rules = (part().rules[0], ColumnRule("地址", ColumnAction.DROP, "column_sensitive_content"))
    verdict = judge(case(parts=(part(rules=rules, findings=findings(columns=("学校名称",))),)))
    assert isinstance(verdict, Admitted)
    assert Reason("column_sensitive_content", "alarm", "地址") in verdict.reasons


def test_a_sensitive_name_among_published_columns_is_held_and_can_be_released() -> None:
    columns = (*declaration().columns, replace(declaration().columns[0], name="手机号"))
    rules = (*part().rules, ColumnRule("手机号", ColumnAction.PUBLISH, "column_open"))
    asked = case(
        declaration=declaration(columns=columns),
        parts=(part(rules=rules, findings=findings(columns=("学校名称", "地址", "手机号"))),),
    )
    assert codes(asked) == {"column_sensitive_name"}
    assert isinstance(judge(replace(asked, release=RELEASE)), Admitted)


def test_an_unannounced_column_and_a_missing_one_raise_alarms_and_hold_nothing() -> None:
    columns = (*declaration().columns, replace(declaration().columns[0], name="电话"))
    rules = (*part().rules, ColumnRule("备注", ColumnAction.DROP, "column_unannounced"))
    verdict = judge(case(declaration=declaration(columns=columns), parts=(part(rules=rules),)))
    assert isinstance(verdict, Admitted)
    assert {(r.code, r.subject) for r in verdict.reasons} == {
        ("column_unannounced", "备注"),
        ("column_missing", "电话"),
    }


def test_links_need_a_signed_policy() -> None:
    link = JudgedPart("link", PartKind.LINK, DATA_DIGEST, (), None)
    assert codes(case(parts=(link,))) == {"link_not_checked"}
    verdict = judge(case(parts=(link,), declaration=declaration(links="metadata")))
    assert isinstance(verdict, Admitted)
    assert verdict.reasons == (Reason("link_not_checked", "note", "link"),)


def test_drift_of_ingest_holds_and_can_be_released() -> None:
    asked = case(drift=(Reason("rows_lost", "hold", "schools", 400),))
    assert codes(asked) == {"rows_lost"}
    assert isinstance(judge(replace(asked, release=RELEASE)), Admitted)


def test_a_release_lifts_what_its_reviewer_saw_and_leaves_it_as_a_note() -> None:
    verdict = judge(replace(with_findings(MOBILES), release=RELEASE))
    assert isinstance(verdict, Admitted)
    assert verdict.release == RELEASE
    assert verdict.reasons == (Reason("found_mobile_number", "note", "地址", 3),)


def test_a_reason_that_came_after_the_review_is_not_lifted() -> None:
    seen = replace(RELEASE, codes=frozenset({"found_mobile_number"}))
    asked = replace(with_findings(MOBILES, Finding("bank_card", "地址", "cell", 1)), release=seen)
    assert codes(asked) == {"found_bank_card"}


def test_what_is_found_later_in_another_column_is_not_lifted() -> None:
    release = replace(
        RELEASE, codes=frozenset({"found_mobile_number"}), seen=frozenset({("found_mobile_number", "地址")})
    )
    assert judge(replace(with_findings(MOBILES), release=release)).outcome == "admitted"
    elsewhere = replace(MOBILES, column="学校名称", count=900)
    assert codes(replace(with_findings(MOBILES, elsewhere), release=release)) == {"found_mobile_number"}


def test_a_release_of_other_data_lifts_nothing() -> None:
    assert isinstance(judge(replace(with_findings(MOBILES), release=replace(RELEASE, data_digest="0"))), Held)


def test_a_corrected_title_does_not_void_a_release_of_the_data_and_is_judged_by_itself() -> None:
    corrected = replace(RELEASE, page_digest="old page")
    assert isinstance(judge(replace(with_findings(MOBILES), release=corrected)), Admitted)
    phone_in_title = page_findings(Finding("mobile_number", None, "title", 1))
    asked = replace(with_findings(MOBILES), page_findings=phone_in_title, release=corrected)
    assert [(r.code, r.subject) for r in judge(asked).reasons if r.severity == "hold"] == [
        ("found_mobile_number", "title")
    ]
    assert isinstance(judge(replace(asked, release=RELEASE)), Admitted)


def test_changed_data_void_a_release_even_when_the_page_is_the_same() -> None:
    asked = replace(with_findings(MOBILES), release=replace(RELEASE, data_digest="old data"))
    assert codes(asked) == {"found_mobile_number"}


@pytest.mark.parametrize("change", [{"reviewer": " "}, {"reason": ""}, {"id": ""}])
def test_an_unsigned_release_lifts_nothing_and_is_told(change: dict[str, str]) -> None:
    asked = replace(with_findings(MOBILES), release=replace(RELEASE, **change))  # type: ignore[arg-type]
    assert codes(asked) == {"found_mobile_number", "release_unsigned"}


def test_a_release_never_lifts_a_refusal() -> None:
    for refusing in (declaration(is_secret=True), declaration(openness=Openness.CLOSED)):
        assert isinstance(judge(case(declaration=refusing, release=RELEASE)), Refused)


def test_a_reason_of_unknown_weight_holds() -> None:
    verdict = judge(case(drift=(Reason("odd", "whatever"),)))  # type: ignore[arg-type]
    assert isinstance(verdict, Held)


def test_personal_data_in_hidden_parts_keeps_the_file_in_and_a_secrecy_mark_holds() -> None:
    personal = part(text_findings=findings(Finding("mobile_number", None, "comment", 1)))
    verdict = judge(case(parts=(personal,)))
    assert isinstance(verdict, Admitted)
    assert verdict.reasons == (Reason("original_withheld", "alarm", "comment", 1),)
    assert not may_offer_original(personal, declaration())
    secret = part(text_findings=findings(Finding("secrecy_mark", None, "property", 1)))
    assert codes(case(parts=(secret,))) == {"found_secrecy_mark"}


def test_a_file_without_tables_is_published_whole_so_everything_in_it_must_be_public() -> None:
    whole = JudgedPart("map", PartKind.FILE, DATA_DIGEST, (), findings(columns=()), findings(columns=()))
    assert isinstance(judge(case(parts=(whole,))), Admitted)
    seen = Finding("mobile_number", None, "comment", 1)
    for changed, code in (
        (None, "hidden_not_inspected"),
        (findings(seen), "found_mobile_number"),
        (findings(is_complete=False), "hidden_not_inspected"),
        (findings(has_hidden_content=True), "file_hides_something"),
    ):
        assert codes(case(parts=(replace(whole, text_findings=changed),))) == {code}


def test_the_original_is_offered_only_when_all_of_it_is_public_and_was_seen() -> None:
    whole = part(text_findings=findings(columns=()))
    assert may_offer_original(whole, declaration())
    masked = (part().rules[0], ColumnRule("地址", ColumnAction.MASK, "column_changed_by_mapping"))
    for other in (
        part(),
        replace(whole, rules=masked),
        replace(whole, rules=()),
        replace(whole, findings=None),
        replace(whole, findings=findings(has_hidden_content=True)),
        replace(whole, text_findings=findings(has_hidden_content=True)),
        replace(whole, text_findings=findings(rows_scanned=0)),
        replace(whole, findings=findings(MOBILES)),
        replace(whole, kind=PartKind.LINK),
    ):
        assert not may_offer_original(other, declaration())


def test_a_number_masked_as_the_signed_mapping_orders_is_noted_and_any_other_finding_still_holds() -> None:
    order = declaration(column_actions=(("地址", ColumnOrder(ColumnAction.MASK, "phone")),))
    masked = (part().rules[0], ColumnRule("地址", ColumnAction.MASK, "mapping_action", "phone"))
    seen = Finding("name_beside_masked_identity", "地址", "cell", 3)

    def asked(*found: Finding, **changes: object) -> Case:
        return case(declaration=replace(order, **changes), parts=(part(rules=masked, findings=findings(*found)),))  # type: ignore[arg-type]

    assert "found_name_beside_masked_identity" in codes(asked(seen), "note")
    assert "found_name_beside_masked_identity" not in codes(asked(seen))
    assert "found_name_beside_masked_identity" in codes(asked(seen, mapping_signed_by=None))
    assert "found_name_beside_masked_identity" in codes(asked(replace(seen, column="学校名称")))
    assert "found_mobile_number" in codes(asked(MOBILES))
    assert "found_name_beside_masked_identity" in codes(with_findings(seen))
