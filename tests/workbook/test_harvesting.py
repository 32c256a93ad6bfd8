"""A workbook from its listing to what is public, and what holds it."""

from copy import deepcopy
from pathlib import Path

from tests.workbook.conftest import MAPPING, Desk, Opened, mapped
from tests.workbook.sheets import CLOSED, PARKS, SCHOOLS, make_xlsx, resource


def test_what_is_open_and_has_data_is_published_and_the_rest_is_not(desk: Desk) -> None:
    report = desk.run()
    assert report.state == "done", report.errors
    actions = desk.actions(report)
    assert {code: action for code, (action, _) in actions.items()} == {
        "330100/0001": "create",
        "330100/0002": "create",
        "330100/0003": "refuse",
    }
    assert desk.states() == {"330100/0001": "published", "330100/0002": "published"}


def test_an_item_that_is_not_open_is_no_column(desk: Desk) -> None:
    desk.run()
    schemas = [str(row.schema) for row in desk.rows("SELECT schema FROM version_part")]
    assert any("班级数" in schema for schema in schemas)
    [columns] = desk.rows("SELECT preview FROM version_part WHERE preview LIKE '%一小%'")
    assert "010-1" not in str(columns)


def test_a_resource_without_data_is_an_entry_and_asks_nobody(desk: Desk) -> None:
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, resource("330100/0009", "空目录", ("名称", "C", "是")))
    actions = desk.actions(desk.run())
    assert actions["330100/0009"] == ("refuse", ["catalogue_entry"])
    assert desk.rows("SELECT id FROM held_record WHERE state = 'waiting'") == []


def test_data_that_goes_missing_keeps_the_last_version_serving(desk: Desk) -> None:
    desk.run()
    (desk.root / "数据" / "停车场.csv").unlink()
    actions = desk.actions(desk.run())
    assert actions["330100/0002"] == ("hold", ["catalogue_entry"])
    assert desk.states()["330100/0002"] == "published"


def test_a_label_nobody_signed_holds_the_source_and_closings_act(desk: Desk) -> None:
    desk.run()
    closing = resource("330100/0001", "学校名录", ("名称", "字符型C", "是"), open_label="否")
    slipped = resource("330100/0004", "新目录", ("名称", "C", "是"), provider="民政局", open_label="每年")
    changed = resource("330100/0002", "停车场一览", ("名称", "C", "是"), ("泊位", "I", "是"), provider="交通局")
    make_xlsx(desk.root / "目录.xlsx", closing, changed, slipped, CLOSED)
    (desk.root / "数据" / "新目录.csv").write_text("名称\n甲\n", "utf-8")
    report = desk.run()
    actions = desk.actions(report)
    assert actions["330100/0001"][0] == "withdraw"
    assert actions["330100/0002"][0] == "hold"
    assert actions["330100/0002"][1][0] == "labels_not_signed"
    assert actions["330100/0004"][1][0] == "labels_not_signed"
    assert desk.states()["330100/0002"] == "published"
    [title] = desk.rows("SELECT value FROM dataset_wording WHERE field = 'title' AND value LIKE '停车场%'")
    assert title.value == "停车场"


def test_a_corrected_label_lets_the_source_go_on(desk: Desk) -> None:
    make_xlsx(
        desk.root / "目录.xlsx", SCHOOLS, resource("330100/0004", "新目录", ("名称", "C", "是"), open_label="半开")
    )
    assert desk.actions(desk.run())["330100/0001"][1][0] == "labels_not_signed"
    assert desk.states() == {}
    make_xlsx(desk.root / "目录.xlsx", SCHOOLS, PARKS)
    assert desk.actions(desk.run())["330100/0001"][0] == "create"


def test_signing_the_new_label_lets_the_source_go_on(desk: Desk) -> None:
    make_xlsx(
        desk.root / "目录.xlsx", SCHOOLS, resource("330100/0004", "新目录", ("名称", "C", "是"), open_label="半开")
    )
    desk.run()
    mapping = deepcopy(MAPPING)
    mapping["fields"]["open_label"]["半开"] = "closed"
    desk.sign(mapping)
    actions = desk.actions(desk.run())
    assert actions["330100/0001"][0] == "create"
    assert actions["330100/0004"][0] == "refuse"


def test_a_source_can_choose_to_hold_one_record_alone(desk: Desk) -> None:
    desk.register(hold_on_unknown_labels=False)
    make_xlsx(
        desk.root / "目录.xlsx", SCHOOLS, resource("330100/0004", "停车场", ("名称", "C", "是"), open_label="半开")
    )
    actions = desk.actions(desk.run())
    assert actions["330100/0001"][0] == "create"
    assert actions["330100/0004"] == ("hold", ["label_unknown", "openness_missing"])


def test_a_data_file_called_by_the_code_is_named_by_the_title(drop: Path, open_workbook: Opened) -> None:
    records = mapped(open_workbook(drop))
    names = {record: [part.names["zh"] for part in records[record].parts] for record in ("330100/0001", "330100/0002")}
    assert names == {"330100/0001": ["学校名录"], "330100/0002": ["停车场"]}
