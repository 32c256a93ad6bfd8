"""A workshop of this test's own beside the sample exchange database, registered as `front` and its mapping signed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from sqlalchemy import text

from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.settings import Settings
from portal.storage import blob_key
from tests.exchange_database.content import MARKETS, STOPS
from tests.exchange_database.server import ExchangeDatabase
from tests.ingest.conftest import make_workshop

MAPPING = {
    "fields": {"open_label": {"1": "unconditional"}, "grade_label": {"一般数据": "general"}},
    "columns_follow_resource": False,
}


@dataclass
class Front:
    """The exchange database on one side, the portal on the other."""

    settings: Settings
    workshop: Workshop
    exchange: ExchangeDatabase

    def register(self, **values: Any) -> None:
        """Register the database, or change how it is registered."""
        given = self.settings.var_dir / "given.json"
        given.parent.mkdir(parents=True, exist_ok=True)
        given.write_text(json.dumps(self.exchange.secret()))
        name = keep_secret(self.settings.effective_secrets_dir, "front", given)
        config = self.exchange.config(**({"tables": [STOPS, MARKETS]} | values))
        now = datetime.now(UTC)
        with self.workshop.database.transaction() as session:
            add_source(session, "front", "tables", config, secret_name=name, replace=True, now=now)
            sign_mapping(session, "front", MAPPING, "王签署", now)

    def run(self, **options: Any) -> RunReport:
        return run_harvest(self.workshop, "front", **options)

    def query(self, statement: str, **values: object) -> list[Any]:
        with self.workshop.database.reading() as session:
            return list(session.execute(text(statement), values))

    def action(self, report: RunReport, record_id: str) -> str:
        found = self.query(
            "SELECT action FROM harvest_record WHERE run_id = :run AND record_id = :id", run=report.run_id, id=record_id
        )
        return str(found[0][0]) if found else "unchanged"

    def reasons(self, report: RunReport, record_id: str) -> list[str]:
        found = self.query(
            "SELECT reasons FROM harvest_record WHERE run_id = :run AND record_id = :id",
            run=report.run_id,
            id=record_id,
        )
        return [reason["code"] for reason in json.loads(found[0][0])]

    def published(self, record_id: str) -> list[tuple[Any, ...]]:
        """The rows that the public gets now."""
        (sha256,) = self.query(
            "SELECT sha256 FROM version_part JOIN dataset ON dataset_id = dataset.id AND version_number = current_version"
            " WHERE source_key = :key AND state = 'published'",
            key=f"front:{record_id}",
        )[0]
        path = self.workshop.store.local_path(blob_key("tables", sha256, "parquet"))
        return duckdb.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()

    def state(self, record_id: str) -> dict[str, Any]:
        """What is remembered of the table."""
        (parts,) = self.query("SELECT parts FROM source_record WHERE record_id = :id", id=record_id)[0]
        found: dict[str, Any] = json.loads(parts)[0]["increment"]
        return found

    def notes(self, record_id: str) -> dict[tuple[str, str], int | None]:
        """The quality notes of the last staging."""
        (parts,) = self.query("SELECT parts FROM source_record WHERE record_id = :id", id=record_id)[0]
        return {(n["code"], n["subject"]): n["count"] for n in json.loads(parts)[0]["quality"]["notes"]}


@pytest.fixture
def front(settings: Settings, exchange_database: ExchangeDatabase) -> Iterator[Front]:
    """Registered, not harvested yet."""
    workshop = make_workshop(settings)
    migrate(workshop.database)
    made = Front(settings, workshop, exchange_database)
    made.register()
    yield made
    workshop.jobs.close()
    workshop.database.dispose()
