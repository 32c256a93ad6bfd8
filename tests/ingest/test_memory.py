"""Peak memory of a harvest does not depend on the size of a table."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from portal.settings import Settings
from tests.ingest.conftest import Sample

PROGRAM = """
import json, resource, sys
from pathlib import Path
from portal.db.migrating import migrate
from portal.settings import Settings
from tests.ingest.conftest import make_workshop, register
from portal.ingest.conducting.running import run_harvest
settings = Settings.from_environment()
workshop = make_workshop(settings)
migrate(workshop.database)
register(workshop, settings, sys.argv[1])
report = run_harvest(workshop, "sample")
print(json.dumps({"counts": report.counts, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def peak_kb(settings: Settings, name: str, address: str) -> int:
    environment = os.environ | {"PORTAL_VAR_DIR": str(settings.var_dir / name), "PORTAL_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, address],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["counts"]["create"] >= 1
    return int(found["peak_kb"])


@pytest.mark.slow
def test_ten_times_the_rows_take_hardly_more_memory(settings: Settings, make_sample: Callable[..., Sample]) -> None:
    peaks = []
    for rows in (60_000, 600_000):
        sample = make_sample(resources=93, big_rows=rows)
        big = max(sample.platform.catalogue.ids, key=sample.platform.catalogue.row_count)
        others = [i for i in sample.platform.catalogue.ids if i != big]
        sample.control("remove", resources=others)
        assert sample.platform.catalogue.row_count(big) == rows
        peaks.append(peak_kb(settings, str(rows), sample.address))
    print(peaks)
    assert peaks[1] < peaks[0] * 1.5
