"""A signed mapping's orders by command, from an exchange database to the page: rows that leave, a column that is permitted."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from portal.app import create_app
from portal.ingest.settling.cutting import cut_due
from portal.settings import Settings
from portal.wiring import web_parts
from tests.cli.test_commands import Portal
from tests.cli.test_commands import portal as portal  # noqa: PLC0414 - a fixture
from tests.exchange_database.server import ExchangeDatabase, open_sqlite
from tests.ingest.conftest import make_workshop

BEFORE = datetime(2026, 11, 20, 15, 59, 30, tzinfo=UTC)  # half a minute to midnight in Shanghai
AFTER = datetime(2026, 11, 20, 16, 0, 5, tzinfo=UTC)
NAMES = ("决定书文号", "相对人", "办事电话", "公示截止日期")
PENALTIES: dict[str, Any] = {
    "table": "xzcf",
    "title": {"zh": "行政处罚公示", "en": "Penalties"},
    "publisher": "市场监管局",
    "open": "1",
    "grade": "一般数据",
    "owner": "数据科",
    "approver": "王主任",
    "basis": "开放清单",
    "class": "信用",
    "columns": [{"name": name, "open": "1"} for name in NAMES],
    "reading": {"keys": ["决定书文号"], "settle_s": 0},
}
MAPPING: dict[str, Any] = {
    "fields": {"open_label": {"1": "unconditional"}, "grade_label": {"一般数据": "general"}},
    "allow_columns": {"办事电话": {"rules": ["mobile_number"], "reason": "对外公布的办事电话"}},
    "row_ends": {"column": "公示截止日期", "blank": "forever"},
}
ROWS = [
    ("罚〔2026〕1号", "东阳甲建材有限公司", "13857123456", "2026-11-21"),
    ("罚〔2026〕2号", "东阳乙建材有限公司", "13857123457", "2027-11-22"),
    ("罚〔2026〕3号", "东阳丙建材有限公司", "13857123458", None),
    ("罚〔2026〕4号", "东阳丁建材有限公司", "13857123459", "2027-05-01"),
]


@pytest.fixture
def exchange(tmp_path: Path, portal: Portal) -> ExchangeDatabase:
    """An exchange database with penalties, registered as `front`; its mapping is not signed."""
    database = open_sqlite(tmp_path / "exchange.sqlite3")
    database.run(f"CREATE TABLE xzcf ({', '.join(f'{name} TEXT' for name in NAMES)})")
    database.run("INSERT INTO xzcf VALUES (:a, :b, :c, :d)", [dict(zip("abcd", row, strict=True)) for row in ROWS])
    config = tmp_path / "config.json"
    config.write_text(json.dumps(database.config(tables=[PENALTIES])))
    assert portal("db", "migrate").exit_code == 0
    added = portal("source", "add", "front", "--kind", "tables", "--config", str(config))
    assert added.exit_code == 0, added.output
    return database


@pytest.fixture
def sign(tmp_path: Path, portal: Portal) -> Any:
    """Signs a mapping as a person does."""

    def signed(mapping: dict[str, Any]) -> None:
        path = tmp_path / "mapping.json"
        path.write_text(json.dumps(mapping))
        result = portal("source", "mapping", "sign", "front", "--mapping", str(path), "--sign", "王签署")
        assert result.exit_code == 0, result.output

    return signed


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of the commands."""
    return Settings(var_dir=tmp_path / "var", secret_key="00" * 32, quarantine_key="11" * 32)


@pytest.fixture
def visitor(exchange: ExchangeDatabase, settings: Settings) -> Iterator[FlaskClient]:
    parts = web_parts(settings)
    yield create_app(parts).test_client()
    parts.jobs.close()
    parts.database.dispose()


def harvested(portal: Portal) -> str:
    result = portal("harvest", "run", "front")
    assert result.exit_code == 0, result.output
    return str(portal("harvest", "show", result.output.split("Run ")[1].split()[0]).output)


def dataset_of(visitor: FlaskClient) -> str:
    (found,) = visitor.get("/api/v1/datasets").get_json()["items"]
    return str(found["id"])


def numbers(visitor: FlaskClient, dataset_id: str) -> list[str]:
    (part,) = visitor.get(f"/api/v1/datasets/{dataset_id}").get_json()["parts"]
    with visitor.get(f"/api/v1/datasets/{dataset_id}/tables/{part['slug']}/rows") as answer:
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [row["决定书文号"] for row in answer.get_json()["rows"]]


def test_a_dry_run_of_tables_tells_what_would_come_and_changes_nothing(
    exchange: ExchangeDatabase, sign: Any, portal: Portal, visitor: FlaskClient, tmp_path: Path
) -> None:
    sign(MAPPING)
    kept = sorted(path for path in (tmp_path / "var").rglob("*") if "quarantine" in str(path) and path.is_file())
    tried = portal("harvest", "run", "front", "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "行政处罚公示" in tried.output
    assert "Nothing was changed" in tried.output
    assert "13857123456" not in tried.output
    assert visitor.get("/api/v1/datasets").get_json()["items"] == []
    assert kept == sorted(p for p in (tmp_path / "var").rglob("*") if "quarantine" in str(p) and p.is_file())


def test_a_column_of_telephones_appears_under_a_signed_permission_alone(
    exchange: ExchangeDatabase, sign: Any, portal: Portal, visitor: FlaskClient, settings: Settings
) -> None:
    with time_machine.travel(BEFORE, tick=True):
        sign({key: value for key, value in MAPPING.items() if key != "allow_columns"})
        assert "obile numbers were found in “办事电话” (4)" in harvested(portal)
        assert visitor.get("/api/v1/datasets").get_json()["items"] == []
        sign(MAPPING)
        assert "create     1" in harvested(portal)
        dataset_id = dataset_of(visitor)
        assert "13857123457" in visitor.get(f"/zh/dataset/{dataset_id}").get_data(as_text=True)
        assert len(numbers(visitor, dataset_id)) == len(ROWS)
    with connect(settings.var_dir / "catalogue.sqlite3") as kept:
        verdicts = [reason for (text,) in kept.execute("SELECT reasons FROM verdict") for reason in json.loads(text)]
    kept.close()
    told = [reason["subject"] for reason in verdicts if reason["code"] == "finding_allowed"]
    assert told == ["办事电话 · mobile_number · 对外公布的办事电话"]


def test_a_row_leaves_on_its_day_and_another_by_command(
    exchange: ExchangeDatabase, sign: Any, portal: Portal, visitor: FlaskClient, settings: Settings
) -> None:
    sign(MAPPING)
    with time_machine.travel(BEFORE, tick=False) as clock:
        harvested(portal)
        dataset_id = dataset_of(visitor)
        assert "东阳甲" in visitor.get(f"/zh/dataset/{dataset_id}").get_data(as_text=True)
        assert numbers(visitor, dataset_id) == [row[0] for row in ROWS]
        clock.move_to(AFTER)
        assert visitor.get(f"/zh/dataset/{dataset_id}").status_code == 503  # no worker has cut it yet
        workshop = make_workshop(settings)
        assert cut_due(workshop, lambda: datetime.now(UTC), lambda: False) == 1
        workshop.jobs.close()
        workshop.database.dispose()
        assert numbers(visitor, dataset_id) == [row[0] for row in ROWS[1:]]
        assert "东阳甲" not in visitor.get(f"/zh/dataset/{dataset_id}").get_data(as_text=True)

        order = [
            "withdraw",
            dataset_id,
            "--rows",
            "决定书文号=罚〔2026〕2号",
            "--reason",
            "决定已撤销",
            "--actor",
            "王签署",
        ]
        withdrawn = portal(*order)
        assert withdrawn.exit_code == 0, withdrawn.output
        assert withdrawn.output.startswith("1 rows")
        assert numbers(visitor, dataset_id) == ["罚〔2026〕3号", "罚〔2026〕4号"]
        assert "东阳乙" not in visitor.get(f"/zh/dataset/{dataset_id}").get_data(as_text=True)
        assert visitor.get(f"/zh/dataset/{dataset_id}@v1").status_code == 410

        exchange.run("UPDATE xzcf SET 相对人 = '东阳丙新名有限公司' WHERE 决定书文号 = '罚〔2026〕3号'")
        harvested(portal)  # the source still has both rows
        assert numbers(visitor, dataset_id) == ["罚〔2026〕3号", "罚〔2026〕4号"]
        assert "东阳丙新名" in visitor.get(f"/zh/dataset/{dataset_id}").get_data(as_text=True)
        nobody = portal(*order[:3], "决定书文号=罚〔1999〕9号", *order[4:])
        assert nobody.exit_code == 1
