"""The seam between the catalogue and a search engine."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from portal.index.clauses import Clause
from portal.kernel.text import Language

Sort = Literal["relevance", "modified", "popularity"]


@dataclass(frozen=True, slots=True)
class Document:
    """What an engine is told about one published dataset. Facet values are codes, never labels.

    `titles`, `descriptions`, `keywords`: language → text; `publisher_names` and `theme_names` likewise. `columns`: names
    and titles of columns.
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
    theme_names: Mapping[Language, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A user's query as typed, with chosen facet values (OR inside a facet, AND between). Offset + limit ≤ 10,000."""

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20
    with_facets: bool = True


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Dataset ids in order. `facets`: facet → code → count over the whole result, each without its own choice.

    `is_relaxed`: nothing had all words, so fewer were asked for. `is_degraded`: the engine is away, the database answered.
    """

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    is_relaxed: bool = False
    is_degraded: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One request to an engine. `chosen`: facet → codes, narrowing hits and every facet but its own count.

    `facets`: names to count. `limit` 0: only the total. `excluded_ids` exist nowhere: not in hits, total or counts.
    `among`: where there are any, no other ids exist.
    """

    clause: Clause
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded_ids: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 0
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine found: ids in order, the exact total, facet → code → count."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


class SearchEngine(Protocol):
    """tantivy or Elasticsearch, fed with our tokens. Every method raises EngineAway when the engine cannot answer.

    Use it through SearchService, which knows the database; a new engine passes `tests/index/test_contract.py`.
    """

    def is_ready(self, *, is_thorough: bool = False) -> bool:
        """Whether there is an index, complete and made by this schema. False: only `rebuild` helps.

        `is_thorough`: also read all of it for damage, where the engine does not do so itself.
        """
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Held while what the database says is carried into the index; waits for another process's turn."""
        ...

    def change(self, documents: Iterable[Document], deleted: Mapping[str, int]) -> None:
        """Insert or replace, and delete (id → revision), in one commit, visible to searches when the call returns."""
        ...

    def search(self, question: Question) -> Answer: ...

    def suggest(self, tiers: tuple[Clause, ...], excluded_ids: tuple[str, ...], limit: int) -> tuple[str, ...]:
        """Ids that match the first clause, most popular first, then those of the next."""
        ...

    def revisions(self) -> Iterator[tuple[str, int]]:
        """(id, revision) of everything in the index, in any order, for comparison with the database."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a fresh index beside the old one and swap; killed halfway, the old one stays."""
        ...

    def tidy(self, older_than: timedelta) -> int:
        """Remove what killed rebuilds have left, and indexes that were in use before, that long ago; how many."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
