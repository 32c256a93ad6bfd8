"""Run specimens and look-alikes through the bench, on all cores, each judged alone."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.gate.corpus.bench import Bench
from tests.gate.corpus.specimens import Specimen

_CHUNK = 12


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


def run(specimens: Iterable[Specimen], processes: int | None = None) -> list[Result]:
    """Results in the order of the specimens."""
    waiting = list(specimens)
    chunks = [waiting[at : at + _CHUNK] for at in range(0, len(waiting), _CHUNK)]
    if (processes or os.cpu_count() or 1) == 1 or len(chunks) == 1:
        return [result for chunk in chunks for result in run_here(chunk)]
    # Spawned, not forked: the engines below have threads, and a fork would inherit their locks.
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return [result for results in pool.map(run_here, chunks) for result in results]


def run_here(specimens: Sequence[Specimen]) -> list[Result]:
    """The same in this process, on a bench of its own."""
    with TemporaryDirectory(prefix="corpus-") as directory:
        bench = Bench(Path(directory) / "var")
        try:
            return [judged(bench, specimen) for specimen in specimens]
        finally:
            bench.close()


def judged(bench: Bench, specimen: Specimen) -> Result:
    """One specimen on its way. A value that is public in no output is caught, whatever stopped it."""
    outcome = bench.outcome(specimen.delivery)
    is_missed = outcome.action == "admitted" and (
        outcome.leaks(specimen.traces) or (specimen.is_in_original and outcome.offers_original)
    )
    codes = tuple(sorted({code for code, _ in outcome.codes}))
    return Result(specimen.name, specimen.kind, specimen.disguise, specimen.place, outcome.action, is_missed, codes)
