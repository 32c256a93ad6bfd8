"""SIGKILL at random points, of a real process: nothing committed is fetched again, and the end is the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.ingest.conducting.running import run_harvest
from portal.ingest.errors import SourceBusy
from portal.settings import Settings
from tests.ingest.conftest import Bench, make_workshop, register

pytestmark = pytest.mark.slow
RESOURCES = 10


def start(settings: Settings) -> subprocess.Popen[bytes]:
    """`portal harvest run sample` as a process of its own."""
    environment = os.environ | {
        "PORTAL_VAR_DIR": str(settings.var_dir),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_QUARANTINE_KEY": settings.quarantine_key,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "harvest", "run", "sample"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def dump(bench: Bench) -> dict[str, Any]:
    """What the public could see and what is known of each record, without ids and instants of ours."""
    return {
        "versions": bench.rows(
            "SELECT source_key, state, number, data_digest, page_digest FROM dataset"
            " LEFT JOIN version ON version.dataset_id = dataset.id ORDER BY source_key, number"
        ),
        "parts": bench.rows(
            "SELECT source_key, version_number, slug, kind, row_count, sha256, blob_key, preview FROM version_part"
            " JOIN dataset ON dataset.id = dataset_id ORDER BY source_key, version_number, slug"
        ),
        "texts": bench.rows(
            "SELECT source_key, field, language, value FROM dataset_wording"
            " JOIN dataset ON dataset.id = dataset_id ORDER BY source_key, field, language"
        ),
        "records": bench.rows("SELECT record_id, fingerprint, raw_sha256 FROM source_record ORDER BY record_id"),
        "held": bench.rows(
            "SELECT record_id, data_digest, page_digest, state FROM held_record ORDER BY record_id, state"
        ),
        "blobs": sorted(
            str(path.relative_to(bench.settings.var_dir))
            for room in ("store", "blobs")
            for path in (bench.settings.var_dir / room).rglob("*.*")
            if path.is_file()
        ),
    }


def settled(bench: Bench) -> int:
    return int(bench.scalar("SELECT count(*) FROM source_record WHERE fingerprint != ''"))


def test_killed_at_random_points_a_run_ends_like_one_that_was_not(
    make_bench: Callable[..., Bench], settings: Settings, tmp_path: Path
) -> None:
    bench = make_bench(resources=RESOURCES)
    chance = random.Random(20261121)
    kills = 0
    for wanted in (1, 4, 7):
        process = start(settings)
        until = time.monotonic() + 120
        while settled(bench) < wanted and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.3)
        kills += process.poll() is None
        kill(process)
    assert kills >= 2, "the process was killed while it worked"
    done = settled(bench)
    assert 0 < done <= RESOURCES
    bench.sample.requests()
    report = bench.run()
    requests = bench.sample.requests()
    assert report.state == "done"
    assert report.counts.get("unchanged", 0) == done, "what was committed is not done again"
    if done == RESOURCES:
        assert (requests["rows"], requests["file"]) == (0, 0)
    assert bench.rows("SELECT DISTINCT state FROM harvest_run WHERE state = 'running'") == []
    assert list((settings.var_dir / "work").iterdir()) == [], "what killed processes left is swept"

    calm_settings = replace(settings, var_dir=tmp_path / "calm")
    calm = Bench(calm_settings, make_workshop(calm_settings), bench.sample)
    from portal.db.migrating import migrate

    migrate(calm.database)
    register(calm.workshop, calm_settings, bench.sample.address)
    assert calm.run().state == "done"
    expected, found = dump(calm), dump(bench)
    calm.workshop.jobs.close()
    calm.database.dispose()
    for name in expected:
        assert json.dumps([list(map(str, row)) for row in found[name]]) == json.dumps(
            [list(map(str, row)) for row in expected[name]]
        ), name


def test_a_second_run_of_a_source_says_that_the_first_is_going_on(bench: Bench, settings: Settings) -> None:
    bench.sample.control("misbehave", kind="slow", place="rows", times=-1, value=0.5)
    process = start(settings)
    try:
        until = time.monotonic() + 60
        while (
            bench.scalar("SELECT count(*) FROM harvest_run WHERE state = 'running'") == 0 and time.monotonic() < until
        ):
            time.sleep(0.05)
        with pytest.raises(SourceBusy, match="being harvested already"):
            run_harvest(bench.workshop, "sample")
    finally:
        kill(process)
    bench.sample.control("reset", what=["misbehaviour"])
    assert bench.run().state == "done", "the lock of a killed process is no lock"
    assert bench.scalar("SELECT count(*) FROM harvest_run WHERE state = 'killed'") == 1
