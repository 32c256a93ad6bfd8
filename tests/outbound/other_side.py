"""Machines at the other end: small real servers on loopback whose answers a test writes."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Seen:
    """One request as it arrived; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Answering = Callable[["Handler", Seen], None]


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the test's function."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "OtherSide"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    def do_any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, self.rfile.read(length))
        self.server.seen.append(seen)
        self.server.answering(self, seen)

    def do_GET(self) -> None:
        self.do_any()

    def do_POST(self) -> None:
        self.do_any()

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_endless(self, chunk: bytes, times: int) -> None:
        """A body without a length, ended by closing."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(times):
                self.wfile.write(chunk)
        except OSError:
            pass


class OtherSide(ThreadingHTTPServer):
    """A server with what it saw."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answering: Answering, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Handler)
        self.answering = answering
        self.seen: list[Seen] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away is no news."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def registered(self) -> frozenset[str]:
        return frozenset({f"127.0.0.1:{self.port}"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def other_side(answering: Answering, *, certificate: Path | None = None) -> Iterator[OtherSide]:
    """A running server; with `certificate` (PEM with key) it speaks TLS."""
    server = OtherSide(answering)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def saying(body: bytes = b"ok", status: int = 200, **headers: str) -> Answering:
    """Always the same answer."""
    return lambda handler, seen: handler.send(status, body, **headers)


def redirecting(location: str, status: int = 302) -> Answering:
    """Always elsewhere."""
    return lambda handler, seen: handler.send(status, b"", Location=location)
