"""A header that is not certain waits for a person, who confirms or changes it; the delivery is read again, without its source."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.errors import CannotReview
from portal.ingest.review.confirming import HeaderOrder, confirm_header
from portal.ingest.review.held import HeldView, list_held
from portal.ingest.review.releasing import release_held
from portal.ingest.sources import add_source, sign_mapping
from portal.kernel.vocab import HarvestAction
from portal.settings import Settings
from tests.ingest.conftest import Bench, make_workshop

_MAPPING = Path(__file__).resolve().parents[1] / "harvesters" / "mappings" / "beijing.json"
# Nothing tells the names from the values: all are words.
_WORDS = "甲类,乙类,丙类\n红,圆,大\n蓝,方,小\n绿,圆,中\n"
_NAMED = "东站,张三 13800138000,路灯\n西站,李四 13800138001,路灯\n南站,王五 13800138002,灯箱\n"
_NUMBERS = "12,3,7\n13,4,8\n14,5,9\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "drop"
    root.mkdir()
    return root


@pytest.fixture
def drop(settings: Settings, folder: Path) -> Iterator[Bench]:
    """A folder source, not harvested yet."""
    workshop = make_workshop(settings)
    migrate(workshop.database)
    now = datetime.now(UTC)
    labels = {"open_label": "无条件开放", "grade_label": "一般数据"}
    config = {"root": str(folder), "publisher_name": "示例局", "publisher_code": "sample", "labels": labels}
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", config, now=now)
        sign_mapping(session, "drop", json.loads(_MAPPING.read_text(encoding="utf-8")), "王签署", now)
    yield Bench(settings, workshop, None)  # type: ignore[arg-type]
    workshop.jobs.close()
    workshop.database.dispose()


def harvested(drop: Bench) -> dict[str, int]:
    return dict(run_harvest(drop.workshop, "drop").counts)


def the_held(drop: Bench) -> HeldView:
    with drop.database.reading() as session:
        (held,) = list_held(session)
    return held


def columns_of(drop: Bench) -> list[str]:
    schema = drop.scalar("SELECT schema FROM version_part ORDER BY version_number DESC LIMIT 1")
    found: dict[str, Any] = schema if isinstance(schema, dict) else json.loads(schema)
    return [column["name"] for column in found["columns"]]


def test_a_certain_header_is_taken_without_asking(drop: Bench, folder: Path) -> None:
    (folder / "学校.csv").write_text("2024年名单,,\n序号,学校名称,人数\n1,一中,30\n2,二中,40\n", encoding="utf-8")
    assert harvested(drop)["create"] == 1


def test_an_uncertain_header_is_held_with_the_proposal(drop: Bench, folder: Path) -> None:
    (folder / "形状.csv").write_text(_WORDS, encoding="utf-8")
    assert harvested(drop)["hold"] == 1
    (reason,) = (reason for reason in the_held(drop).reasons if reason.code == "header_uncertain")
    assert reason.count == 1
    assert "甲类 | 乙类 | 丙类" in reason.subject


def test_confirming_the_proposal_publishes_without_the_source(drop: Bench, folder: Path) -> None:
    (folder / "形状.csv").write_text(_WORDS, encoding="utf-8")
    harvested(drop)
    held = the_held(drop)
    (folder / "形状.csv").unlink()
    settled = confirm_header(drop.workshop, held.id, HeaderOrder("李确认"))
    assert settled.action is HarvestAction.CREATE
    assert columns_of(drop) == ["甲类", "乙类", "丙类"]
    assert drop.rows("SELECT header_row, header_rows, decided_by FROM reading_plan") == [(1, 1, "李确认")]


def test_the_next_delivery_of_the_same_shape_is_not_asked_about(drop: Bench, folder: Path) -> None:
    path = folder / "形状.csv"
    path.write_text(_WORDS, encoding="utf-8")
    harvested(drop)
    confirm_header(drop.workshop, the_held(drop).id, HeaderOrder("李确认"))
    path.write_text(_WORDS + "黄,圆,大\n", encoding="utf-8")
    assert harvested(drop)["update"] == 1
    path.write_text("某类,乙类,丙类\n红,圆,大\n蓝,方,小\n绿,圆,中\n", encoding="utf-8")
    assert harvested(drop)["hold"] == 1


def test_a_table_without_a_header_gets_the_names_that_a_person_gives(drop: Bench, folder: Path) -> None:
    (folder / "数.csv").write_text(_NUMBERS, encoding="utf-8")
    assert harvested(drop)["hold"] == 1
    order = HeaderOrder("李确认", rows=0, names=("点位", "数量", "楼层"))
    assert confirm_header(drop.workshop, the_held(drop).id, order).action is HarvestAction.CREATE
    assert columns_of(drop) == ["点位", "数量", "楼层"]
    assert drop.scalar("SELECT row_count FROM version_part") == 3


def test_another_row_can_be_named(drop: Bench, folder: Path) -> None:
    (folder / "形状.csv").write_text("一,二,三\n甲类,乙类,丙类\n红,圆,大\n蓝,方,小\n", encoding="utf-8")
    harvested(drop)
    settled = confirm_header(drop.workshop, the_held(drop).id, HeaderOrder("李确认", row=2))
    assert settled.action is HarvestAction.CREATE
    assert columns_of(drop) == ["甲类", "乙类", "丙类"]
    assert drop.scalar("SELECT row_count FROM version_part") == 2


@pytest.mark.parametrize(
    "order",
    [
        HeaderOrder(" "),
        HeaderOrder("李确认", row=40),
        HeaderOrder("李确认", rows=0, names=("只有一个",)),
        HeaderOrder("李确认", row=1, names=("甲", "乙", "丙")),
        HeaderOrder("李确认", sheet="没有"),
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(drop: Bench, folder: Path, order: HeaderOrder) -> None:
    (folder / "形状.csv").write_text(_WORDS, encoding="utf-8")
    harvested(drop)
    held = the_held(drop)
    with pytest.raises(CannotReview):
        confirm_header(drop.workshop, held.id, order)
    assert the_held(drop) == held
    assert drop.scalar("SELECT count(*) FROM reading_plan") == 0
    assert drop.scalar("SELECT count(*) FROM version") == 0


def test_names_that_are_data_are_answered_by_saying_that_there_is_no_header(drop: Bench, folder: Path) -> None:
    (folder / "灯.csv").write_text(_NAMED, encoding="utf-8")
    assert harvested(drop)["hold"] == 1
    held = the_held(drop)
    assert [reason.code for reason in held.reasons] == ["column_names_hold_data", "header_uncertain"]
    assert "138" not in repr(held)
    with pytest.raises(CannotReview, match="hold personal data"):
        confirm_header(drop.workshop, held.id, HeaderOrder("李确认"))
    assert drop.scalar("SELECT count(*) FROM reading_plan") == 0
    order = HeaderOrder("李确认", rows=0, names=("点位", "报修", "种类"))
    assert confirm_header(drop.workshop, held.id, order).action is HarvestAction.CREATE
    assert columns_of(drop) == ["点位", "种类"]  # the signed mapping drops what the rows hold


def test_what_has_no_header_to_confirm_cannot_be_released_either(drop: Bench, folder: Path) -> None:
    (folder / "灯.csv").write_text(_NAMED, encoding="utf-8")
    harvested(drop)
    with pytest.raises(CannotReview, match="header"):
        release_held(drop.workshop, the_held(drop).id, "赵审核", "看过了")
    assert drop.scalar("SELECT count(*) FROM version") == 0


def test_a_header_in_another_row_is_confirmed_where_no_column_was_announced(drop: Bench, folder: Path) -> None:
    entry = {
        "id": "形状", "title": {"zh": "形状"}, "files": [{"path": "形状.csv"}],
        "columns": [{"name": name, "open": "无条件开放"} for name in ("甲类", "乙类", "丙类")],
    }  # fmt: skip
    (folder / "metadata.json").write_text(json.dumps({"datasets": [entry]}), encoding="utf-8")
    (folder / "形状.csv").write_text("一,二,三\n甲类,乙类,丙类\n红,圆,大\n蓝,方,小\n", encoding="utf-8")
    assert harvested(drop)["hold"] == 1
    held = the_held(drop)
    assert [(r.code, r.severity) for r in held.reasons if r.severity != "note"] == [
        ("no_public_column", "hold"),
        *[("column_unannounced", "alarm")] * 3,
        ("header_uncertain", "hold"),
    ]
    settled = confirm_header(drop.workshop, held.id, HeaderOrder("李确认", row=2))
    assert settled.action is HarvestAction.CREATE
    assert columns_of(drop) == ["甲类", "乙类", "丙类"]
