"""All of the corpus, in one order."""

from collections.abc import Iterator

from tests.gate.corpus.placing import by_place
from tests.gate.corpus.special import special
from tests.gate.corpus.specimens import Specimen, by_density, by_disguise


def specimens() -> Iterator[Specimen]:
    """Every specimen, each once."""
    yield from by_disguise()
    yield from by_density()
    yield from by_place()
    yield from special()
