"""All of the corpus, in one order."""

from collections.abc import Iterator

from tests.gate.corpus.lookalike_tables import public_tables
from tests.gate.corpus.lookalikes import LookAlike, look_alikes
from tests.gate.corpus.places import INNOCENT, PLACES
from tests.gate.corpus.placing import by_place
from tests.gate.corpus.special import special
from tests.gate.corpus.specimens import Specimen, by_density, by_disguise


def specimens() -> Iterator[Specimen]:
    """Every specimen, each once."""
    yield from by_disguise()
    yield from by_density()
    yield from by_place()
    yield from special()


def clean() -> Iterator[LookAlike]:
    """Everything that must come out, with every place filled with an innocent text."""
    yield from look_alikes()
    yield from public_tables()
    for place, build in PLACES.items():
        yield LookAlike(f"innocent text, {place}", "", build(INNOCENT))
