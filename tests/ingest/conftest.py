"""A sample platform on loopback and a workshop of this test's own, with the platform registered and its mapping signed."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import text

from portal.db import Database
from portal.db.migrating import migrate
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.jobs import open_queue
from portal.outbound import GuardedClient, RetryRule
from portal.settings import Settings
from portal.storage import open_quarantine, open_store
from tests.sample_platform.server import Platform, start_platform

SAMPLE = Path(__file__).resolve().parents[1] / "sample_platform"
SECRET = {"app_key": "sample-portal", "app_secret": "sample-long-lived-secret-0001"}
SIGNER = "王签署"
BIG_ROWS = 2_000


@dataclass
class Sample:
    """The platform and what can be asked of it."""

    platform: Platform

    @property
    def address(self) -> str:
        return self.platform.address

    def control(self, action: str, **values: object) -> dict[str, Any]:
        method = "GET" if action in {"counters", "resources"} else "POST"
        body = json.dumps(values).encode() if method == "POST" else None
        with urlopen(Request(f"{self.address}/_control/{action}", data=body, method=method), timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def requests(self) -> dict[str, int]:
        """Requests since the last call: list, rows, file, secret."""
        counters = self.control("counters")
        self.control("reset", what=["counters"])
        return counters


@dataclass
class Bench:
    """A workshop with its settings and the registered source `sample`."""

    settings: Settings
    workshop: Workshop
    sample: Sample

    @property
    def database(self) -> Database:
        return self.workshop.database

    def run(self) -> RunReport:
        return run_harvest(self.workshop, "sample")

    def scalar(self, statement: str, **values: object) -> Any:
        with self.database.reading() as session:
            return session.execute(text(statement), values).scalar()

    def rows(self, statement: str, **values: object) -> list[Any]:
        with self.database.reading() as session:
            return list(session.execute(text(statement), values))

    def action_of(self, run_id: str, record_id: str) -> str | None:
        found = self.scalar(
            "SELECT action FROM harvest_record WHERE run_id = :run AND record_id = :id", run=run_id, id=record_id
        )
        return None if found is None else str(found)

    def reasons_of(self, run_id: str, record_id: str) -> list[str]:
        found = self.scalar(
            "SELECT reasons FROM harvest_record WHERE run_id = :run AND record_id = :id", run=run_id, id=record_id
        )
        return [reason["code"] for reason in json.loads(found)]

    def state_of(self, record_id: str, source: str = "sample") -> str | None:
        found = self.scalar("SELECT state FROM dataset WHERE source_key = :key", key=f"{source}:{record_id}")
        return None if found is None else str(found)

    def versions_of(self, record_id: str) -> int:
        return int(
            self.scalar(
                "SELECT count(*) FROM version JOIN dataset ON dataset.id = version.dataset_id WHERE source_key = :key",
                key=f"sample:{record_id}",
            )
        )


def make_workshop(settings: Settings) -> Workshop:
    """The embedded parts, with a client that does not wait long between its attempts."""
    return Workshop.of(
        settings,
        database=Database(settings.effective_database_url),
        store=open_store(settings),
        quarantine=open_quarantine(settings),
        jobs=open_queue(settings),
        client_for=lambda hosts: GuardedClient(hosts, retry=RetryRule(attempts=2, first_s=0.01)),
    )


def register(workshop: Workshop, settings: Settings, address: str, mapping: Mapping[str, Any] | None = None) -> None:
    """Register the platform as `sample` and sign its mapping."""
    secret = settings.var_dir / "given.json"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(json.dumps(SECRET))
    name = keep_secret(settings.effective_secrets_dir, "sample", secret)
    labels = mapping or json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8"))
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        add_source(session, "sample", "exchange", {"base_url": address}, secret_name=name, replace=True, now=now)
        sign_mapping(session, "sample", labels, SIGNER, now)


@contextmanager
def _platforms() -> Iterator[Callable[..., Sample]]:
    started: list[tuple[Platform, Thread]] = []

    def make(**options: Any) -> Sample:
        platform = start_platform(**options)
        thread = Thread(target=platform.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        started.append((platform, thread))
        return Sample(platform)

    yield make
    for platform, thread in started:
        platform.shutdown()
        platform.server_close()
        thread.join()


@pytest.fixture
def make_sample() -> Iterator[Callable[..., Sample]]:
    """Starts platforms of any size; all end with the test."""
    with _platforms() as make:
        yield make


@pytest.fixture(scope="session")
def harvested_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Directories of instances that have harvested a platform of a size once: made when first asked for, to be copied."""
    made: dict[int, Path] = {}

    def find(resources: int) -> Path:
        if resources not in made:
            var_dir = tmp_path_factory.mktemp("harvested") / "var"
            settings = Settings(var_dir=var_dir, secret_key="00" * 32, quarantine_key="11" * 32)
            workshop = make_workshop(settings)
            migrate(workshop.database)
            with _platforms() as make:
                register(workshop, settings, make(resources=resources, big_rows=BIG_ROWS).address)
                assert run_harvest(workshop, "sample").state == "done"
            workshop.jobs.close()
            workshop.database.dispose()
            made[resources] = var_dir
        return made[resources]

    return find


@pytest.fixture
def make_bench(settings: Settings, make_sample: Callable[..., Sample]) -> Iterator[Callable[..., Bench]]:
    """A workshop beside a platform of the size asked for."""
    opened: list[Workshop] = []

    def make(resources: int = 12, big_rows: int = BIG_ROWS, **options: Any) -> Bench:
        sample = make_sample(resources=resources, big_rows=big_rows, **options)
        workshop = make_workshop(settings)
        opened.append(workshop)
        migrate(workshop.database)
        register(workshop, settings, sample.address)
        return Bench(settings, workshop, sample)

    yield make
    for workshop in opened:
        workshop.jobs.close()
        workshop.database.dispose()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """Twelve resources, not harvested yet."""
    return make_bench()


@pytest.fixture
def make_harvested(
    settings: Settings, make_bench: Callable[..., Bench], harvested_once: Callable[[int], Path]
) -> Callable[..., Bench]:
    """A bench that has harvested already, and whose platform starts as it was then, at another address."""

    def make(resources: int = 12) -> Bench:
        shutil.copytree(harvested_once(resources), settings.var_dir)
        return make_bench(resources=resources)

    return make
