"""Fifty clients at once: `python -m benchmarks.clients [--rows 20000000] [--clients 50] [--seconds 30]`.

Each client, from an address of its own, asks one question of `benchmarks.beside.questions` after another, chosen by chance.
Printed are the answers a second beside what the engine alone gives on the same mix (no web server, a thread for each
processor), how fast refusals came, and the longest answer. A client that is refused comes again when `Retry-After` says. One
more asks for `/healthz` and one for the dataset's page meanwhile, twice a second each.
"""

import argparse
import http.client
import math
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.beside.portal import published
from benchmarks.beside.questions import Question, questions
from portal.catalogue.queries import open_version
from portal.catalogue.views import Ref
from portal.kernel.principal import ANONYMOUS
from portal.settings import Settings
from portal.tables import parse_query
from portal.wiring import Parts, web_parts
from tests.downloads.serving import waitress

_PAUSE_S = 0.5
_REFUSALS = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass
class Tally:
    """What clients met: seconds of answers, seconds of refusals and what those told, statuses that are neither."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    told_s: list[int] = field(default_factory=list)
    unanswered: int = 0
    other: list[int] = field(default_factory=list)


def main() -> None:
    """Publish, ask the engine alone, then the served portal, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=20_000_000)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=30.0)
    given = options.parse_args()
    mix = questions(sqlite=False)
    with tempfile.TemporaryDirectory(prefix="clients-") as made:
        var_dir = Path(made) / "var"
        dataset_id = published(var_dir, given.rows, Path(made))
        alone = _engine_alone(web_parts(Settings(var_dir=var_dir)), dataset_id, mix, given.seconds)
        with waitress(var_dir, PORTAL_TRUSTED_PROXIES="1") as served:
            tally, beside, took = _ask_all(served.port, dataset_id, mix, given.clients, given.seconds)
    _print(tally, beside, alone, took)


def _engine_alone(parts: Parts, dataset_id: str, mix: tuple[Question, ...], seconds: float) -> float:
    """Answers a second of the engine, asked by as many threads as this machine has processors, without a web server."""
    with parts.database.reading() as session:
        table = open_version(session, ANONYMOUS, Ref(dataset_id), "data", parts.store)
    queries = [parse_query(table.schema, **_clauses(question)) for question in mix]
    answered = [0] * (os.cpu_count() or 2)
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < until:
            parts.rows.page(table, chance.choice(queries))
            answered[number] += 1

    began = time.monotonic()
    _run_all(ask, len(answered))
    rate = sum(answered) / (time.monotonic() - began)
    parts.rows.close()
    parts.database.dispose()
    return rate


def _clauses(question: Question) -> dict[str, Any]:
    given: dict[str, Any] = {name: text for name, text in question.clauses.items() if name not in {"total", "limit"}}
    return given | {"limit": int(question.clauses.get("limit", "100")), "with_total": False}


def _ask_all(
    port: int, dataset_id: str, mix: tuple[Question, ...], clients: int, seconds: float
) -> tuple[Tally, dict[str, Tally], float]:
    """What all clients met, what those met who asked for something else, and the seconds until the last was done."""
    tallies = [Tally() for _ in range(clients)]
    addresses = [_address(dataset_id, question) for question in mix]
    beside = {"/healthz": Tally(), f"/zh/dataset/{dataset_id}": Tally()}
    until = math.inf

    def ask(number: int) -> None:
        if number >= clients:
            _keep_asking(port, list(beside)[number - clients], list(beside.values())[number - clients], until)
            return
        chance = random.Random(number)
        while time.monotonic() < until:
            told_s = _note(tallies[number], *_get(port, chance.choice(addresses), f"10.1.{number}.1"))
            time.sleep(max(0.0, min(told_s, until - time.monotonic())))

    for address in (*addresses, *beside):  # once before, as a portal that has been up for a while
        _get(port, address, "10.3.1.1")
    began = time.monotonic()
    until = began + seconds
    _run_all(ask, clients + len(beside))
    took = time.monotonic() - began
    whole = Tally()
    for tally in tallies:
        whole.answered += tally.answered
        whole.refused += tally.refused
        whole.told_s += tally.told_s
        whole.other += tally.other
        whole.unanswered += not tally.answered
    return whole, beside, took


def _keep_asking(port: int, address: str, tally: Tally, until: float) -> None:
    while time.monotonic() < until:
        _note(tally, *_get(port, address, "10.2.1.1"))
        time.sleep(_PAUSE_S)


def _note(tally: Tally, status: int, took: float, told_s: int) -> int:
    """Write down one answer; the seconds that the client is to wait now."""
    if status == HTTPStatus.OK:
        tally.answered.append(took)
    elif status in _REFUSALS:
        tally.refused.append(took)
        tally.told_s.append(told_s)
        return told_s
    else:
        tally.other.append(status)
    return 0


def _address(dataset_id: str, question: Question) -> str:
    return f"/api/v1/datasets/{dataset_id}/tables/data/rows?{urlencode(question.clauses, quote_via=quote)}"


def _run_all(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _get(port: int, address: str, caller: str) -> tuple[int, float, int]:
    """Status, seconds from the connection to the last byte, and those that `Retry-After` tells."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"X-Forwarded-For": caller})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - began, int(answer.headers.get("Retry-After", "0"))


def _print(tally: Tally, beside: dict[str, Tally], alone: float, took: float) -> None:
    served = len(tally.answered) / took
    print(f"engine alone {alone:8.2f} answers/s\nserved       {served:8.2f} answers/s, ratio {served / alone:.2f}")
    _print_times("answers", tally.answered)
    _print_times("refusals", tally.refused)
    if tally.told_s:
        told = tally.told_s
        print(f"Retry-After of refusals: {min(told)} to {max(told)} s, in the middle {statistics.median(told):.0f} s")
    for name, other in (("/healthz", beside["/healthz"]), ("dataset", list(beside.values())[1])):
        _print_times(name, other.answered)
        tally.other += other.other
    print(f"clients without an answer: {tally.unanswered}; other statuses: {sorted(set(tally.other)) or 'none'}")


def _print_times(name: str, times: list[float]) -> None:
    if not times:
        return
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:<9}{len(times):7}  p50 {statistics.median(times) * 1000:8.1f} ms  p95 {p95 * 1000:8.1f} ms"
        f"  longest {ordered[-1] * 1000:8.1f} ms"
    )


if __name__ == "__main__":
    main()
