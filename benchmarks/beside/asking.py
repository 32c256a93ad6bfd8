"""How long an answer takes, over HTTP."""

import contextlib
import http.client
import time
from collections.abc import Callable

from benchmarks.beside.questions import Question

TIMEOUT_S = 10.0
Asked = Callable[[Question], float | None]
"""Seconds that an answer took; None when it ran out of time or was refused."""


def ask_address(port: int, address: str) -> float | None:
    """Seconds until the whole answer was there; None for a time-out or a refusal. Ends at a question that is wrong."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S + 5)
    began = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status == 400 and b"nterrupted" not in body:
        raise SystemExit(f"{address}: {body[:500].decode()}")
    return took if answer.status == 200 else None


def await_port(port: int) -> None:
    """Wait until something speaks HTTP there."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/-/versions.json")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")
