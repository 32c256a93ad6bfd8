"""Search as the doors and the worker see it: one engine, with the database as its truth and its stand-in."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.db import Database
from portal.index.protocol import SearchEngine, SearchRequest, SearchResult


@dataclass(frozen=True, slots=True)
class Differences:
    """Where index and database disagree. `missing`: published but not in the index; `outdated`: other revision there;
    `surplus`: in the index but not published. Each maps the dataset's id to (revision in the database, in the index)."""

    missing: Mapping[str, tuple[int, int]]
    outdated: Mapping[str, tuple[int, int]]
    surplus: Mapping[str, tuple[int, int]]

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.outdated) + len(self.surplus)


class SearchService:
    """Finds datasets and keeps the index true. Web processes call `search` and `suggest`; the worker the rest."""

    def __init__(self, engine: SearchEngine, database: Database) -> None:
        self._engine = engine
        self._database = database

    def search(self, request: SearchRequest) -> SearchResult:
        """Ids and counts of published datasets. Raises InvalidInput on a query, facet or page that cannot be served."""
        raise NotImplementedError

    def suggest(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Ids of datasets whose title goes with what was typed so far, best first; empty while the engine is away."""
        raise NotImplementedError

    def close_difference(self, limit: int = 1000) -> int:
        """Put or delete up to `limit` datasets whose revision was not indexed; the number that is now true."""
        raise NotImplementedError

    def heal(self) -> int:
        """Create what is missing, compare, and repair every difference; the number of datasets repaired."""
        raise NotImplementedError

    def rebuild(self) -> int:
        """Build the index anew from the database and swap; the number of documents in it."""
        raise NotImplementedError

    def compare(self) -> Differences:
        """Index against database, by id and revision."""
        raise NotImplementedError
