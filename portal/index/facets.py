"""The facets of search, each defined once: parameter, both engines, side bar and API description loop over this registry."""

from dataclasses import dataclass
from typing import Final

from portal.kernel.errors import InvalidInput

MAX_VALUES: Final = 500
"""Values of one facet that are counted at most, the most frequent first."""


MAX_CHOSEN: Final = 50
"""Values of one facet that can be chosen together."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a result. `name` is the query parameter and the engines' field.

    `label` and `description` are English message ids. `vocabulary`: where the label of a code comes from — `publisher` and
    `theme` are rows of the catalogue (by slug), the others are message ids `"<name>: <code>"`, formats are shown as they are.
    """

    name: str
    label: str
    description: str
    is_many: bool = False


FACETS: Final[tuple[Facet, ...]] = (
    Facet("department", "Department", "Publisher's slug, as in /publisher/<slug>."),
    Facet("theme", "Theme", "Theme's slug, as in /theme/<slug>.", is_many=True),
    Facet("format", "Format", "Format of a distribution of the current version, lower case.", is_many=True),
    Facet("update_frequency", "Update frequency", "How often the department says it updates: daily, monthly …"),
    Facet("openness", "Openness", "unconditional or conditional."),
    Facet("language", "Language", "zh or en: languages of the title and of the data.", is_many=True),
)

NAMES: Final[tuple[str, ...]] = tuple(facet.name for facet in FACETS)


def find_facet(name: str) -> Facet:
    """The facet of that name; raises InvalidInput that lists the names there are."""
    for facet in FACETS:
        if facet.name == name:
            return facet
    raise InvalidInput(f"There is no facet {name[:40]!r}; the facets are {', '.join(NAMES)}.", parameter=name[:40])


def check_choice(name: str, codes: tuple[str, ...]) -> None:
    """Raises InvalidInput when there is no such facet or too many values are chosen; unknown values just find nothing."""
    find_facet(name)
    if len(codes) > MAX_CHOSEN:
        raise InvalidInput(f"Choose at most {MAX_CHOSEN} values of {name}.", parameter=name)
