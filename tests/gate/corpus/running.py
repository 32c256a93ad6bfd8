"""Run specimens and look-alikes through the bench, on all cores, each judged alone.

Tables by rows go the short way first (`short_way`), files are read in forks of one process for each core (`reading`).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.gate.corpus.bench import Bench, Delivery, Outcome
from tests.gate.corpus.lookalikes import LookAlike
from tests.gate.corpus.reading import SharedReader
from tests.gate.corpus.short_way import stopped_by
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


@contextmanager
def cores() -> Iterator[ProcessPoolExecutor]:
    """Processes with a bench each, for any number of runs. Spawned, not forked: the engines have threads, and a fork would
    inherit their locks."""
    with (
        TemporaryDirectory(prefix="corpus-") as root,
        ProcessPoolExecutor(os.cpu_count() or 1, get_context("spawn"), initializer=_settle, initargs=(root,)) as pool,
    ):
        yield pool


def run(pool: ProcessPoolExecutor, specimens: Iterable[Specimen]) -> list[Result]:
    """Results in the order of the specimens."""
    return _shared_out(pool, run_here, specimens)


def run_clean(pool: ProcessPoolExecutor, tables: Iterable[LookAlike]) -> list[Alarm]:
    """The false alarms among clean tables."""
    return [alarm for alarm in _shared_out(pool, run_clean_here, tables) if alarm]


def outcomes(deliveries: Iterable[Delivery]) -> list[Outcome]:
    """What became of each delivery."""
    with cores() as pool:
        return _shared_out(pool, _outcomes_here, deliveries)


def _outcomes_here(deliveries: Sequence[Delivery]) -> list[Outcome]:
    return [_bench().outcome(delivery) for delivery in deliveries]


def run_here(specimens: Sequence[Specimen]) -> list[Result]:
    """The same in this process."""
    return [judged_shortly(_bench(), specimen) for specimen in specimens]


def run_clean_here(tables: Sequence[LookAlike]) -> list[Alarm | None]:
    """The alarms in this process; None for a table that came out."""
    return [alarm_of(table, _bench().outcome(table.delivery)) for table in tables]


def _settle(root: str) -> None:
    """Where this process makes its bench; the parent removes the directory, for a worker's own clean-up is never called."""
    _ROOT.append(Path(root))
    SharedReader().start()  # ends with this process


@cache
def _bench() -> Bench:
    """One bench for each process: making its database costs more than ten specimens."""
    return Bench(_ROOT[-1] / f"var-{os.getpid()}")


def judged_shortly(bench: Bench, specimen: Specimen) -> Result:
    """The same as `judged`, by the short way where that catches the specimen."""
    codes = () if specimen.delivery.file_name else stopped_by(specimen.delivery, bench.room)
    if not codes:
        return judged(bench, specimen)
    return Result(specimen.name, specimen.kind, specimen.disguise, specimen.place, "held", is_missed=False, codes=codes)


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


def _shared_out(
    pool: ProcessPoolExecutor, work: Callable[[Sequence[Given]], list[Made]], given: Iterable[Given]
) -> list[Made]:
    waiting = list(given)
    chunks = [waiting[at : at + _CHUNK] for at in range(0, len(waiting), _CHUNK)]
    return [made for several in pool.map(work, chunks) for made in several]
