"""`python -m benchmarks.beside [--small 1000000] [--large 20000000]`: the same questions to each, medians and ratios.

Datasette is asked over HTTP with the small table, PostgreSQL directly with the large one; the portal over HTTP with both. No
system has an index beyond the primary key. A question may take ten seconds; `time-out` says that it took longer.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.beside.asking import TIMEOUT_S, Asked
from benchmarks.beside.datasette import datasette
from benchmarks.beside.portal import portal
from benchmarks.beside.postgres import postgres
from benchmarks.beside.questions import Question, questions
from tests.services.processes import Absent
from tests.services.registry import service_url

_TIMES = 5


def main() -> None:
    """Load, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", type=int, default=1_000_000)
    options.add_argument("--large", type=int, default=20_000_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="beside-") as made:
        folder = Path(made)
        _beside_datasette(given.small, folder)
        try:
            url = service_url("postgres")
        except Absent as absent:
            print(f"PostgreSQL: not measured, {absent}")
        else:
            _beside_postgres(given.large, folder, url)


def _beside_datasette(rows: int, folder: Path) -> None:
    asked = questions(sqlite=True)
    with portal(rows, folder) as ask:
        ours = [_median(ask, question) for question in asked]
    with datasette(rows, folder) as ask:
        theirs = [_median(ask, question) for question in asked]
    _print(f"{rows:,} rows, beside Datasette", asked, ours, theirs)


def _beside_postgres(rows: int, folder: Path, url: str) -> None:
    asked = questions(sqlite=False)
    with portal(rows, folder) as ask:
        ours = [_median(ask, question) for question in asked]
    with postgres(rows, folder, url) as ask:
        theirs = [_median(ask, question) for question in asked]
    _print(f"{rows:,} rows, beside PostgreSQL", asked, ours, theirs)


def _median(ask: Asked, question: Question) -> float | None:
    """The median of some times; None when two in a row were not answered in time."""
    taken: list[float] = []
    for _ in range(_TIMES):
        took = ask(question) or ask(question)
        if took is None:
            return None
        taken.append(took)
    return statistics.median(taken)


def _print(heading: str, asked: tuple[Question, ...], ours: list[float | None], theirs: list[float | None]) -> None:
    print(f"\n{heading}\n{'':<24}{'portal':>12}{'other':>12}{'other / portal':>16}")
    for question, own, other in zip(asked, ours, theirs, strict=True):
        ratio = f"{other / own:.2f}" if own and other else ("at least " + f"{TIMEOUT_S / own:.1f}" if own else "-")
        print(f"{question.name:<24}{_told(own):>12}{_told(other):>12}{ratio:>16}", flush=True)


def _told(seconds: float | None) -> str:
    return "time-out" if seconds is None else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
