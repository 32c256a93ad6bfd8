"""Two people, where a release lets personal identifiers or a named grade out: of the very same, and nobody twice."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.ingest import harvest as harvest_module
from portal.ingest.errors import CannotReview
from portal.ingest.review.acts import find_assessment
from portal.ingest.review.held import get_held
from portal.ingest.review.releasing import Approved, Released, refuse_held
from tests.ingest.review.conftest import ASSESSMENT, IDENTITY, PHONE, Desk


def test_the_first_approval_publishes_nothing_and_a_second_person_does(each_desk: Desk) -> None:
    desk = each_desk
    desk.deliver(f"负责人证件 {IDENTITY}", "无")
    assert desk.run().counts["hold"] == 1
    assert desk.held().asks_for_two
    assert desk.held().asks_for_assessment
    assert desk.release("赵审核") == Approved("赵审核")
    assert desk.versions() == 0
    assert desk.state() is None
    approval = desk.held().approval
    assert approval is not None
    assert approval.person == "赵审核"
    held_id = desk.held().id
    assert isinstance(desk.release_bare("钱审核"), Released), "the first person's assessment is there already"
    assert desk.versions() == 1
    assert desk.acts() == [("approve", "赵审核"), ("release", "钱审核")]
    assert desk.rows("SELECT DISTINCT assessment_sha256 FROM review_act") == [(ASSESSMENT.sha256,)]
    with desk.workshop.database.reading() as session:
        assert get_held(session, held_id).reviewer == "钱审核"
    assert desk.rows("SELECT approved_by FROM held_record") == [("赵审核",)]
    assert desk.run().counts.get("unchanged") == 1


def test_the_same_person_in_another_spelling_is_nobody_new(desk: Desk) -> None:
    desk.deliver(IDENTITY)
    desk.run()
    desk.release("王审核")
    for name in ("王审核", "王 审核", "王·审核。", "\u200b王审核 "):
        with pytest.raises(CannotReview, match="different person"):
            desk.release(name)
    assert desk.versions() == 0
    assert desk.acts() == [("approve", "王审核")]


def test_whoever_signed_the_mapping_may_be_one_of_the_two(desk: Desk) -> None:
    desk.deliver(IDENTITY)
    desk.run()
    assert desk.release("王签署") == Approved("王签署")
    with pytest.raises(CannotReview, match="different person"):
        desk.release("王签署")
    assert isinstance(desk.release("钱审核"), Released)


def test_a_telephone_number_takes_one_person_and_an_assessment(desk: Desk) -> None:
    desk.deliver(f"电话 {PHONE}")
    desk.run()
    assert not desk.held().asks_for_two
    with pytest.raises(CannotReview, match="个人信息保护影响评估"):
        desk.release_bare("赵审核")
    assert desk.acts() == []
    assert isinstance(desk.release("赵审核"), Released)


def test_a_grade_that_the_signed_mapping_names_takes_two(desk: Desk) -> None:
    desk.sign(four_eyes={"grade_labels": ["一般数据"]})
    desk.deliver(f"电话 {PHONE}")
    desk.run()
    assert desk.held().asks_for_two
    assert desk.release("赵审核") == Approved("赵审核")
    assert isinstance(desk.release("钱审核"), Released)


def test_a_mapping_signed_later_holds_what_one_person_released_and_it_keeps_serving(desk: Desk) -> None:
    desk.deliver(f"电话 {PHONE}")
    desk.run()
    desk.release("赵审核")
    desk.sign(four_eyes={"always": True})
    assert desk.run().counts["hold"] == 1
    assert desk.state() == "published"
    assert "second_person_asked" in {reason.code for reason in desk.held().reasons}
    desk.release("赵审核")
    assert isinstance(desk.release("钱审核"), Released)
    assert desk.versions() == 1


def test_a_newer_judgement_voids_the_first_approval(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.deliver(IDENTITY, "无")
    desk.run()
    desk.release("赵审核")
    first = desk.held().id
    desk.deliver(IDENTITY, f"电话 {PHONE}")
    desk.run()
    assert desk.held().approval is None
    assert desk.held().id != first
    with pytest.raises(CannotReview, match="newer"):
        desk.release("钱审核", held_id=first)
    assert desk.release("钱审核") == Approved("钱审核")
    # the same bytes, judged anew under a mapping that adds a reason: the same entry waits, the approval is void
    same = desk.held().id
    desk.sign(four_eyes={"always": True})
    desk.run()
    assert desk.held().id == same
    assert desk.held().approval is None
    assert desk.release("赵审核") == Approved("赵审核")
    assert desk.versions() == 0


def test_two_people_at_once_are_two_people(each_desk: Desk) -> None:
    desk = each_desk
    desk.deliver(IDENTITY)
    desk.run()
    desk.before_next_write(lambda: desk.release("钱审核"))
    assert isinstance(desk.release("赵审核"), Released)
    assert desk.acts() == [("approve", "钱审核"), ("release", "赵审核")]
    assert desk.versions() == 1


def test_one_person_twice_at_once_is_one_person(each_desk: Desk) -> None:
    desk = each_desk
    desk.deliver(IDENTITY)
    desk.run()
    desk.before_next_write(lambda: desk.release("赵审核"))
    with pytest.raises(CannotReview, match="different person"):
        desk.release("赵 审核")
    assert desk.acts() == [("approve", "赵审核")]
    assert desk.versions() == 0


def test_a_refusal_that_came_between_stands(each_desk: Desk) -> None:
    desk = each_desk
    desk.deliver(IDENTITY)
    desk.run()
    desk.release("赵审核")
    held_id = desk.held().id

    def refuse() -> None:
        with desk.workshop.database.transaction() as session:
            refuse_held(session, held_id, "孙审核", "不宜公开", datetime.now(UTC))

    desk.before_next_write(refuse)
    with pytest.raises(CannotReview, match="refused by 孙审核"):
        desk.release("钱审核")
    assert desk.versions() == 0
    assert desk.acts() == [("approve", "赵审核"), ("refuse", "孙审核")]


def test_two_processes_deciding_at_once_publish_once(each_desk: Desk, tmp_path: Path) -> None:
    desk = each_desk
    desk.deliver(IDENTITY)
    desk.run()
    assessment = tmp_path / "评估.md"
    assessment.write_text(ASSESSMENT.text, encoding="utf-8")
    environment = os.environ | {
        "PORTAL_VAR_DIR": str(desk.settings.var_dir),
        "PORTAL_SECRET_KEY": desk.settings.secret_key,
        "PORTAL_QUARANTINE_KEY": desk.settings.quarantine_key,
        "PORTAL_DATABASE_URL": desk.settings.effective_database_url,
    }
    command = [sys.executable, "-m", "portal.cli", "held", "release", desk.held().id, "--reason", "依法公示"]
    command += ["--assessment", str(assessment), "--reviewer"]
    people = ("赵审核", "钱审核")
    running = [
        subprocess.Popen([*command, person], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for person in people
    ]
    said = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sum("Nothing is published" in text for text in said) == 1
    assert sum("Published as" in text for text in said) == 1
    acts = desk.acts()
    assert [act for act, _ in acts] == ["approve", "release"]
    assert {person for _, person in acts} == set(people)
    assert desk.versions() == 1


def test_the_assessment_stays_when_the_quarantine_is_purged(desk: Desk) -> None:
    desk.deliver(IDENTITY)
    desk.run()
    desk.release("赵审核")
    held_id = desk.held().id
    desk.release("钱审核")
    later = datetime.now(UTC) + timedelta(days=91)
    assert desk.workshop.quarantine.purge(now=later) >= 1
    with desk.workshop.database.reading() as session:
        assert find_assessment(session, held_id) == ASSESSMENT


def test_a_newer_gate_that_judges_the_same_keeps_the_approval_bound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deliver(IDENTITY)
    desk.run()
    desk.release("赵审核")
    monkeypatch.setattr(harvest_module, "GATE_VERSION", "newer")
    with pytest.raises(CannotReview, match="run the harvest again"):
        desk.release("钱审核")
    desk.run()
    assert isinstance(desk.release("钱审核"), Released)
