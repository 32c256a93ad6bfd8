"""Downloads, rows and limits over real HTTP: `python -m benchmarks.serve [--rows 1000000] [--var DIR]`.

One table (20 columns, 6 of text: the `mixed` table of `benchmarks.scan`) is published through the gate. Printed are the CSV
export to the client (first time: made and sent; then: sent), rows a second by API beside the engine alone, the cost of the
limiter, and what a ping takes while 60 slow clients download, for waitress and for nginx before gunicorn where there is one.
"""

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from benchmarks.scan import make_frame
from portal.catalogue.queries import open_version
from portal.catalogue.views import Ref
from portal.db.migrating import migrate
from portal.kernel.columns import Column, ColumnRule, TableSchema
from portal.kernel.digests import file_digest
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnAction, ColumnType
from portal.limits import BudgetClass, Limiter, open_limiter
from portal.settings import Settings
from portal.storage import blob_key
from portal.tables import RowQuery
from portal.wiring import Parts, web_parts
from tests.builders import build_part, build_publication, publish
from tests.downloads.serving import Served, nginx, waitress
from tests.services.processes import Absent
from tests.services.registry import service_url
from tests.services.servers import find_nginx

TARGET_MB_S = 150.0
SLOW_CLIENTS = 60
_SLOW_BYTES_S = 200_000
_SLOW_S = 6.0
_PAGES = 60


def main() -> None:
    """Build, serve, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--var", type=Path, help="a directory made by an earlier run, used again")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="serve-") as made:
        var_dir = (given.var or Path(made) / "var").resolve()
        dataset_id = _fill(var_dir, given.rows)
        with waitress(var_dir) as served:
            _measure_export(served, dataset_id, "waitress")
            _measure_rows(served.port, dataset_id, web_parts(Settings(var_dir=var_dir)))
            _measure_slow_clients(served.port, dataset_id, "waitress")
        try:
            program = find_nginx()
        except Absent as absent:
            print(f"nginx: not measured, {absent}")
        else:
            with nginx(var_dir, Path(made) / "nginx", program) as served:
                _measure_export(served, dataset_id, "nginx", formats=("csv",))
                _measure_slow_clients(served.port, dataset_id, "nginx")
        _measure_limiter(Settings(var_dir=var_dir, limit_factor=1_000_000))


def _fill(var_dir: Path, rows: int) -> str:
    """The id of the one published dataset; made when the directory has none. Its spooled files are removed."""
    listed = var_dir / f"benchmark-{rows}.txt"
    parts = web_parts(Settings(var_dir=var_dir))
    if not listed.exists():
        migrate(parts.database)
        with tempfile.TemporaryDirectory() as folder:
            dataset_id = _publish(parts, Path(folder), rows)
        listed.write_text(dataset_id)
    parts.database.dispose()
    return listed.read_text()


def _publish(parts: Parts, folder: Path, rows: int) -> str:
    random.seed(1)
    frame = make_frame("mixed", rows)
    path = folder / "mixed.parquet"
    frame.write_parquet(path, row_group_size=32_768)
    sha256 = file_digest(path)
    key = blob_key("tables", sha256, "parquet")
    parts.store.put_file(key, path)
    kinds = {"文": ColumnType.TEXT, "数": ColumnType.INTEGER, "度": ColumnType.NUMBER, "日": ColumnType.DATE}
    columns = tuple(
        Column(name, kinds.get(name[0], ColumnType.BOOLEAN), Text.of(name), Text(), name) for name in frame.columns
    )
    part = replace(
        build_part(0, parts.store, folder),
        rules=tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name in frame.columns),
        schema=TableSchema(columns),
        preview=(),
        row_count=rows,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        blob_key=key,
    )
    publication = build_publication(0, parts.store, folder, parts=(part,))
    with parts.database.transaction() as session:
        return publish(session, publication).dataset_id


def _measure_export(
    served: Served, dataset_id: str, server: str, formats: tuple[str, ...] = ("csv", "jsonl", "parquet")
) -> None:
    """First time: the file is made and sent. CPU seconds are of the serving process: they hold on a busy machine too."""
    for format_name in formats:
        for time_ in ("first", "again"):
            cpu_s = _cpu_s(served.pid)
            size, first_byte_s, whole_s = _download(served.port, f"/download/{dataset_id}/data.{format_name}")
            cpu_s, rate = _cpu_s(served.pid) - cpu_s, size / whole_s / 1e6
            ratio = f"{rate / TARGET_MB_S:5.2f} × target" if format_name == "csv" else ""
            print(
                f"{server:<9}{format_name:<8}{time_:<6}{size / 1e6:8.1f} MB {rate:8.1f} MB/s"
                f"  first byte {first_byte_s * 1000:7.1f} ms  CPU {cpu_s:5.2f} s  {ratio}"
            )


def _cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def _download(port: int, address: str) -> tuple[int, float, float]:
    """Bytes, seconds to the first byte of the body, seconds in all."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    buffer = bytearray(1 << 20)
    began = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    assert answer.status == 200, (answer.status, answer.read(500))
    size = answer.readinto(buffer)
    first_byte_s = time.perf_counter() - began
    while count := answer.readinto(buffer):
        size += count
    whole_s = time.perf_counter() - began
    connection.close()
    return size, first_byte_s, whole_s


def _measure_rows(port: int, dataset_id: str, parts: Parts) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for name, choice in (("in order", ""), ("sorted", "&order_by=数值0"), ("filtered", "&where=数值0+<+500000")):
        address = f"/api/v1/datasets/{dataset_id}/tables/data/rows?limit=1000&total=false&layout=arrays{choice}"
        rows, began = 0, time.perf_counter()
        for _ in range(_PAGES):
            connection.request(
                "GET", quote(urlsplit(address)._replace(scheme="", netloc="").geturl(), safe="/?&=%@:+,")
            )
            answer = json.loads(connection.getresponse().read())
            rows += len(answer["rows"])
            if not (address := answer["next"]):
                break
        rate = rows / (time.perf_counter() - began)
        print(f"rows     {name:<14}{rate:12,.0f} rows/s over HTTP")
    connection.close()
    with parts.database.reading() as session:
        table = open_version(session, ANONYMOUS, Ref(dataset_id), "data", parts.store)
    rows, cursor, began = 0, None, time.perf_counter()
    for _ in range(_PAGES):
        page = parts.rows.page(table, RowQuery(limit=1_000, cursor=cursor, with_total=False))
        rows, cursor = rows + len(page.rows), page.next_cursor
        if cursor is None:
            break
    print(f"rows     engine alone  {rows / (time.perf_counter() - began):12,.0f} rows/s")
    parts.rows.close()
    parts.database.dispose()


def _measure_limiter(settings: Settings) -> None:
    urls = {"memory": ""}
    try:
        urls["redis"] = service_url("redis")
    except Absent as absent:
        print(f"limiter  redis not measured: {absent}")
    for name, url in urls.items():
        limiter = open_limiter(replace(settings, redis_url=url))
        limiter.spend(ANONYMOUS, BudgetClass.ROWS)
        best_s = min(_spend_many(limiter, 200) for _ in range(20))
        print(f"limiter  {name:<8}{best_s / 200 * 1e6:8.1f} µs a check (best of 20 rounds)")


def _spend_many(limiter: Limiter, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        limiter.spend(ANONYMOUS, BudgetClass.ROWS)
    return time.perf_counter() - began


def _measure_slow_clients(port: int, dataset_id: str, server: str) -> None:
    address = f"/download/{dataset_id}/data.csv"
    idle = _pings(port, 1.5)
    stop, received = threading.Event(), [0] * SLOW_CLIENTS
    clients = [
        threading.Thread(target=_download_slowly, args=(port, address, stop, received, number))
        for number in range(SLOW_CLIENTS)
    ]
    for client in clients:
        client.start()
    time.sleep(1.5)
    busy = _pings(port, _SLOW_S)
    stop.set()
    for client in clients:
        client.join()
    served = sum(1 for count in received if count > 0)
    print(
        f"{server:<9}{SLOW_CLIENTS} slow clients, {served} served; ping p50/p95/max "
        f"{_told(busy)} ms (idle {_told(idle)}), ratio of p50 {statistics.median(busy) / statistics.median(idle):.1f}"
    )


def _told(times: list[float]) -> str:
    ordered = sorted(times)
    return "/".join(f"{ordered[int(len(ordered) * share)] * 1000:.1f}" for share in (0.5, 0.95, 0.9999))


def _pings(port: int, seconds: float) -> list[float]:
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        connection.close()
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    return times


def _download_slowly(port: int, address: str, stop: threading.Event, received: list[int], number: int) -> None:
    """Read a download at a slow line's pace; how many bytes of body came is put into `received[number]`."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        line.connect(("127.0.0.1", port))
        line.settimeout(1.0)
        # half of them in ranges, as download managers do
        part = "Range: bytes=1000000-\r\n" if number % 2 else ""
        line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{part}\r\n".encode())
        while not stop.wait(0.1):
            try:
                received[number] += len(line.recv(_SLOW_BYTES_S // 10))
            except TimeoutError:
                continue


if __name__ == "__main__":
    os.environ.pop("PORTAL_VAR_DIR", None)
    main()
