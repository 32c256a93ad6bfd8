"""All of the corpus, in one order."""

from collections.abc import Callable, Iterator, Mapping

from tests.gate.corpus.lookalike_tables import public_tables
from tests.gate.corpus.lookalikes import LookAlike, look_alikes
from tests.gate.corpus.places import INNOCENT, PLACES
from tests.gate.corpus.placing import by_place
from tests.gate.corpus.special import special
from tests.gate.corpus.specimens import Specimen, by_density, by_disguise


def _in_cells() -> Iterator[Specimen]:
    yield from by_density()
    yield from special()


def _on_pages() -> Iterator[Specimen]:
    return (specimen for specimen in by_place() if not specimen.delivery.file_name)


def _in_books() -> Iterator[Specimen]:
    return (specimen for specimen in by_place() if specimen.place.startswith("xlsx"))


def _in_files() -> Iterator[Specimen]:
    return (s for s in by_place() if s.delivery.file_name and not s.place.startswith("xlsx"))


PARTS: Mapping[str, Callable[[], Iterator[Specimen]]] = {
    "disguises": by_disguise,
    "densities, columns and lists": _in_cells,
    "rows and pages": _on_pages,
    "workbooks": _in_books,
    "other files": _in_files,
}
"""The corpus in parts, for a run that is asked for less than all."""


def specimens() -> Iterator[Specimen]:
    """Every specimen, each once."""
    for part in PARTS.values():
        yield from part()


def clean() -> Iterator[LookAlike]:
    """Everything that must come out, with every place filled with an innocent text."""
    yield from look_alikes()
    yield from public_tables()
    for place, build in PLACES.items():
        yield LookAlike(f"innocent text, {place}", "", build(INNOCENT))
