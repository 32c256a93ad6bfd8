"""A folder with one table that the gate holds, on each database, and people who decide about it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.review.acts import NO_ASSESSMENT, Assessment
from portal.ingest.review.held import HeldView, list_held
from portal.ingest.review.releasing import Approved, Released, release_held
from portal.ingest.sources import add_source, sign_mapping
from portal.ingest.workshop import Workshop
from portal.settings import Settings
from tests.ingest.conftest import make_workshop

_MAPPING = Path(__file__).resolve().parents[2] / "harvesters" / "mappings" / "beijing.json"
IDENTITY = "349901198503121233"
PHONE = "13900001234"
ASSESSMENT = Assessment.of("# 个人信息保护影响评估\n公示依据充分，影响可控。\n".encode())


@dataclass
class Desk:
    """One source with one file, and what persons do about it."""

    settings: Settings
    workshop: Workshop
    folder: Path

    def deliver(self, *notes: str, name: str = "学校名单") -> None:
        """Put the table there, a note for each school."""
        rows = [f"{n},第{n}小学,{30 + n},{note}" for n, note in enumerate(notes, start=1)]
        file = self.folder / f"{name}.csv"
        file.write_text("\n".join(("序号,学校名称,人数,说明", *rows, "")), encoding="utf-8")

    def sign(self, signer: str = "王签署", **changes: object) -> None:
        labels = json.loads(_MAPPING.read_text(encoding="utf-8")) | {"drop_sensitive_columns": False} | changes
        with self.workshop.database.transaction() as session:
            sign_mapping(session, "drop", labels, signer, datetime.now(UTC))

    def run(self) -> RunReport:
        return run_harvest(self.workshop, "drop")

    def held(self) -> HeldView:
        with self.workshop.database.reading() as session:
            (held,) = list_held(session)
        return held

    def release(
        self, person: str, *, assessment: Assessment = ASSESSMENT, held_id: str = ""
    ) -> Released | Approved | None:
        return release_held(self.workshop, held_id or self.held().id, person, "依法公示", assessment=assessment)

    def release_bare(self, person: str) -> Released | Approved | None:
        return self.release(person, assessment=NO_ASSESSMENT)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.workshop.database.reading() as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def acts(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT act, person FROM review_act ORDER BY id")

    def versions(self) -> int:
        return len(self.rows("SELECT number FROM version"))

    def state(self) -> str | None:
        found = self.rows("SELECT state FROM dataset")
        return str(found[0][0]) if found else None

    def before_next_write(self, act: Callable[[], object]) -> None:
        """Do something just before the next transaction that writes begins: as another process would."""
        database = self.workshop.database
        plain = database.transaction

        @contextmanager
        def after_something_else() -> Iterator[Session]:
            del vars(database)["transaction"]
            act()
            with plain() as session:
                yield session

        vars(database)["transaction"] = after_something_else


def make_desk(settings: Settings, folder: Path) -> Desk:
    workshop = make_workshop(settings)
    migrate(workshop.database)
    labels = {"open_label": "无条件开放", "grade_label": "一般数据"}
    config = {"root": str(folder), "publisher_name": "示例局", "publisher_code": "sample", "labels": labels}
    with workshop.database.transaction() as session:
        add_source(session, "drop", "folder", config, now=datetime.now(UTC))
    desk = Desk(settings, workshop, folder)
    desk.sign()
    return desk


def closed(desk: Desk) -> None:
    desk.workshop.jobs.close()
    desk.workshop.database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.fixture
def desk(settings: Settings, folder: Path) -> Iterator[Desk]:
    """On SQLite; nothing is delivered yet."""
    made = make_desk(settings, folder)
    yield made
    closed(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_desk(request: pytest.FixtureRequest, settings: Settings, folder: Path) -> Iterator[Desk]:
    """On each database."""
    if request.param == "postgresql":
        settings = replace(settings, database_url=request.getfixturevalue("postgres_url"))
    made = make_desk(settings, folder)
    yield made
    closed(made)
