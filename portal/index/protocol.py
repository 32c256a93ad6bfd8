"""The seam between the catalogue and a search engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from portal.kernel.text import Language

Sort = Literal["relevance", "modified", "popularity"]


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine is told about one published dataset. Facet values are codes, never labels.

    `titles`, `descriptions`, `keywords`: language → text; `publisher_names` likewise. `columns`: column titles.
    """

    id: str
    revision: int
    titles: Mapping[Language, str]
    descriptions: Mapping[Language, str]
    keywords: Mapping[Language, str]
    publisher_names: Mapping[Language, str]
    columns: str
    facets: Mapping[str, tuple[str, ...]]  # facet name → codes
    modified_at: datetime
    popularity: int


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A parsed-to-be user query with chosen facet values (OR inside a facet, AND between). Offset + limit ≤ 10,000."""

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20
    with_facets: bool = True


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Dataset ids in order. `facets`: facet → code → count over the whole result, each without its own choice.

    `is_relaxed`: nothing had all words, so any word counted. `is_degraded`: the engine is away, the database answered.
    """

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    is_relaxed: bool = False
    is_degraded: bool = False


class SearchEngine(Protocol):
    """tantivy or Elasticsearch, fed with our tokens. Raises portal.index.errors.EngineAway when it cannot answer."""

    def ensure(self) -> None:
        """Create the index when it is missing or was made by an incompatible schema (then it is empty)."""
        ...

    def put(self, documents: Iterable[Document]) -> None:
        """Insert or replace, visible to searches when the call returns."""
        ...

    def delete(self, ids: Iterable[str]) -> None: ...

    def search(self, request: SearchRequest) -> SearchResult: ...

    def suggest(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Ids of datasets whose title matches what was typed so far, best first."""
        ...

    def revisions(self) -> Iterator[tuple[str, int]]:
        """(id, revision) of everything in the index, for comparison with the database."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a fresh index beside the old one and swap."""
        ...
