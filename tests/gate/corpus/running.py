"""Run specimens and look-alikes through the bench, on all cores, each judged alone."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.gate.corpus.bench import Bench, Delivery, Outcome
from tests.gate.corpus.lookalikes import LookAlike
from tests.gate.corpus.specimens import Specimen

_CHUNK = 12
Given = TypeVar("Given")
Made = TypeVar("Made")
_ROOT: list[Path] = []


@dataclass(frozen=True)
class Result:
    """What became of one specimen. `is_missed`: admitted with the secret in what is public. `codes`: why it was stopped."""

    name: str
    kind: str
    disguise: str
    place: str
    action: str
    is_missed: bool
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Alarm:
    """A clean table that was stopped, or lost its column. `reasons`: what was said, each as `code: subject`."""

    name: str
    column: str
    action: str
    reasons: tuple[str, ...]


def run(specimens: Iterable[Specimen], processes: int | None = None) -> list[Result]:
    """Results in the order of the specimens."""
    return _on_all_cores(run_here, specimens, processes)


def run_clean(tables: Iterable[LookAlike], processes: int | None = None) -> list[Alarm]:
    """The false alarms among clean tables."""
    return [alarm for alarm in _on_all_cores(run_clean_here, tables, processes) if alarm]


def outcomes(deliveries: Iterable[Delivery], processes: int | None = None) -> list[Outcome]:
    """What became of each delivery."""
    return _on_all_cores(_outcomes_here, deliveries, processes)


def _outcomes_here(deliveries: Sequence[Delivery]) -> list[Outcome]:
    return [_bench().outcome(delivery) for delivery in deliveries]


def run_here(specimens: Sequence[Specimen]) -> list[Result]:
    """The same in this process."""
    return [judged(_bench(), specimen) for specimen in specimens]


def run_clean_here(tables: Sequence[LookAlike]) -> list[Alarm | None]:
    """The alarms in this process; None for a table that came out."""
    return [alarm_of(table, _bench().outcome(table.delivery)) for table in tables]


def _settle(root: str) -> None:
    """Where this process makes its bench; the parent removes the directory, for a worker's own clean-up is never called."""
    _ROOT.append(Path(root))


@cache
def _bench() -> Bench:
    """One bench for each process: making its database costs more than ten specimens."""
    return Bench(_ROOT[-1] / f"var-{os.getpid()}")


def judged(bench: Bench, specimen: Specimen) -> Result:
    """One specimen on its way. A value that is public in no output is caught, whatever stopped it."""
    outcome = bench.outcome(specimen.delivery)
    is_missed = outcome.action == "admitted" and (
        outcome.leaks(specimen.traces) or (specimen.is_in_original and outcome.offers_original)
    )
    codes = tuple(sorted({code for code, _ in outcome.codes}))
    return Result(specimen.name, specimen.kind, specimen.disguise, specimen.place, outcome.action, is_missed, codes)


def alarm_of(table: LookAlike, outcome: Outcome) -> Alarm | None:
    """Why a clean table is not public as a whole, if it is not."""
    is_whole = not table.column or any(place == f"column {table.column}" for place, _ in outcome.public)
    if outcome.action == "admitted" and is_whole:
        return None
    return Alarm(
        table.name, table.column, outcome.action, tuple(f"{code}: {subject}" for code, subject in outcome.codes)
    )


def _on_all_cores(
    work: Callable[[Sequence[Given]], list[Made]], given: Iterable[Given], processes: int | None
) -> list[Made]:
    waiting, count = list(given), processes or os.cpu_count() or 1
    chunks = [waiting[at : at + _CHUNK] for at in range(0, len(waiting), _CHUNK)]
    # Spawned, not forked: the engines below have threads, and a fork would inherit their locks.
    with (
        TemporaryDirectory(prefix="corpus-") as root,
        ProcessPoolExecutor(count, get_context("spawn"), initializer=_settle, initargs=(root,)) as pool,
    ):
        return [made for several in pool.map(work, chunks) for made in several]
