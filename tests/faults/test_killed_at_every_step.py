"""SIGKILL at every kind of step of a run: what the public sees is as before or as after, never between.

Each scenario changes one record. The run that does it is counted first; then it is killed at boundaries spread over its whole
length, each time on a copy of the same state. After each kill the state is looked at, the run is done again, and the end is
the same as without a kill.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.catalogue.purge import is_referenced, purge_outbox, sweep_orphans
from portal.settings import Settings
from portal.wiring import web_parts
from tests.ingest.conftest import Bench, make_workshop
from tests.ingest.conftest import make_bench as make_bench  # noqa: PLC0414 - a fixture
from tests.ingest.conftest import make_sample as make_sample  # noqa: PLC0414 - a fixture
from tests.ingest.test_increments import first_published
from tests.ingest.test_killing import dump

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
CUTS = 8  # for each scenario
PUBLIC = ("versions", "parts", "texts", "held")


@dataclass(frozen=True)
class Scenario:
    """What changes at the platform before the run, and the command that is killed."""

    change: Callable[[Bench, str], None]
    command: tuple[str, ...] = ("harvest", "run", "sample")
    is_first: bool = False


def _nothing(bench: Bench, record_id: str) -> None:
    """The platform stays as it is."""


def _update(bench: Bench, record_id: str) -> None:
    bench.sample.control("edit", resource=record_id, set={"name": "更正后的标题"})


SCENARIOS = {"create": Scenario(_nothing, is_first=True), "update": Scenario(_update)}


def run(settings: Settings, log: Path, cut: int, command: Sequence[str]) -> int:
    """The command as a process that kills itself at a boundary; its exit status."""
    environment = os.environ | {
        "PORTAL_VAR_DIR": str(settings.var_dir),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_QUARANTINE_KEY": settings.quarantine_key,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.runner", str(cut), str(log), *command],
        env=environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()[-2_000:]
    return done.returncode


def look(bench: Bench, settings: Settings) -> dict[str, Any]:
    """What is public and what waits, as plain text, once every file that is referred to was found whole."""
    workshop = make_workshop(settings)
    try:
        found = dump(replace(bench, settings=settings, workshop=workshop))
        with workshop.database.reading() as session:
            keys = [row.blob_key for row in found["parts"] if row.blob_key]
            assert all(workshop.store.exists(key) for key in keys), "a published file is missing"
            assert all(is_referenced(session, key) for key in keys)
    finally:
        workshop.jobs.close()
        workshop.database.dispose()
    return {name: [list(map(str, row)) for row in found[name]] for name in PUBLIC}


def tidy(settings: Settings) -> tuple[int, set[str]]:
    """Sweep as the worker does, and give what the index still differs by and the blobs that nothing refers to."""
    parts = web_parts(settings)
    try:
        now = datetime.now(UTC)
        purge_outbox(parts.database, parts.store, now)
        sweep_orphans(parts.database, parts.store, now)
        sweep_orphans(parts.database, parts.store, now + timedelta(hours=2))
        while parts.search.close_difference():
            pass
        with parts.database.reading() as session:
            orphans = {key for key in parts.store.list_keys("") if not is_referenced(session, key)}
        return parts.search.compare().count, orphans
    finally:
        parts.jobs.close()
        parts.database.dispose()


def copied(settings: Settings, target: Path) -> Settings:
    shutil.copytree(settings.var_dir, target)
    return replace(settings, var_dir=target)


def spread(count: int, wanted: int) -> list[int]:
    """Numbers from 1 to `count`, evenly, the first and the last among them."""
    return sorted({1 + round(step * (count - 1) / (wanted - 1)) for step in range(wanted)})


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_it_is_as_before_or_as_after(
    name: str, make_bench: Callable[..., Bench], settings: Settings, tmp_path: Path
) -> None:
    scenario = SCENARIOS[name]
    bench = make_bench(resources=1 if scenario.is_first else 3, big_rows=200)
    command = scenario.command
    if not scenario.is_first:
        bench.run()
        scenario.change(bench, first_published(bench))
    bench.workshop.jobs.close()
    bench.database.dispose()
    before = look(bench, settings)

    calm, log = copied(settings, tmp_path / "calm"), tmp_path / "log"
    assert run(calm, log, 0, command) == 0
    after, reached = look(bench, calm), log.read_text().splitlines()
    assert json.dumps(before) != json.dumps(after)
    assert tidy(calm) == (0, set())

    seen = set()
    for cut in spread(len(reached), CUTS):
        killed = copied(settings, tmp_path / f"cut{cut}")
        assert run(killed, log, cut, command) == -signal.SIGKILL
        where = f"{name}, boundary {cut} of {len(reached)}: {reached[cut - 1]}"
        found = look(bench, killed)
        assert found in (before, after), where
        seen.add(found == after)
        assert run(killed, log, 0, command) == 0, where
        assert look(bench, killed) == after, where
        assert tidy(killed) == (0, set()), where
        assert list((killed.var_dir / "work").iterdir()) == [], where
        shutil.rmtree(killed.var_dir)
    assert seen == {False, True}, "some cuts were before and some after"
