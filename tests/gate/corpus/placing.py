"""Specimens of places: every kind in each of the named places, and every other place of every container with some kinds.

The product of kinds and all 114 places would be 3,900 files. The sixteen places in which departments were caught are
taken with every kind; the others go round the kinds. What a disguise becomes in a container is proved otherwise: readers
hand each one over as it was written (`test_containers.py`), and `specimens.by_disguise` judges what they hand over.
"""

from collections.abc import Iterator

from tests.gate.corpus import documents
from tests.gate.corpus.disguises import DISGUISES
from tests.gate.corpus.kinds import KINDS, Kind, Plant
from tests.gate.corpus.places import PLACES, Filling
from tests.gate.corpus.specimens import Specimen, seeded

NAMED = (
    "rows, cell",
    "rows, column name",
    "page, title",
    "page, description",
    "page, keyword",
    "page, resource name",
    "xlsx, second sheet",
    "xlsx, hidden sheet",
    "xlsx, hidden row",
    "xlsx, hidden column",
    "xlsx, comment",
    "xlsx, property",
    "xlsx, sheet name",
    "csv, title row",
    "csv, footer row",
    "csv, file name",
)
KINDS_ELSEWHERE = 2
_SHEET_NAME_CHARS = 31
_PLAIN = DISGUISES[0]


def by_place() -> Iterator[Specimen]:
    """Plain values where nobody looks."""
    for place in NAMED:
        for kind in KINDS:
            yield from placed(kind, place)
    others = [place for place in PLACES if place not in NAMED]
    for number, place in enumerate(others):
        for turn in range(KINDS_ELSEWHERE):
            yield from placed(KINDS[(number * KINDS_ELSEWHERE + turn) % len(KINDS)], place)


def placed(kind: Kind, place: str) -> Iterator[Specimen]:
    """The kind in the place; nothing where it is too long for it."""
    plant = kind.make(seeded(kind.name, place))
    text = in_one_line(plant)
    if "sheet name" in place and len(text) > _SHEET_NAME_CHARS:
        return
    cells = dict(plant.beside) | {plant.column: plant.frame.replace("{}", plant.text)}
    yield Specimen(
        f"{kind.name} | {_PLAIN.name} | {place}",
        kind.name,
        _PLAIN.name,
        place,
        PLACES[place](Filling(text, cells)),
        tuple((trace,) for trace in _traces(plant.text)),
        # the name of a file is nowhere in it, and what a title or a sheet's name becomes is looked for in the page
        is_in_original="file name" not in place or "inside" in place,
    )


def in_one_line(plant: Plant) -> str:
    """The plant and what stands beside it, as a sentence would have them."""
    words = [*plant.beside.values(), plant.frame.replace("{}", plant.text)]
    return "，".join(words)


def _traces(text: str) -> Iterator[str]:
    on_one_line = " ".join(text.split())
    yield from dict.fromkeys((text, on_one_line, on_one_line.replace("/", "-"), documents.traditional(text)))
