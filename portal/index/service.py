"""Search as the doors and the worker see it: one engine, with the database as its truth and its stand-in."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from portal.catalogue.commands import mark_indexed
from portal.catalogue.queries import list_unindexed
from portal.db import Database
from portal.index import plan, standin
from portal.index.documents import BATCH, read_all_documents, read_documents, read_hidden, read_revisions
from portal.index.entries import write_entries
from portal.index.errors import EngineAway, EngineResting
from portal.index.facets import NAMES, check_choice
from portal.index.protocol import Answer, Question, SearchEngine, SearchRequest, SearchResult
from portal.index.query import Query, parse_query
from portal.kernel.errors import InvalidInput

MAX_WINDOW: Final = 10_000
MAX_LIMIT: Final = 1_000
MAX_SUGGESTIONS: Final = 20
_MAX_HIDDEN: Final = 5_000
_FORSAKEN: Final = timedelta(hours=3)  # longer than a rebuild takes
_SORTS: Final = ("relevance", "modified", "popularity")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """Where index and database disagree. `missing`: visible but not in the index; `outdated`: another revision is there;
    `surplus`: in the index but not visible. Each maps a dataset's id to (revision in the database, in the index), 0 = none."""

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

    # --- for the doors

    def search(self, request: SearchRequest) -> SearchResult:
        """Ids and counts of visible datasets. Raises InvalidInput on a query, facet or page that cannot be served.

        A dataset that was withdrawn a moment ago is in no hit, total or count, whatever the index still holds.
        """
        _check(request)
        query = parse_query(request.text)
        with self._database.reading() as session:
            hidden = read_hidden(session, _MAX_HIDDEN + 1)
        try:
            if len(hidden) > _MAX_HIDDEN:
                raise EngineAway("So much was withdrawn at once that the index must catch up first.")
            return self._ask_engine(request, query, hidden)
        except EngineAway as error:
            _note("search answers from the database", error)
            return standin.search(self._database, request, query)

    def match(self, request: SearchRequest, ids: tuple[str, ...]) -> frozenset[str]:
        """Those of at most 1,000 ids that `search` finds, without a page's end; none where it has to be relaxed.

        Raises InvalidInput as `search` does.
        """
        _check(request)
        query = parse_query(request.text)
        wanted = ids[:MAX_LIMIT]
        with self._database.reading() as session:
            hidden = read_hidden(session, _MAX_HIDDEN + 1)
        try:
            if len(hidden) > _MAX_HIDDEN:
                raise EngineAway("So much was withdrawn at once that the index must catch up first.")
            for step in plan.plan(query):
                if step.is_relaxed or not wanted:
                    break
                if self._engine.search(_uncounted(step, hidden)).total:
                    asked = replace(
                        _question(request, step, hidden), among=wanted, offset=0, limit=MAX_LIMIT, facets=()
                    )
                    return frozenset(self._engine.search(asked).ids)
            return frozenset()
        except EngineAway as error:
            _note("a search is matched in the database", error)
            return standin.match(self._database, request, query, wanted)

    def suggest(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Ids of datasets whose title goes with what was typed so far: beginnings first, then most used."""
        tiers = plan.plan_suggestion(prefix)
        limit = max(0, min(limit, MAX_SUGGESTIONS))
        if tiers is None or limit == 0:
            return ()
        with self._database.reading() as session:
            hidden = read_hidden(session, _MAX_HIDDEN + 1)
        try:
            if len(hidden) > _MAX_HIDDEN:
                raise EngineAway("So much was withdrawn at once that the index must catch up first.")
            return self._engine.suggest(tiers, hidden, limit)
        except EngineAway as error:
            _note("suggestions come from the database", error)
            return standin.suggest(self._database, prefix, limit)

    # --- for the worker

    def close_difference(self, limit: int = 1000) -> int:
        """Carry up to `limit` changed datasets into the index; how many it now knows. 0 also while the engine is away.

        One batch is one commit. What changed again meanwhile stays to be done. A lost or foreign index is built anew.
        """
        done = 0
        write_entries(self._database, limit)
        try:
            if not self._engine.is_ready():
                return self.rebuild()
            while done < limit:
                handled = self._carry_batch(min(BATCH, limit - done))
                done += handled
                if handled == 0:
                    break
        except EngineAway as error:
            _note("the index stays as it is", error)
        return done

    def heal(self) -> int:
        """Make the index true, whatever happened to it; the number of datasets repaired. 0 also while the engine is away."""
        write_entries(self._database, is_thorough=True)
        try:
            if not self._engine.is_ready(is_thorough=True):
                return self.rebuild()
            self._engine.tidy(_FORSAKEN)
            return self._repair(self.compare())
        except EngineAway as error:
            _note("the index cannot be compared", error)
            return 0

    def rebuild(self) -> int:
        """Build the index anew from the database and swap; the number of documents. Raises EngineAway."""
        write_entries(self._database, is_thorough=True)
        with self._engine.exclusive():
            self._engine.rebuild(read_all_documents(self._database))
            return self._settle()

    def compare(self) -> Differences:
        """Index against database, by id and revision. Raises EngineAway."""
        indexed = dict(self._engine.revisions())
        wanted = read_revisions(self._database)
        return Differences(
            missing={i: (revision, 0) for i, revision in wanted.items() if i not in indexed},
            outdated={i: (r, indexed[i]) for i, r in wanted.items() if i in indexed and indexed[i] != r},
            surplus={i: (0, revision) for i, revision in indexed.items() if i not in wanted},
        )

    def close(self) -> None:
        """Let go of the engine's files and connections."""
        self._engine.close()

    # --- inside

    def _ask_engine(self, request: SearchRequest, query: Query, hidden: tuple[str, ...]) -> SearchResult:
        """The first step of the plan that finds something; facets alone never widen a query."""
        first: Answer | None = None
        for step in plan.plan(query):
            answer = self._engine.search(_question(request, step, hidden))
            first = first or answer
            if answer.total or (request.facets and self._engine.search(_uncounted(step, hidden)).total):
                return SearchResult(answer.ids, answer.total, answer.facets, is_relaxed=step.is_relaxed)
        assert first is not None
        return SearchResult(first.ids, first.total, first.facets)

    def _carry_batch(self, limit: int) -> int:
        with self._engine.exclusive():
            with self._database.reading() as session:
                pairs = dict(list_unindexed(session, limit))
                documents = read_documents(session, tuple(pairs))
            if not pairs:
                return 0
            told = {document.id: document.revision for document in documents}
            gone = {dataset_id: revision for dataset_id, revision in pairs.items() if dataset_id not in told}
            self._engine.change(documents, gone)
            with self._database.transaction() as session:
                mark_indexed(session, {**gone, **told}.items())
        return len(pairs)

    def _settle(self) -> int:
        """After a rebuild: note what it knows, and put right what changed while it ran."""
        known = tuple(self._engine.revisions())
        for start in range(0, len(known), BATCH):
            with self._database.transaction() as session:
                mark_indexed(session, known[start : start + BATCH])
        self._repair(self.compare())
        return len(known)

    def _repair(self, differences: Differences) -> int:
        """Carry each differing dataset over again, in batches; what resists is cured by building the index anew.

        Elasticsearch resists when it remembers a later revision than the database: a database restored from a backup,
        documents deleted behind our back.
        """
        ids = sorted({**differences.missing, **differences.outdated, **differences.surplus})
        if not ids:
            return 0
        for start in range(0, len(ids), BATCH):
            self._carry(tuple(ids[start : start + BATCH]), differences)
        left = self.compare()
        if any(i in part for part in (left.missing, left.outdated, left.surplus) for i in ids):
            _log.warning("the index does not take what the database says; it is built anew")
            self._engine.rebuild(read_all_documents(self._database))
        return len(ids)

    def _carry(self, ids: tuple[str, ...], differences: Differences) -> None:
        with self._engine.exclusive():
            with self._database.reading() as session:
                documents = read_documents(session, ids)
            told = {document.id: document.revision for document in documents}
            gone = {i: differences.surplus[i][1] for i in ids if i not in told and i in differences.surplus}
            self._engine.change(documents, gone)
            with self._database.transaction() as session:
                mark_indexed(session, told.items())


def _note(what: str, error: EngineAway) -> None:
    _log.log(logging.DEBUG if isinstance(error, EngineResting) else logging.WARNING, "%s: %s", what, error)


def _question(request: SearchRequest, step: plan.Step, hidden: tuple[str, ...]) -> Question:
    return Question(
        clause=step.clause,
        chosen={name: codes for name, codes in request.facets.items() if codes},
        excluded_ids=hidden,
        sort=request.sort,
        offset=request.offset,
        limit=request.limit,
        facets=NAMES if request.with_facets else (),
    )


def _uncounted(step: plan.Step, hidden: tuple[str, ...]) -> Question:
    """The same without facets, for the total alone."""
    return Question(clause=step.clause, excluded_ids=hidden)


def _check(request: SearchRequest) -> None:
    if request.sort not in _SORTS:
        raise InvalidInput(f"Sort by one of {', '.join(_SORTS)}.", parameter="sort")
    if request.offset < 0:
        raise InvalidInput("The offset must not be negative.", parameter="offset")
    if not 0 <= request.limit <= MAX_LIMIT:
        raise InvalidInput(f"The limit must be between 0 and {MAX_LIMIT:,}.", parameter="limit")
    if request.offset + request.limit > MAX_WINDOW:
        raise InvalidInput(
            f"Search shows the first {MAX_WINDOW:,} results (offset + limit). Narrow the search with more words or a "
            "facet; to walk through everything use the list of datasets.",
            parameter="offset",
        )
    for name, codes in request.facets.items():
        check_choice(name, codes)
