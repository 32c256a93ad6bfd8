"""How many rows a second an exchange table gives, and how much memory that takes: streaming alone, and the whole way.

    TEST_POSTGRES_URL=… .venv/bin/python -m benchmarks.tables [--rows 1000000] [--server postgres|mariadb] [--whole-way]

Makes a table of eight columns on a throw-away server. Each measurement runs in a process of its own; rates are rows a second
by the clock and by the processor time of our process, memory is its peak. `--whole-way` harvests the table to a published
dataset, then an increment of 1,000 changed rows, then compares all keys.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from harvesters import open_source
from harvesters.records import TablePart
from harvesters.tables import TablesSource
from portal.db.migrating import migrate
from portal.ingest.conducting.running import run_harvest
from portal.ingest.fetching.transport import transport_for
from portal.ingest.sources import add_source, keep_secret, sign_mapping
from portal.ingest.workshop import Workshop
from portal.logs import set_up_logs
from portal.outbound import GuardedClient
from portal.settings import Settings
from portal.wiring import worker_parts
from tests.services.registry import service_url

TABLE = "bench_trips"
MAPPING = {
    "fields": {"open_label": {"1": "unconditional"}, "grade_label": {"一般": "general"}},
    "columns_follow_resource": True,
}
FILL = {
    "postgres": "INSERT INTO bench_trips SELECT g, '线路' || (g % 500), '站点' || (g % 9000), (g % 97), (g % 1000) / 8.0,"
    " DATE '2026-01-01' + (g % 360)::int, CASE WHEN g % 9 = 0 THEN NULL ELSE '正常' END, g FROM generate_series({a}, {b}) g",
    "mariadb": "INSERT INTO bench_trips SELECT seq, CONCAT('线路', seq % 500), CONCAT('站点', seq % 9000), seq % 97,"
    " (seq % 1000) / 8.0, DATE_ADD('2026-01-01', INTERVAL (seq % 360) DAY), IF(seq % 9 = 0, NULL, '正常'), seq"
    " FROM seq_{a}_to_{b}",
}


def config_of(server: str, address: str) -> tuple[dict[str, Any], dict[str, str]]:
    """(configuration, secret) of a source on the server."""
    url = make_url(address)
    entry = {
        "table": TABLE,
        "title": "出行记录",
        "publisher": "交通局",
        "open": "1",
        "grade": "一般",
        "owner": "数据科",
        "approver": "王主任",
        "basis": "清单",
        "class": "交通",
        "columns": [{"name": name} for name in ("trip", "line", "stop", "riders", "fare", "day", "state")],
        "reading": {"sequence": "seq", "settle_s": 0, "overlap_numbers": 0},
    }
    dialect = "postgresql" if server == "postgres" else "mariadb"
    place = {"dialect": dialect, "host": url.host, "port": url.port, "database": url.database}
    return {**place, "tables": [entry]}, {"user": str(url.username), "password": url.password or "trusted"}


def fill(server: str, address: str, rows: int) -> None:
    """The table, anew, half a million rows at a time."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        columns = (
            "trip BIGINT PRIMARY KEY, line VARCHAR(40), stop VARCHAR(40), riders INTEGER, fare NUMERIC(10, 3), day DATE,"
            " state VARCHAR(20), seq BIGINT"
        )
        connection.execute(text(f"CREATE TABLE {TABLE} ({columns})"))
    for start in range(1, rows + 1, 500_000):
        with engine.begin() as connection:
            connection.execute(text(FILL[server].format(a=start, b=min(rows, start + 499_999))))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE INDEX bench_seq ON {TABLE} (seq)"))
    engine.dispose()


def stream(server: str, address: str) -> dict[str, float]:
    """All rows, and then nothing done with them."""
    config, secret = config_of(server, address)
    with GuardedClient(frozenset()) as client:
        source = open_source("tables", name="b", config=config, secret=secret, transport=transport_for(client))
        assert isinstance(source, TablesSource)
        (raw,) = next(iter(source.list_records())).records
        (part,) = source.map_record(raw).parts
        assert isinstance(part, TablePart)
        with measured() as figures:
            figures["rows"] = sum(len(batch.rows) for batch in source.fetch_changes(part, ""))
    return figures.values


def whole_way(server: str, address: str) -> dict[str, dict[str, object]]:
    """First harvest, an increment, a comparison of all keys: each to its end."""
    config, secret = config_of(server, address)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(var_dir=Path(folder) / "var", secret_key="00" * 32, quarantine_key="11" * 32)
        set_up_logs("ERROR")
        parts = worker_parts(settings)
        shop = Workshop.of(
            settings,
            database=parts.parts.database,
            store=parts.parts.store,
            quarantine=parts.quarantine,
            jobs=parts.parts.jobs,
            client_for=parts.client_for,
        )
        migrate(shop.database)
        given = Path(folder) / "secret.json"
        given.write_text(json.dumps(secret))
        name = keep_secret(settings.effective_secrets_dir, "b", given)
        with shop.database.transaction() as session:
            add_source(session, "b", "tables", config, secret_name=name, now=datetime.now(UTC))
            sign_mapping(session, "b", MAPPING, "bench", datetime.now(UTC))
        engine = create_engine(address)
        for step, is_full in (("first", False), ("increment", False), ("comparison", True)):
            if step == "increment":
                with engine.begin() as connection:
                    connection.execute(
                        text(f"UPDATE {TABLE} SET riders = 1, seq = seq + 1000000000 WHERE trip <= 1000")
                    )
            with measured() as figures:
                report = run_harvest(shop, "b", is_full=is_full)
            found[step] = figures.values | {"did": dict(report.counts), "said": reasons_of(shop, report.run_id)}
        engine.dispose()
    return found


def reasons_of(shop: Workshop, run_id: str) -> list[Any]:
    """Why a run did with the record what it did."""
    with shop.database.reading() as session:
        asked = text("SELECT action, reasons, detail FROM harvest_record WHERE run_id = :run")
        return [[str(cell)[:300] for cell in row] for row in session.execute(asked, {"run": run_id})]


class measured:  # noqa: N801 - reads as a sentence
    """Clock, processor time and peak memory of what is done inside."""

    def __enter__(self) -> "measured":
        self.values: dict[str, float] = {}
        self._started, self._cpu = time.monotonic(), time.process_time()
        return self

    def __setitem__(self, name: str, value: float) -> None:
        self.values[name] = value

    def __exit__(self, *_: object) -> None:
        self.values["seconds"] = round(time.monotonic() - self._started, 1)
        self.values["cpu_seconds"] = round(time.process_time() - self._cpu, 1)
        self.values["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Fill, then measure in children."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--server", choices=tuple(FILL), default="postgres")
    parser.add_argument("--whole-way", action="store_true")
    parser.add_argument("--child", choices=("stream", "whole_way"))
    options = parser.parse_args()
    address = service_url(options.server)
    if options.child:
        print(
            json.dumps(
                stream(options.server, address) if options.child == "stream" else whole_way(options.server, address)
            )
        )
        return
    fill(options.server, address, options.rows)
    for child in ("stream", *(("whole_way",) if options.whole_way else ())):
        command = [sys.executable, "-m", "benchmarks.tables", "--server", options.server, "--child", child]
        done = subprocess.run(command, env=os.environ.copy(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr[-2_000:])
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"{options.server}, {options.rows:,} rows, {child}:")
        for step, values in found.items() if child == "whole_way" else [("all rows", found)]:
            rate, cpu = options.rows / max(values["seconds"], 0.1), options.rows / max(values["cpu_seconds"], 0.1)
            print(f"  {step:11} {values} → {rate:,.0f} rows/s by the clock, {cpu:,.0f} by our processor time")


if __name__ == "__main__":
    main()
