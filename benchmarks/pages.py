"""CPU of pages over real HTTP: `python -m benchmarks.pages [--datasets 10000] [--requests 150]`.

A waitress process serves a catalogue of the given size with its search index; this process asks for different pages and
reads the server's CPU time before and after. What is printed is CPU milliseconds a page and their ratio to the target.
"""

import argparse
import http.client
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from portal.db.migrating import migrate
from portal.settings import Settings
from portal.wiring import web_parts
from tests.builders import build_catalogue

TARGET_MS = 15.0
_TICKS_PER_S = 100  # USER_HZ on Linux
_WORDS = ("学校", "停车", "school", "空气", "parking", "医疗", "bus", "街道", "预算", "food")
_SERVER = """
import sys
from pathlib import Path
import logging, structlog, waitress
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
from portal.app import create_app
from portal.db.migrating import migrate
from portal.settings import Settings
from portal.wiring import web_parts
app = create_app(web_parts(Settings(var_dir=Path(sys.argv[1]), limit_factor=100_000)))
server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
print(server.effective_port, flush=True)
server.run()
"""


def main() -> None:
    """Build, serve, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--datasets", type=int, default=10_000)
    options.add_argument("--requests", type=int, default=150)
    options.add_argument("--var", type=Path, help="a directory made by an earlier run, used again")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as made:
        var_dir = given.var or Path(made)
        ids = _fill(var_dir, given.datasets)
        server = subprocess.Popen([sys.executable, "-c", _SERVER, str(var_dir)], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            _measure(server.pid, port, ids, given.requests)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _fill(var_dir: Path, count: int) -> list[str]:
    """The ids of a catalogue of `count` datasets with a true index; made when the directory has none."""
    parts = web_parts(Settings(var_dir=var_dir))
    listed = var_dir / "benchmark-ids.txt"
    if not listed.exists():
        began = time.monotonic()
        parts.database.make_directory()
        migrate(parts.database)
        ids = build_catalogue(parts, count)
        parts.search.rebuild()
        listed.write_text("\n".join(ids))
        print(f"built {count} datasets in {time.monotonic() - began:.0f} s")
    parts.database.dispose()
    return listed.read_text().split()


def _measure(pid: int, port: int, ids: list[str], requests: int) -> None:
    choose = random.Random(1)
    kinds: dict[str, Callable[[], str]] = {
        "dataset page": lambda: f"/{choose.choice(('zh', 'en'))}/dataset/{choose.choice(ids)}",
        "search page": lambda: f"/{choose.choice(('zh', 'en'))}/search?q={quote(choose.choice(_WORDS))}",
        "search, no words": lambda: f"/zh/search?page={choose.randint(1, 50)}",
        "home page": lambda: f"/{choose.choice(('zh', 'en'))}/",
        "department page": lambda: "/zh/publishers",
        "suggestions": lambda: f"/zh/suggest?q={quote(choose.choice(_WORDS))}",
    }
    print(f"{'page':<20}{'CPU ms':>8}{'wall ms':>9}{'KB':>6}{'ratio to target':>17}")
    for name, address in kinds.items():
        _ask(port, [address() for _ in range(15)])
        addresses = [address() for _ in range(requests)]
        cpu, began = _cpu_s(pid), time.monotonic()
        size = _ask(port, addresses)
        wall_ms = (time.monotonic() - began) * 1000 / requests
        cpu_ms = (_cpu_s(pid) - cpu) * 1000 / requests
        print(f"{name:<20}{cpu_ms:>8.1f}{wall_ms:>9.1f}{size / requests / 1000:>6.0f}{TARGET_MS / cpu_ms:>16.2f}x")


def _ask(port: int, addresses: list[str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    size = 0
    for address in addresses:
        connection.request("GET", address)
        answer = connection.getresponse()
        size += len(answer.read())
        assert answer.status == 200, (answer.status, address)
    connection.close()
    return size


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


if __name__ == "__main__":
    main()
