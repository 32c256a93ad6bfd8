"""The HTTP face of the sample platform, and its command line."""

import argparse
import json
import signal
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .catalogue import Catalogue
from .content import all_resources
from .control import Control
from .mischief import Mischief, Rule
from .signing import Office, Refusal
from .spoiling import Spoiled, spoil

_PREFIX = "/api/v1/resources"


class Platform(ThreadingHTTPServer):
    """The server with its state: catalogue, signatures, misbehaviour, counters."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], catalogue: Catalogue, secret_lifetime_s: float = 900.0) -> None:
        super().__init__(address, Handler)
        self.catalogue = catalogue
        self.office = Office(secret_lifetime_s)
        self.mischief = Mischief()
        self.counters: Counter[str] = Counter()
        self.counter_lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, *names: str) -> None:
        with self.counter_lock:
            self.counters.update(names)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """Answers of the platform. Failures are HTTP 200 with a code in the envelope, as such platforms do."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Platform

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        if split.path.startswith("/_control/"):
            self.answer_control("GET", split.path, {})
            return
        try:
            if split.path == "/auth/secret":
                self.answer_secret(query)
            elif split.path == "/":
                self.send_bytes(200, "text/html; charset=utf-8", "<!doctype html><h1>示例数据交换平台</h1>".encode())
            else:
                self.answer_signed(split.path, query)
        except Refusal as refusal:
            self.send_envelope(refusal.code, refusal.message)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, 1 << 20))
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            self.send_bytes(400, "application/json", b'{"error":"not JSON"}')
            return
        path = urlsplit(self.path).path
        if path == "/sysapi/auth/refreshappsecret":
            self.answer_service_secret(values)
            return
        self.answer_control("POST", path, values)

    def answer_service_secret(self, values: dict[str, Any]) -> None:
        self.server.count("secret")
        issued = self.server.office.desk.issue(values, self.server.office.lifetime_s)
        if issued is None:
            self.send_envelope("40101", "签名错误")
            return
        self.send_data(json.dumps(issued).encode())

    def answer_control(self, method: str, path: str, values: dict[str, Any]) -> None:
        if self.client_address[0] not in {"127.0.0.1", "::1"}:
            self.send_bytes(403, "application/json", b"{}")
            return
        status, answer = Control(self.server).answer(method, path.removeprefix("/_control/"), values)
        self.send_bytes(status, "application/json", json.dumps(answer, ensure_ascii=False).encode())

    def answer_secret(self, query: dict[str, str]) -> None:
        self.server.count("secret")
        if self.spoiled(self.server.mischief.take("secret", "", 0), b""):
            return
        secret = self.server.office.issue(query.get("appKey", ""), query.get("timestamp", ""), query.get("sign", ""))
        data = {"requestSecret": secret, "expiresIn": int(self.server.office.lifetime_s)}
        self.send_data(json.dumps(data).encode())

    def answer_signed(self, path: str, query: dict[str, str]) -> None:
        if not path.startswith(_PREFIX):
            self.send_envelope("40400", "接口不存在", status=404)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        place, resource_id, part = _route(path)
        page = int(query.get("pageNum", "1")) if query.get("pageNum", "1").isdigit() else 1
        size = int(query.get("pageSize", "100")) if query.get("pageSize", "100").isdigit() else 100
        self.server.count(place, f"{place}:{resource_id}" if resource_id else f"{place}:page")
        rule = self.server.mischief.take(place, resource_id, page)
        if rule and rule.kind == "expire_secret":
            self.server.office.expire_all()
        self.server.office.check("GET", path, query, headers)
        if rule and rule.kind == "repeat_page" and page > 1:
            page -= 1
        if place == "list":
            self.answer(rule, self.list_page(page, max(1, min(size, 1000))))
            return
        found = self.server.catalogue.find(resource_id)
        if found is None:
            self.send_envelope("40401", "资源不存在")
        elif place == "rows" and found.rows:
            self.answer(rule, self.rows_page(resource_id, page, max(1, min(size, 20000))))
        elif place == "file":
            self.answer_file(rule, resource_id, part)
        else:
            self.send_envelope("40402", "数据表不存在")

    def list_page(self, page: int, size: int) -> bytes:
        catalogue = self.server.catalogue
        ids = catalogue.ids
        chosen = ids[(page - 1) * size : page * size]
        items = b",".join(catalogue.entry_json(resource_id) for resource_id in chosen)
        head = json.dumps({"total": len(ids), "pageNum": page, "pageSize": size})[:-1].encode()
        return head + b',"items":[' + items + b"]}"

    def rows_page(self, resource_id: str, page: int, size: int) -> bytes:
        catalogue = self.server.catalogue
        total = catalogue.row_count(resource_id)
        start, stop = min((page - 1) * size, total), min(page * size, total)
        names = catalogue.delivered_names(resource_id)
        head = json.dumps({"total": total, "pageNum": page, "columns": names}, ensure_ascii=False)[:-1]
        return f'{head},"rows":{catalogue.rows_json(resource_id, start, stop)}}}'.encode()

    def answer_file(self, rule: Rule | None, resource_id: str, file_id: str) -> None:
        try:
            attachment, content = self.server.catalogue.file(resource_id, file_id)
        except KeyError:
            self.send_envelope("40403", "文件不存在", status=404)
            return
        kind = attachment.kind.partition("-")[0]
        types = {"csv": "text/csv", "pdf": "application/pdf", "txt": "text/plain"}
        if not self.spoiled(rule, content):
            self.send_bytes(200, types.get(kind, "application/octet-stream"), content)

    def answer(self, rule: Rule | None, data: bytes) -> None:
        if not self.spoiled(rule, data):
            self.send_data(data)

    def spoiled(self, rule: Rule | None, data: bytes) -> bool:
        """Answer in the way that the rule asks for; False when the answer is to be given as it is."""
        if rule is None or rule.kind in {"expire_secret", "repeat_page"}:
            return False
        outcome = spoil(rule, data)
        if isinstance(outcome, Spoiled):
            outcome.send(self)
            return True
        self.send_data(outcome)
        return True

    def send_data(self, data: bytes) -> None:
        self.send_bytes(200, "application/json; charset=utf-8", b'{"code":"0","msg":"ok","data":' + data + b"}")

    def send_envelope(self, code: str, message: str, status: int = 200) -> None:
        body = json.dumps({"code": code, "msg": message, "data": None}, ensure_ascii=False).encode()
        self.send_bytes(status, "application/json; charset=utf-8", body)

    def send_bytes(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def _route(path: str) -> tuple[str, str, str]:
    """What is asked for: (list | rows | file, resource id, part id)."""
    parts = path.removeprefix(_PREFIX).strip("/").split("/")
    if parts == [""]:
        return "list", "", ""
    if len(parts) == 4 and parts[1] == "tables" and parts[3] == "rows":
        return "rows", unquote(parts[0]), unquote(parts[2])
    if len(parts) == 3 and parts[1] == "files":
        return "file", unquote(parts[0]), unquote(parts[2])
    raise Refusal("40400", "接口不存在")


def start_platform(
    *,
    port: int = 0,
    resources: int = 0,
    big_rows: int = 1_000_000,
    tables: bool = True,
    secret_lifetime_s: float = 900.0,
) -> Platform:
    """A platform listening on loopback; the caller runs `serve_forever`."""
    content = all_resources(big_rows=big_rows, at_least=resources, tables=tables)
    if resources and resources < len(content):
        content = content[:resources]
    return Platform(("127.0.0.1", port), Catalogue(content), secret_lifetime_s)


def main() -> int:
    """Run until interrupted. The first line printed is the address."""
    parser = argparse.ArgumentParser(prog="sample_platform", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--resources", type=int, default=0, help="how many in all; more than the written ones are made up"
    )
    parser.add_argument("--big-rows", type=int, default=1_000_000, help="rows of the largest table")
    parser.add_argument("--no-tables", action="store_true", help="made-up resources have no rows")
    parser.add_argument("--secret-lifetime", type=float, default=900.0, help="seconds until a signing secret expires")
    options = parser.parse_args()
    try:
        platform = start_platform(
            port=options.port,
            resources=options.resources,
            big_rows=options.big_rows,
            tables=not options.no_tables,
            secret_lifetime_s=options.secret_lifetime,
        )
    except OSError as error:
        print(f"Port {options.port} cannot be used ({error.strerror}); try --port 0.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=platform.shutdown).start())
    print(platform.address, flush=True)
    print(f"{len(platform.catalogue.ids)} resources of sample data. Stop with Ctrl-C.", flush=True)
    try:
        platform.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        platform.server_close()
    return 0
