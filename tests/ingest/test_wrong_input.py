"""Wrong input on the whole way: named in the run's report with what and where, the rest goes on, what is public stays."""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.sources import add_source, sign_mapping
from portal.settings import Settings
from tests.ingest.conftest import Bench, make_workshop
from tests.ingest.test_increments import first_published
from tests.ingest.test_misbehaviour import told

_MAPPING = Path(__file__).resolve().parents[1] / "harvesters" / "mappings" / "beijing.json"
_GOOD = "编号,名称,数量\n" + "".join(f"A{i},设施{i},{i * 3}\n" for i in range(30))


def published_bytes(bench: Bench) -> dict[str, Any]:
    """Everything public: rows of the tables that doors read, and each blob's bytes."""
    rows = bench.rows("SELECT * FROM version_part ORDER BY dataset_id, version_number, slug")
    state = bench.rows("SELECT id, state, current_version, revision FROM dataset ORDER BY id")
    store = bench.workshop.store
    blobs = {key: store.local_path(key).read_bytes() for key in store.list_keys("")}
    return {"rows": [tuple(row) for row in rows], "state": [tuple(row) for row in state], "blobs": blobs}


def contains(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether all that was public is public still, byte for byte."""
    return (
        set(before["rows"]) <= set(after["rows"])
        and set(before["state"]) <= set(after["state"])
        and before["blobs"].items() <= after["blobs"].items()
    )


@pytest.fixture
def live(make_bench: Callable[..., Bench]) -> Bench:
    bench = make_bench(resources=4)
    assert bench.run().state == "done"
    return bench


@pytest.mark.parametrize(
    ("kind", "place", "says"),
    [
        ("truncated_file", "file", "is not whole"),
        ("bomb", "file", "more came"),
        ("repeat_page", "rows", "page 2 was asked for, page 1 came"),
        ("ragged_row", "rows", "cells"),
    ],
)
def test_spoiled_data_of_one_record_is_named_and_the_rest_goes_on(
    live: Bench, kind: str, place: str, says: str
) -> None:
    with_file = "SELECT source_key FROM dataset JOIN version_part ON dataset_id = dataset.id WHERE slug LIKE 'f%'"
    record_id = first_published(live) if place == "rows" else str(live.scalar(with_file)).removeprefix("sample:")
    others = [i for i in live.sample.control("resources")["ids"] if i != record_id]
    live.sample.control("touch", resource=record_id)
    live.sample.control("touch", resource=others[0])
    if kind == "repeat_page":
        live.sample.control("rows", resource=record_id, count=12_000)
    live.sample.control("misbehave", kind=kind, place=place, resource=record_id, times=-1)
    before = published_bytes(live)
    report = live.run()
    after = published_bytes(live)
    assert report.state == "done", report.errors
    assert live.action_of(report.run_id, others[0]) in {"update", "unchanged"}
    assert set(before["rows"]) <= set(after["rows"])
    assert before["blobs"].items() <= after["blobs"].items()
    assert live.action_of(report.run_id, record_id) in {"skip", "hold"}
    assert record_id in told(live, report)
    assert says in told(live, report)


def test_an_entry_without_identifier_or_with_an_endless_title_is_named(live: Bench) -> None:
    live.sample.control("misbehave", kind="no_identifier", place="list", times=1)
    before = published_bytes(live)
    report = live.run()
    assert "no identifier" in told(live, report) or "identifier" in told(live, report)
    assert before["blobs"].items() <= published_bytes(live)["blobs"].items()
    live.sample.control("reset", what=["misbehaviour"])
    live.run()
    record_id = live.sample.control("resources")["ids"][0]
    live.sample.control("edit", resource=record_id, set={"name": "长" * 10_000})
    before = published_bytes(live)
    report = live.run()
    said = told(live, report)
    assert record_id in said
    assert "10,000" in said or "10000" in said
    assert "长" * 300 not in said
    assert published_bytes(live) == before


@pytest.fixture
def drop(settings: Settings, tmp_path: Path) -> Iterator[Bench]:
    """A folder source with one good file, harvested."""
    root = tmp_path / "drop"
    root.mkdir()
    (root / "好的.csv").write_text(_GOOD, encoding="utf-8")
    workshop = make_workshop(settings)
    migrate(workshop.database)
    now = datetime.now(UTC)
    config = {
        "root": str(root),
        "publisher_name": "示例局",
        "publisher_code": "sample",
        "labels": {"open_label": "无条件开放", "grade_label": "一般数据"},
    }
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", config, now=now)
        sign_mapping(session, "drop", json.loads(_MAPPING.read_text(encoding="utf-8")), "王签署", now)
    bench = Bench(settings, workshop, None)  # type: ignore[arg-type]
    assert run_harvest(workshop, "drop").counts["create"] == 1
    yield bench
    workshop.jobs.close()
    workshop.database.dispose()


def _spreadsheet(path: Path, sheet: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def test_files_that_are_bombs_cut_or_without_names_are_held_with_a_reason_each(drop: Bench) -> None:
    root = Path(json.loads(drop.scalar("SELECT config FROM source"))["root"])
    _spreadsheet(root / "炸弹.xlsx", bytes(600 << 20))
    with zipfile.ZipFile(root / "炸弹.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("大.csv", bytes(600 << 20))
    _spreadsheet(root / "截断.xlsx", b"<worksheet/>" * 1_000)
    whole = (root / "截断.xlsx").read_bytes()
    (root / "截断.xlsx").write_bytes(whole[: len(whole) // 2])
    (root / "空.csv").write_text("", encoding="utf-8")
    (root / "重名.csv").write_text("编号,名称,名称,\nA1,甲,乙,丙\nA2,甲,乙,丁\n", encoding="utf-8")
    before = published_bytes(drop)
    report = run_harvest(drop.workshop, "drop")
    assert report.state == "done"
    after = published_bytes(drop)
    assert contains(before, after)
    said = told(drop, report)
    codes = {
        reason["code"]
        for (reasons,) in drop.rows("SELECT reasons FROM harvest_record WHERE run_id = :run", run=report.run_id)
        for reason in json.loads(reasons)
    }
    assert {"file_bomb", "file_damaged", "file_empty"} <= codes, said
    for name in ("炸弹.xlsx", "截断.xlsx", "空.csv"):
        assert name in said
    for row in after["rows"]:
        assert "炸弹" not in str(row)
    names = drop.rows("SELECT schema FROM version_part JOIN version ON 1=1 WHERE schema IS NOT NULL")
    for (schema,) in names:
        columns = [column["name"] for column in json.loads(schema)["columns"]]
        assert len(columns) == len(set(columns))
        assert all(name.strip() for name in columns)
    assert run_harvest(drop.workshop, "drop").counts.get("create") is None
    assert contains(before, published_bytes(drop))
