"""A release is of one version: never of the next, never of the same under other findings. A refusal of a refresh leaves
what serves."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli.main import main
from portal.ingest import harvest as harvest_module
from portal.ingest.comparing import reusing
from portal.ingest.errors import CannotReview
from portal.ingest.preparing import projecting
from portal.ingest.review.acts import LARGEST_ASSESSMENT, Assessment
from portal.ingest.review.releasing import Approved, Released, refuse_held
from portal.inspect import scan_table
from portal.kernel.findings import Finding, Findings
from tests.ingest.review.conftest import ASSESSMENT, IDENTITY, PHONE, Desk


def refuse(desk: Desk) -> None:
    held_id = desk.held().id
    with desk.workshop.database.transaction() as session:
        refuse_held(session, held_id, "孙审核", "不宜公开", datetime.now(UTC))


def test_the_release_of_one_version_does_not_release_the_next(desk: Desk) -> None:
    desk.deliver(f"电话 {PHONE}", "无")
    desk.run()
    desk.release("赵审核")
    desk.deliver(f"电话 {PHONE}", "新")  # the same finding in the same column, other rows
    report = desk.run()
    assert report.counts["hold"] == 1
    assert desk.versions() == 1
    assert desk.state() == "published"
    assert isinstance(desk.release("赵审核"), Released)
    assert desk.versions() == 2


def test_the_same_data_under_another_title_are_judged_by_their_release_and_the_title_by_itself(desk: Desk) -> None:
    desk.deliver(f"电话 {PHONE}", name="名单")
    desk.run()
    desk.release("赵审核")
    (desk.folder / "名单.csv").unlink()
    desk.deliver(f"电话 {PHONE}", name=f"名单 {PHONE}")
    desk.run()
    assert desk.versions() == 1, "a number in the title is held by itself"


def test_the_same_bytes_found_to_hold_something_else_by_a_newer_scanner_are_not_released(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deliver(f"电话 {PHONE}")
    desk.run()
    desk.release("赵审核")

    def newer(path: Path, *, digest: str) -> Findings:
        found = scan_table(path, digest=digest)
        return replace(found, findings=(*found.findings, Finding("email_address", "学校名称", "cell", 1)))

    monkeypatch.setattr(projecting, "scan_table", newer)
    monkeypatch.setattr(reusing, "scan_table", newer)
    monkeypatch.setattr(harvest_module, "SCANNER_VERSION", "newer")
    desk.run()
    assert desk.state() == "withdrawn"
    reasons = {(reason.code, reason.severity) for reason in desk.held().reasons}
    assert {("found_email_address", "hold"), ("found_mobile_number", "note")} <= reasons


@pytest.mark.parametrize("what", ["gate", "mapping"])
def test_a_refused_refresh_met_again_under_other_rules_leaves_the_live_version(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    desk.deliver("无", "无")
    assert desk.run().counts["create"] == 1
    desk.deliver(f"电话 {PHONE}", "无")
    desk.run()
    refuse(desk)
    if what == "gate":
        monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    else:
        desk.sign(note="again")
    report = desk.run()
    assert report.counts.get("refuse") == 1
    assert desk.state() == "published"
    assert desk.versions() == 1
    desk.deliver("改", "无")
    assert desk.run().counts["update"] == 1


def test_a_refused_refresh_does_not_keep_a_live_version_that_new_rules_find_unfit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deliver(f"电话 {PHONE}", "无")

    def blind(path: Path, *, digest: str) -> Findings:
        return replace(scan_table(path, digest=digest), findings=())

    with monkeypatch.context() as older:
        older.setattr(projecting, "scan_table", blind)
        desk.run()
    assert desk.state() == "published"
    desk.deliver(f"电话 {PHONE}", "新", "新")
    desk.run()
    refuse(desk)
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    desk.run()
    assert desk.state() == "withdrawn"


@pytest.mark.parametrize(
    ("reviewer", "reason"), [("", "依法"), ("。 ·", "依法"), ("赵审核", " "), ("赵" * 201, "依法"), ("赵\x00", "依法")]
)
def test_wrong_words_decide_nothing(desk: Desk, reviewer: str, reason: str) -> None:
    desk.deliver(f"电话 {PHONE}")
    desk.run()
    held_id = desk.held().id
    with pytest.raises(CannotReview), desk.workshop.database.transaction() as session:
        refuse_held(session, held_id, reviewer, reason, datetime.now(UTC))
    if reason.strip():
        with pytest.raises(CannotReview):
            desk.release(reviewer)
    assert desk.acts() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        ("\ufeff \n".encode(), "empty"),
        ("评估".encode("gbk"), "UTF-8"),
        (b"a\x00b", "empty"),
        (b"x" * (LARGEST_ASSESSMENT + 1), "at most 100,000 bytes"),
        (f"当事人证件 {IDENTITY}".encode(), "without quoting"),
    ],
)
def test_an_assessment_is_text_that_quotes_nobodys_number(content: bytes, said: str) -> None:
    with pytest.raises(CannotReview, match=said):
        Assessment.of(content)


def test_the_command_line_tells_who_approved_and_prints_the_assessment(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deliver(IDENTITY)
    desk.run()
    held_id = desk.held().id
    for name, value in (
        ("VAR_DIR", str(desk.settings.var_dir)),
        ("SECRET_KEY", desk.settings.secret_key),
        ("QUARANTINE_KEY", desk.settings.quarantine_key),
    ):
        monkeypatch.setenv(f"PORTAL_{name}", value)
    file = tmp_path / "pia.md"
    file.write_text(ASSESSMENT.text, encoding="utf-8")

    def said(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["held", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    words = ("--reason", "依法公示", "--reviewer")
    assert "two are asked for" in said("show", held_id)
    assert "No assessment" in said("assessment", held_id, code=1)
    assert "个人信息保护影响评估" in said("release", held_id, *words, "赵审核", code=1)
    first = said("release", held_id, *words, "赵审核", "--assessment", str(file))
    assert "Nothing is published" in first
    assert "赵审核 + 1" in said("list")
    shown = said("show", held_id)
    assert "approved by 赵审核; a second, different person is missing" in shown
    assert ASSESSMENT.sha256 in shown
    assert said("assessment", held_id) == ASSESSMENT.text
    assert "Published as" in said("release", held_id, *words, "钱审核")
    assert ASSESSMENT.text.splitlines()[1] not in first + shown


def test_acts_are_never_changed_or_removed(each_desk: Desk) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    each_desk.deliver(IDENTITY)
    each_desk.run()
    assert each_desk.release("赵审核") == Approved("赵审核")
    for statement in ("UPDATE review_act SET person = 'x'", "DELETE FROM review_act"):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            each_desk.workshop.database.transaction() as session,
        ):
            session.execute(text(statement))
    assert each_desk.acts() == [("approve", "赵审核")]


def test_live_rows_that_a_reviewer_released_keep_serving_under_new_rules_while_a_refresh_is_held(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deliver(f"电话 {PHONE}", "无")
    desk.run()
    desk.release("赵审核")
    desk.deliver(f"电话 {PHONE}", "新")
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    assert desk.run().counts["hold"] == 1
    assert desk.state() == "published"
