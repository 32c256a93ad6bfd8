"""`package_list`, `package_show`, `package_search` and `status_show` over JSON files, one package each.

`datastore_search` answers from `CkanServer.tables`: resource id → `fields` and `records` in CKAN's words.

A file holds a whole `package_show` answer or a bare package. Spoiled answers are asked for in process: set
`CkanServer.spoil` to a function of (action, parameters) that gives (status, content type, body) or None.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Package = dict[str, Any]
Spoiling = Callable[[str, dict[str, str]], tuple[int, str, bytes] | None]

# CKAN gives at most this many rows, whatever is asked (ckan.search.rows_max).
ROWS_MAX = 1000


def read_packages(directory: Path) -> list[Package]:
    """All packages of a directory, by name."""
    packages = []
    for path in sorted(directory.glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        package = value.get("result", value) if isinstance(value, dict) else None
        if isinstance(package, dict) and "resources" in package:
            packages.append(package)
    return sorted(packages, key=lambda package: str(package["name"]))


class CkanServer(ThreadingHTTPServer):
    """The server with its packages and counters."""

    daemon_threads = True

    def __init__(self, packages: list[Package], *, port: int = 0, rows_max: int = ROWS_MAX, api_key: str = "") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.packages = packages
        self.rows_max = rows_max
        self.api_key = api_key
        self.counters: Counter[str] = Counter()
        self.spoil: Spoiling | None = None
        self.tables: dict[str, dict[str, Any]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers in the envelope of CKAN."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: CkanServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        action = split.path.removeprefix("/api/3").removeprefix("/api").removeprefix("/action/")
        parameters = dict(parse_qsl(split.query))
        self.server.counters[action] += 1
        spoiled = self.server.spoil(action, parameters) if self.server.spoil else None
        if spoiled:
            self.send(*spoiled)
        elif self.server.api_key and self.headers.get("Authorization") != self.server.api_key:
            self.fail(403, "Authorization Error", "Access denied")
        else:
            self.answer(action, parameters)

    def answer(self, action: str, parameters: dict[str, str]) -> None:
        packages = self.server.packages
        if action == "package_list":
            self.succeed([package["name"] for package in packages])
        elif action == "package_search":
            start, rows = int(parameters.get("start", "0")), int(parameters.get("rows", "10"))
            chosen = packages[start : start + min(rows, self.server.rows_max)]
            self.succeed({"count": len(packages), "sort": parameters.get("sort", ""), "results": chosen})
        elif action == "package_show":
            wanted = parameters.get("id", "")
            found = next((p for p in packages if wanted in {p["id"], p["name"]}), None)
            if found:
                self.succeed(found)
            else:
                self.fail(404, "Not Found Error", "Not found")
        elif action == "datastore_search" and parameters.get("resource_id") in self.server.tables:
            table = self.server.tables[parameters["resource_id"]]
            start, limit = int(parameters.get("offset", "0")), int(parameters.get("limit", "100"))
            records = [{"_id": n, **row} for n, row in enumerate(table["records"], 1)]
            fields = [{"id": "_id", "type": "int"}, *table["fields"]]
            self.succeed({"fields": fields, "records": records[start : start + limit], "total": len(records)})
        elif action == "status_show":
            self.succeed({"ckan_version": "2.11.0", "site_title": "Sample CKAN"})
        else:
            self.fail(400, "Bad request", f"Action name not known: {action[:60]}")

    def succeed(self, result: object) -> None:
        body = json.dumps({"help": "", "success": True, "result": result}, ensure_ascii=False).encode()
        self.send(200, "application/json;charset=utf-8", body)

    def fail(self, status: int, kind: str, message: str) -> None:
        error = {"__type": kind, "message": message}
        self.send(status, "application/json", json.dumps({"help": "", "success": False, "error": error}).encode())

    def send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> int:
    """Run until interrupted. The first line printed is the address."""
    parser = argparse.ArgumentParser(prog="ckan_server", description=__doc__)
    parser.add_argument("directory", type=Path, help="directory of package_show JSON files")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    server = CkanServer(read_packages(options.directory), port=options.port)
    print(server.address, flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
