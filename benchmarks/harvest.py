"""How many records a second the whole way takes, end to end over HTTP: first harvest, changed metadata, nothing changed.

    .venv/bin/python -m benchmarks.harvest [--resources 10000] [--tables] [--keep DIR]

Prints the rates, their ratio to what was asked for (150 changed, 1,500 unchanged records a second on two cores), and the
processor time and peak memory of our process; the platform runs as a process of its own on the same machine and shares its
cores. Records have three links each, so that the first harvest of 10,000 takes minutes. `--tables` takes the sample exchange
platform instead, with 20 rows for each record: its first harvest costs 0.1 s of processor a record; with `--keep` the next
call begins where this one ended.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.request import Request, urlopen

from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.logs import set_up_logs
from portal.settings import Settings
from portal.wiring import worker_parts

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "sample_platform"
ASKED = {"changed metadata": 150.0, "unchanged": 1500.0}
NAME = "bench"
LINKS_MAPPING: dict[str, Any] = {
    "fields": {"open_label": {"public": "unconditional"}, "grade_label": {"public data": "general"}},
    "defaults": {"owner": "数据局", "approver": "数据局", "basis": "开放清单", "class": "公共数据"},
    "columns_follow_resource": True,
    "links": "metadata",
}


class Platform(Protocol):
    """A source in a process of its own."""

    kind: str
    mapping: Mapping[str, Any]
    secret: Mapping[str, str]

    def config(self) -> dict[str, Any]:
        """How it is registered now; a correction may move it to another address."""
        ...

    def correct_titles(self, tag: str) -> None:
        """Give every record another title."""
        ...


class Links:
    """A CKAN whose packages have three links each."""

    kind: str = "ckan"
    mapping: Mapping[str, Any] = LINKS_MAPPING
    secret: Mapping[str, str] = {}

    def __init__(self, stack: ExitStack, directory: Path, count: int) -> None:
        self._stack, self._directory, self._count = stack, directory / "packages", count
        self._directory.mkdir(exist_ok=True)
        self._serving = ExitStack()
        stack.callback(self._serving.close)
        self.correct_titles("第一版")

    def config(self) -> dict[str, Any]:
        labels = {"grade_label": "public data"}
        return {"base_url": self._address, "listing": "search", "labels": labels, "fetch_files": False}

    def correct_titles(self, tag: str) -> None:
        self._serving.close()
        for number in range(self._count):
            package = json.dumps(_package(number, tag), ensure_ascii=False)
            (self._directory / f"{number:06d}.json").write_text(package, encoding="utf-8")
        self._address = self._serving.enter_context(served(["-m", "tests.ckan_server", str(self._directory)]))


class Tables:
    """The sample exchange platform; made-up resources have a table of 20 rows."""

    kind: str = "exchange"
    secret: Mapping[str, str] = {"app_key": "sample-portal", "app_secret": "sample-long-lived-secret-0001"}

    def __init__(self, stack: ExitStack, count: int) -> None:
        self.mapping: Mapping[str, Any] = json.loads((SAMPLE / "mapping.json").read_text(encoding="utf-8"))
        self._address = stack.enter_context(
            served([str(SAMPLE), "--resources", str(count), "--big-rows", "1000", "--secret-lifetime", "86400"])
        )

    def config(self) -> dict[str, Any]:
        return {"base_url": self._address, "page_size": 500}

    def correct_titles(self, tag: str) -> None:
        for number, record_id in enumerate(control(self._address, "resources")["ids"]):
            control(self._address, "edit", resource=record_id, set={"name": f"更正后的名称 {tag} {number}"})


def main() -> None:
    """Run the harvests and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=10_000)
    parser.add_argument("--tables", action="store_true", help="records with tables, from the sample exchange platform")
    parser.add_argument("--keep", type=Path, help="a directory to keep the harvested state in")
    options = parser.parse_args()
    set_up_logs("WARNING")
    with ExitStack() as stack:
        directory = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        directory.mkdir(parents=True, exist_ok=True)
        count = options.resources
        platform: Platform = Tables(stack, count) if options.tables else Links(stack, directory, count)
        measure(directory, platform)


def measure(directory: Path, platform: Platform) -> None:
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
    register(workshop, settings, platform, note="")
    timed(workshop, "first harvest")
    timed(workshop, "unchanged")
    platform.correct_titles(datetime.now(UTC).strftime("%H%M%S"))
    register(workshop, settings, platform, note="")
    timed(workshop, "changed metadata")
    timed(workshop, "unchanged")
    register(workshop, settings, platform, note="another wording of the same mapping")
    timed(workshop, "judged again")
    parts.jobs.close()
    parts.database.dispose()


def register(workshop: Workshop, settings: Settings, platform: Platform, *, note: str) -> None:
    """The platform at its address of now, under its mapping with this note, signed."""
    secret = settings.var_dir / "given.json"
    secret.write_text(json.dumps(platform.secret))
    now = datetime.now(UTC)
    with workshop.database.transaction() as session:
        kept = keep_secret(settings.effective_secrets_dir, NAME, secret)
        add_source(session, NAME, platform.kind, platform.config(), secret_name=kept, replace=True, now=now)
        sign_mapping(session, NAME, {**platform.mapping, "note": note}, "bench", now)


@contextmanager
def served(arguments: list[str]) -> Iterator[str]:
    """A Python process that prints its address first; ended with the block."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def control(address: str, action: str, **values: object) -> dict[str, Any]:
    """Ask the sample platform's control interface."""
    body = json.dumps(values).encode() if values else None
    with urlopen(Request(f"{address}/_control/{action}", data=body), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def timed(workshop: Workshop, what: str) -> None:
    """One run, with its rate and the ratio to what was asked for."""
    started, started_cpu = time.perf_counter(), time.process_time()
    report = run_harvest(workshop, NAME)
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    listed = report.counts["listed"]
    ratio = f"{listed / seconds / ASKED[what]:5.2f} × of {ASKED[what]:.0f}/s" if what in ASKED else ""
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what:17}{listed:7,} records {seconds:8.2f} s {listed / seconds:7.0f}/s  {1000 * cpu / listed:6.2f} ms cpu a record"
        f"  peak {peak_mib:4.0f} MiB  {ratio}\n    {report.counts}",
        *report.errors,
        flush=True,
    )


def _package(number: int, tag: str) -> dict[str, Any]:
    department = f"第{number % 40 + 1}局"
    return {
        "id": f"package-{number:06d}",
        "name": f"package-{number:06d}",
        "title": f"街镇设施信息（第{number + 1}批）{tag}",
        "notes": f"{department}第{number + 1}批信息，按街镇汇总，供性能试验使用。",
        "private": False,
        "state": "active",
        "type": "dataset",
        "metadata_created": "2026-01-05T08:56:25",
        "metadata_modified": "2026-01-05T08:56:27",
        "update_frequency": "每月",
        "organization": {"name": f"dept-{number % 40}", "title": department},
        "groups": [{"name": "transport", "title": "交通"}],
        "tags": [{"name": "设施"}, {"name": f"街镇{number % 12}"}],
        "resources": [
            {
                "id": f"r{number}-{position}",
                "name": f"设施清单{position + 1}",
                "format": form,
                "url": f"https://data.example/{number}/{position}.{form.lower()}",
                "position": position,
            }
            for position, form in enumerate(("CSV", "XLSX", "JSON"))
        ],
    }


if __name__ == "__main__":
    main()
