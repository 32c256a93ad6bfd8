"""What is kept beside the data: labels and their meanings, how listings compare, how much is open."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, update

from portal.catalogue.commands import withdraw_dataset
from portal.catalogue.coverage import get_coverage
from portal.cli.main import main
from portal.ingest.harvest import utc_now
from portal.ingest.listings.coverage import count_coverage
from portal.ingest.listings.mapping_proposals import find_seen_labels, propose
from portal.ingest.listings.reconciling import find_reconciliation
from portal.ingest.models import SourceRecord
from portal.kernel.principal import ANONYMOUS
from tests.workbook.conftest import Desk
from tests.workbook.sheets import CLOSED, PARKS, SCHOOLS, make_xlsx, resource


def compared(desk: Desk, run_id: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    with desk.workshop.database.reading() as session:
        found = find_reconciliation(session, run_id)
    assert found is not None
    return {line.kind: (line.count, line.names) for line in found}


def test_labels_are_kept_with_counts_and_meanings(desk: Desk) -> None:
    make_xlsx(
        desk.root / "目录.xlsx", SCHOOLS, PARKS, resource("A/9", "新", ("名称", "C", "是"), open_label="无条件开放")
    )
    desk.run()
    with desk.workshop.database.reading() as session:
        seen = find_seen_labels(session, "book")
    assert seen is not None
    labels = {(label.field, label.label): (label.count, label.meaning, label.is_deciding) for label in seen.labels}
    assert labels["open_label", "是"] == (2, "unconditional", True)
    assert labels["open_label", "无条件开放"] == (1, "", True)
    assert labels["columns.open_label", "否"] == (1, "closed", True)
    assert labels["update_cycle_label", "每年"] == (3, "yearly", False)
    assert seen.proposal["fields"]["open_label"]["无条件开放"] == "unconditional"
    assert seen.proposal["fields"]["open_label"]["是"] == "unconditional"
    assert str(seen.proposal["note"]).startswith("UNSIGNED PROPOSAL")


def test_numbers_and_unknown_words_are_never_guessed(desk: Desk) -> None:
    make_xlsx(desk.root / "目录.xlsx", resource("A/9", "新", ("名称", "C", "1"), open_label="1"))
    desk.run()
    with desk.workshop.database.reading() as session:
        seen = find_seen_labels(session, "book")
    assert seen is not None
    assert seen.proposal["fields"]["open_label"]["1"] == ""


def test_a_run_says_what_is_new_changed_gone_orphaned_and_twice(desk: Desk) -> None:
    first = compared(desk, desk.run().run_id)
    assert (first["new"][0], first["changed"][0], first["gone"][0]) == (3, 0, 0)
    changed = resource("330100/0002", "停车场一览", ("名称", "C", "是"), ("泊位", "I", "是"), provider="交通局")
    twin = resource("330100/0009", "学校名录", ("名称", "C", "是"))
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, twin, changed)
    (desk.root / "数据" / "无主.csv").write_text("a\n1\n", "utf-8")
    second = compared(desk, desk.run().run_id)
    assert second["new"] == (1, ("330100/0009",))
    assert "330100/0002" in second["changed"][1]
    assert second["gone"] == (1, ("330100/0003",))
    assert second["twice_title"] == (2, ("330100/0001", "330100/0009"))
    assert second["orphan_file"][0] >= 1
    assert desk.states()["330100/0001"] == "published"


def test_what_is_public_without_a_listed_record_is_an_orphan(desk: Desk) -> None:
    desk.run()
    make_xlsx(desk.root / "目录.xlsx", CLOSED)
    found = compared(desk, desk.run().run_id)
    assert found["gone"][0] == 2
    assert found["orphan_dataset"][0] == 2
    assert set(desk.states().values()) == {"published"}  # too many at once: a person decides


def test_a_resource_listed_twice_withdraws_nothing(desk: Desk) -> None:
    desk.run()
    other = resource("330100/0001", "学校名录", ("名称", "C", "否"), open_label="否")
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, PARKS, CLOSED, other)
    report = desk.run()
    assert compared(desk, report.run_id)["listed_twice"][0] == 1
    assert desk.actions(report)["330100/0001"][0] == "skip"
    assert desk.states()["330100/0001"] == "published"


def test_coverage_counts_everything_and_names_nothing_that_is_not_open(desk: Desk) -> None:
    desk.run()
    with desk.workshop.database.reading() as session:
        found = get_coverage(session, ANONYMOUS)
    assert (found.department_count, found.open_department_count) == (3, 2)
    assert (found.resource_count, found.open_resource_count) == (3, 2)
    closed = next(one for one in found.departments if not one.slug)
    assert (closed.name.zh and closed.name.zh.value, closed.resources, closed.open_resources) == ("公安局", 1, 0)
    kept = str(desk.rows("SELECT * FROM department_coverage"))
    assert "内部名单" not in kept


def test_what_is_withdrawn_stops_counting_at_once(desk: Desk) -> None:
    desk.run()
    [row] = desk.rows("SELECT id FROM dataset WHERE source_key = 'book:330100/0001'")
    with desk.workshop.database.transaction() as session:
        withdraw_dataset(session, row.id, "by_person", "某人", utc_now())
    with desk.workshop.database.reading() as session:
        assert get_coverage(session, ANONYMOUS).open_resource_count == 1


def test_a_department_with_a_code_here_and_a_name_there_is_one(desk: Desk) -> None:
    desk.run()
    with desk.workshop.database.transaction() as session:
        told = {"department": "D01", "department_names": {"zh": "教育局"}}
        session.execute(update(SourceRecord).where(SourceRecord.record_id == "330100/0003").values(told))
        count_coverage(session, utc_now())
    with desk.workshop.database.reading() as session:
        found = get_coverage(session, ANONYMOUS)
    assert (found.department_count, found.open_department_count) == (2, 2)
    [schools] = [one for one in found.departments if one.name.zh and one.name.zh.value == "教育局"]
    assert (schools.resources, schools.open_resources, bool(schools.slug)) == (2, 1, True)


def test_counting_takes_the_same_statements_however_much_there_is(desk: Desk) -> None:
    def statements() -> int:
        noted: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            noted.append(statement)

        engine = desk.workshop.database.engine
        event.listen(engine, "before_cursor_execute", note)
        with desk.workshop.database.transaction() as session:
            count_coverage(session, utc_now())
        event.remove(engine, "before_cursor_execute", note)
        return len(noted)

    desk.run()
    few = statements()
    many = [resource(f"B/{n}", f"目录{n}", ("名称", "C", "是"), provider=f"{n}局") for n in range(40)]
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, PARKS, CLOSED, *many)
    desk.run()
    assert statements() == few <= 6


@pytest.fixture
def portal(desk: Desk) -> CliRunner:
    return CliRunner(env={"PORTAL_VAR_DIR": str(desk.settings.var_dir)})


def test_the_command_shows_proposes_and_signs(portal: CliRunner, desk: Desk, tmp_path: Path) -> None:
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, resource("A/9", "新", ("名称", "C", "是"), open_label="半开"))
    desk.run()
    target = tmp_path / "proposal.json"
    shown = portal.invoke(main, ["source", "mapping", "show", "book", "--propose", str(target)])
    assert shown.exit_code == 0, shown.output
    assert "UNKNOWN" in shown.output
    document = json.loads(target.read_text(encoding="utf-8"))
    assert list(document["defaults"]) == ["owner", "approver", "basis", "class", "condition"]
    arguments = ["source", "mapping", "sign", "book", "--mapping", str(target), "--sign", "王签署"]
    refused = portal.invoke(main, arguments)
    assert refused.exit_code == 1  # the blank beside 半开
    document["fields"]["open_label"]["半开"] = "closed"
    document["fields"].pop("class_label", None)
    target.write_text(json.dumps(document | {"note": "checked"}, ensure_ascii=False), encoding="utf-8")
    signed = portal.invoke(main, arguments)
    assert signed.exit_code == 0, signed.output
    assert desk.actions(desk.run())["330100/0001"][0] == "create"


def test_a_proposal_asks_for_what_nothing_is_published_without() -> None:
    seen = {"open_label": {"": 3}, "grade_label": {"": 3}, "share_label": {"": 3}, "update_cycle_label": {"R/P1Y": 3}}
    proposal = propose({}, seen)
    assert proposal["fields"] == {"grade_label": {"": ""}, "update_cycle_label": {"R/P1Y": "yearly"}}
    assert proposal["defaults"] == {"owner": "", "approver": "", "basis": "", "class": "", "condition": ""}
    assert propose({"defaults": {"owner": "某科"}}, seen)["defaults"]["owner"] == "某科"


def test_the_command_shows_a_run_as_words_and_as_json(portal: CliRunner, desk: Desk) -> None:
    run_id = desk.run().run_id
    words = portal.invoke(main, ["harvest", "show", run_id])
    assert "3 seen for the first time" in words.output
    value = json.loads(portal.invoke(main, ["harvest", "show", run_id, "--json"]).output)
    assert value["reconciliation"]["new"]["count"] == 3
    assert value["exceptions"][0]["record"] == "330100/0003"
