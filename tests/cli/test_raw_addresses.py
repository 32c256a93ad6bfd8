"""Addresses with Chinese characters as they are, as curl sends them."""

import socket
import threading
from collections.abc import Iterable
from typing import Any

import waitress

from portal.cli.raw_addresses import take_raw_addresses


def _echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".encode("latin-1")]


def test_characters_that_were_not_encoded_arrive_as_if_they_were() -> None:
    sockets: dict[int, object] = {}
    server = waitress.create_server(_echo, map=sockets, host="127.0.0.1", port=0, threads=1)
    take_raw_addresses(sockets)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=10) as client:
            client.sendall("GET /zh/数据?q=学校&x=%41 HTTP/1.0\r\n\r\n".encode())
            answer = b"".join(iter(lambda: client.recv(65_536), b""))
    finally:
        server.close()
        thread.join(timeout=10)
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.endswith("/zh/数据?q=%E5%AD%A6%E6%A0%A1&x=%41".encode())
