"""A drop with a workbook and data files, a source on it, and a workshop that harvests it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from harvesters import open_source
from harvesters.protocols import Source
from harvesters.records import DatasetRecord, RawRecord
from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.fetching.sheets import ChildSheetReader
from portal.ingest.fetching.transport import transport_for
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.outbound import GuardedClient
from portal.settings import Settings
from tests.ingest.conftest import make_workshop
from tests.workbook.sheets import CLOSED, PARKS, SCHOOLS, make_xlsx

MAPPING: dict[str, Any] = {
    "fields": {
        "open_label": {"是": "unconditional", "否": "closed", "有条件": "conditional"},
        "share_label": {"无条件共享": "shared", "不予共享": "not_shared"},
        "grade_label": {"": "general"},
        "update_cycle_label": {"每年": "yearly"},
        "theme_labels": {"教育": "education"},
    },
    "defaults": {"owner": "某科", "approver": "某人", "basis": "示例办法", "class": "公共服务"},
}
LABELS = {"share_label": "无条件共享"}
Opened = Callable[..., Source]


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """Three resources, one of them closed; data of the first two beside the workbook."""
    root = tmp_path / "drop"
    (root / "数据").mkdir(parents=True)
    make_xlsx(root / "目录.xlsx", SCHOOLS, PARKS, CLOSED)
    (root / "数据" / "330100_0001.csv").write_text("名称,班级数,校长电话\n一小,12,010-1\n二小,10,010-2\n", "utf-8")
    (root / "数据" / "停车场.csv").write_bytes("名称,泊位\n东站,80\n西站,60\n".encode("gb18030"))
    return root


@pytest.fixture
def open_workbook(tmp_path: Path) -> Iterator[Opened]:
    client = GuardedClient(frozenset())

    def opened(root: Path, **config: object) -> Source:
        return open_source(
            "workbook",
            name="book",
            config={"root": str(root)} | config,
            secret=None,
            transport=transport_for(client),
            sheets=ChildSheetReader(tmp_path / "sheets"),
        )

    yield opened
    client.close()


def listed(source: Source) -> list[RawRecord]:
    return [record for page in source.list_records() for record in page.records]


def mapped(source: Source) -> dict[str, DatasetRecord]:
    return {raw.id: source.map_record(raw) for raw in listed(source) if not raw.problem}


@dataclass
class Desk:
    """A workshop with the workbook registered as `book` and its mapping signed."""

    settings: Settings
    workshop: Workshop
    root: Path

    def run(self) -> RunReport:
        return run_harvest(self.workshop, "book")

    def sign(self, mapping: dict[str, Any]) -> None:
        with self.workshop.database.transaction() as session:
            sign_mapping(session, "book", mapping, "王签署", datetime.now(UTC))

    def register(self, **config: object) -> None:
        with self.workshop.database.transaction() as session:
            values = {"root": str(self.root)} | config
            add_source(session, "book", "workbook", values, replace=True, now=datetime.now(UTC))

    def rows(self, statement: str, **values: object) -> list[Any]:
        with self.workshop.database.reading() as session:
            return list(session.execute(text(statement), values))

    def states(self) -> dict[str, str]:
        """Code → state of its dataset."""
        found = self.rows("SELECT source_key, state FROM dataset")
        return {row.source_key.removeprefix("book:"): row.state for row in found}

    def actions(self, report: RunReport) -> dict[str, tuple[str, list[str]]]:
        """Record → action and reason codes in a run."""
        rows = self.rows("SELECT record_id, action, reasons FROM harvest_record WHERE run_id = :run", run=report.run_id)
        return {
            row.record_id: (row.action, [reason["code"] for reason in json.loads(row.reasons)])
            for row in rows
            if row.record_id
        }


@pytest.fixture
def desk(settings: Settings, drop: Path) -> Iterator[Desk]:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    made = Desk(settings, workshop, drop)
    made.register()
    made.sign(MAPPING)
    yield made
    workshop.jobs.close()
    workshop.database.dispose()
