"""Two instances: one inside with a harvested platform, one outside that has a public key and nothing else."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from portal.app import create_app
from portal.bundles.applying import Taken, take_bundle
from portal.bundles.keys import make_private_key
from portal.bundles.writing import Made, make_bundle
from portal.catalogue.purge import purge_outbox
from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.ingest.conftest import Bench, Sample, make_workshop, register
from tests.sample_platform.server import start_platform


@dataclass
class Inside:
    """The instance that harvests, and its key."""

    bench: Bench
    key: Ed25519PrivateKey
    shelf: Path

    def export(self, *, is_whole: bool = False) -> Made | None:
        workshop = self.bench.workshop
        return make_bundle(
            workshop.database, workshop.store, self.key, self.shelf, datetime.now(UTC), is_whole=is_whole
        )

    def made(self, *, is_whole: bool = False) -> Path:
        """The directory of the next bundle."""
        found = self.export(is_whole=is_whole)
        assert found is not None
        return found.path


@dataclass
class Outside:
    """The instance on the internet."""

    parts: Parts
    settings: Settings
    key: Ed25519PrivateKey

    def take(self, path: Path) -> Taken:
        public, work = self.key.public_key(), self.settings.var_dir / "work"
        return take_bundle(self.parts.database, self.parts.store, public, path, datetime.now(UTC), work_dir=work)

    def settle(self) -> None:
        """What the worker does after an import."""
        purge_outbox(self.parts.database, self.parts.store, datetime.now(UTC))
        while self.parts.search.close_difference():
            pass

    @property
    def client(self) -> FlaskClient:
        return create_app(self.parts).test_client()


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Sample]]:
    """An instance that has harvested once, and the platform; each test works on a copy of the first."""
    directory = tmp_path_factory.mktemp("harvested")
    settings = Settings(var_dir=directory / "var", secret_key="00" * 32, quarantine_key="11" * 32)
    platform = start_platform(resources=20, big_rows=300)
    thread = Thread(target=platform.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    Sample(platform).control("edit", resource="JYJ-0002", set={"openAttr": "77"})  # held: a label never seen
    workshop = make_workshop(settings)
    migrate(workshop.database)
    register(workshop, settings, platform.address)
    assert run_harvest(workshop, "sample").state == "done"
    workshop.jobs.close()
    workshop.database.dispose()
    yield settings.var_dir, Sample(platform)
    platform.shutdown()
    platform.server_close()
    thread.join()


@pytest.fixture
def inside(harvested: tuple[Path, Sample], settings: Settings, tmp_path: Path) -> Iterator[Inside]:
    directory, sample = harvested
    shutil.copytree(directory, settings.var_dir)
    workshop = make_workshop(settings)
    yield Inside(Bench(settings, workshop, sample), make_private_key(tmp_path / "inside-secrets"), tmp_path / "shelf")
    workshop.jobs.close()
    workshop.database.dispose()


@pytest.fixture
def make_outside(settings: Settings, tmp_path: Path, inside: Inside) -> Iterator[Callable[[str], Outside]]:
    opened: list[Parts] = []

    def make(name: str = "outside") -> Outside:
        own = replace(settings, var_dir=tmp_path / name, limit_factor=1000)
        parts = web_parts(own)
        opened.append(parts)
        migrate(parts.database)
        return Outside(parts, own, inside.key)

    yield make
    for parts in opened:
        parts.jobs.close()
        parts.database.dispose()


@pytest.fixture
def outside(make_outside: Callable[[str], Outside]) -> Outside:
    return make_outside("outside")


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    """Copies a bundle as a person with a medium would, so that it can be spoiled."""
    numbers = iter(range(1000))

    def copy(path: Path) -> Path:
        target = tmp_path / f"medium-{next(numbers)}" / path.name
        shutil.copytree(path, target)
        for file in target.rglob("*"):
            file.chmod(0o755 if file.is_dir() else 0o644)
        return target

    return copy
