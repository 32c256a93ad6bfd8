"""The process that dies in forks of itself, and the prepared instances, once for all scenarios."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from portal.settings import Settings
from tests.faults.instance import Instance
from tests.faults.scenarios import Order, Stage, as_at_first, harvest_sample, migrated, register_sample
from tests.ingest.conftest import Sample
from tests.sample_platform.server import start_platform


@dataclass(frozen=True)
class Runner:
    """Tells the process what to do."""

    process: subprocess.Popen[str]

    def __call__(self, instance: Instance, order: Order, log: Path, cut: int = 0) -> int:
        """Do it in a fork that dies at boundary `cut`; the exit status, negative for a signal."""
        told = {"environment": instance.environment(), "cut": cut, "log": str(log)} | dict(order)
        if "command" in told:
            told["command"] = [word.replace("{var}", str(instance.settings.var_dir)) for word in order["command"]]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.runner"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def platform() -> Iterator[Sample]:
    """Four resources, of which one has a label that nobody signed."""
    server = start_platform(resources=4, big_rows=200)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Sample(server)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def make_stage(platform: Sample, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stage]:
    """Prepares a stage on the database with this address, "" for SQLite."""

    def make(address: str = "") -> Stage:
        room = tmp_path_factory.mktemp("stage")
        settings = Settings(
            var_dir=room / "empty", secret_key="00" * 32, quarantine_key="11" * 32, database_url=address
        )
        empty = migrated(Instance(settings))
        fresh = empty.copied(room / "fresh")
        register_sample(fresh, platform.address)
        as_at_first(platform)
        harvested = fresh.copied(room / "harvested")
        harvest_sample(harvested)
        return Stage(platform, {"empty": empty, "fresh": fresh, "harvested": harvested}, room)

    return make


@pytest.fixture(scope="module")
def stage(make_stage: Callable[[str], Stage]) -> Stage:
    return make_stage("")
