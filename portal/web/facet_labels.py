"""What a facet's code is called in the reader's language."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.catalogue import queries
from portal.http.wording import mark_raw, show
from portal.i18n import label
from portal.index.protocol import SearchResult
from portal.kernel.principal import Principal
from portal.kernel.text import Language

_VOCABULARIES = {"openness": "openness", "update_frequency": "cycle", "language": "language"}


@dataclass(frozen=True, slots=True)
class Label:
    """`html` for an element of its own, `text` for an attribute."""

    html: str
    text: str


class FacetLabels:
    """Labels for the codes that one result shows; names of departments and themes are asked once."""

    def __init__(
        self,
        session: Session,
        principal: Principal,
        language: Language,
        result: SearchResult,
        chosen: dict[str, tuple[str, ...]],
    ) -> None:
        self._language = language
        departments = {*result.facets.get("department", {}), *chosen.get("department", ())}
        themes = {*result.facets.get("theme", {}), *chosen.get("theme", ())}
        self._publishers = queries.name_publishers(session, principal, sorted(departments)) if departments else {}
        self._themes = queries.name_themes(session, sorted(themes)) if themes else {}

    def label(self, facet: str, code: str) -> Label:
        """The label of a code; the code itself where nothing is known of it."""
        name = {"department": self._publishers, "theme": self._themes}.get(facet, {}).get(code)
        if name is not None:
            return Label(show(self._language, name), name.shown(self._language).value)
        if facet == "format":
            return Label(mark_raw(self._language, code.upper()), code.upper())
        told = label(self._language, _VOCABULARIES.get(facet, facet), code)
        return Label(mark_raw(self._language, told), told)
