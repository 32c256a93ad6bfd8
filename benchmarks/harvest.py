"""How many records a second the whole way takes, end to end over HTTP: first harvest, changed metadata, nothing changed.

    .venv/bin/python -m benchmarks.harvest [--resources 10000]

Prints the rates and their ratio to what was asked for (150 changed, 1,500 unchanged records a second on two cores). The
platform runs as a process of its own on the same machine and shares its cores. `--no-tables` leaves out the rows of made-up
resources, for a quick first harvest; they are then held, having nothing to publish.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from portal.db.migrating import migrate
from portal.ingest.running import RunReport, run_harvest
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.wiring import worker_parts

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "sample_platform"
ASKED = {"changed metadata": 150.0, "unchanged": 1500.0}


def main() -> None:
    """Run the three harvests and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=10_000)
    parser.add_argument("--no-tables", action="store_true")
    options = parser.parse_args()
    set_up_logs("WARNING")
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        platform = subprocess.Popen(
            [sys.executable, str(SAMPLE), "--resources", str(options.resources), "--big-rows", "1000"]
            + (["--no-tables"] if options.no_tables else []),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert platform.stdout is not None
            address = platform.stdout.readline().split()[-1]
            measure(Path(directory), address)
        finally:
            platform.terminate()
            platform.wait()


def measure(directory: Path, address: str) -> None:
    """First harvest, the same again, every title corrected, and everything judged again under another mapping."""
    settings = Settings(var_dir=directory / "var")
    worker = worker_parts(settings)
    parts = worker.parts
    migrate(parts.database)
    workshop = Workshop.of(
        settings,
        database=parts.database,
        store=parts.store,
        quarantine=worker.quarantine,
        jobs=parts.jobs,
        client_for=worker.client_for,
    )
    secret = directory / "secret.json"
    secret.write_text(json.dumps({"app_key": "sample-portal", "app_secret": "sample-long-lived-secret-0001"}))
    mapping = json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8"))
    with parts.database.transaction() as session:
        name = keep_secret(settings.effective_secrets_dir, "sample", secret)
        config = {"base_url": address, "page_size": 500}
        add_source(session, "sample", "exchange", config, secret_name=name, now=datetime.now(UTC))
        sign_mapping(session, "sample", mapping, "bench", datetime.now(UTC))
    timed(workshop, "first harvest")
    timed(workshop, "unchanged")
    for number, record_id in enumerate(control(address, "resources")["ids"]):
        control(address, "edit", resource=record_id, set={"name": f"更正后的名称 {number}"})
    timed(workshop, "changed metadata")
    with parts.database.transaction() as session:
        changed = mapping | {"note": "another wording of the same mapping"}
        sign_mapping(session, "sample", changed, "bench", datetime.now(UTC))
    timed(workshop, "judged again")
    parts.jobs.close()
    parts.database.dispose()


def control(address: str, action: str, **values: object) -> dict[str, Any]:
    """Ask the platform's control interface."""
    body = json.dumps(values).encode() if values else None
    with urlopen(Request(f"{address}/_control/{action}", data=body), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def timed(workshop: Workshop, what: str) -> RunReport:
    """One run, with its rate and the ratio to what was asked for."""
    started, started_cpu = time.perf_counter(), time.process_time()
    report = run_harvest(workshop, "sample")
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    rate = report.counts["listed"] / seconds
    ratio = f"  {rate / ASKED[what]:.2f} × of {ASKED[what]:.0f}/s" if what in ASKED else ""
    print(
        f"{what:18} {report.counts['listed']:6} records {seconds:7.2f} s {rate:8.0f}/s  cpu {cpu:6.2f} s{ratio}  {report.counts}"
    )
    return report


if __name__ == "__main__":
    main()
