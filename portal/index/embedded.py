"""The embedded engine: tantivy in a local directory. Any process may read; one at a time writes."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import tantivy
from tantivy import Occur, Order, Query

from portal.index.clauses import BEST_TIE, All, AnyOf, Clause, Everything, Match, OneOf
from portal.index.encoding import CODES, POSITIONED, REVISION, SCHEMA, SETS, SORT_KEYS, WEIGHT, Encoded, encode
from portal.index.errors import EngineAway
from portal.index.facets import MAX_VALUES
from portal.index.generations import Generations, is_intact
from portal.index.protocol import Answer, Document, Question

_BATCH_HEAP_BYTES: Final = 32_000_000
_BUILD_HEAP_BYTES: Final = 200_000_000


class TantivyEngine:
    """Search in `directory`. The constructor does no I/O; the index is opened at first use and reopened when it changed."""

    def __init__(self, directory: Path) -> None:
        self._generations = Generations(directory, SCHEMA)
        self._schema = _schema()
        self._opened: tuple[Path, tuple[int, int], tantivy.Index] | None = None
        self._opening = threading.Lock()

    def is_ready(self, *, is_thorough: bool = False) -> bool:
        try:
            directory = self._generations.current()
        except EngineAway:
            return False
        return not is_thorough or is_intact(directory)

    def exclusive(self) -> AbstractContextManager[None]:
        return self._generations.exclusive()

    def change(self, documents: Iterable[Document], deleted: Mapping[str, int]) -> None:
        with self._generations.exclusive(), _guarded("written to"):
            index = tantivy.Index.open(str(self._generations.current()))
            writer = index.writer(_BATCH_HEAP_BYTES, 1)
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_tantivy_document(encode(document)))
            for dataset_id in deleted:
                writer.delete_documents_by_term("id", dataset_id)
            writer.commit()
            writer.wait_merging_threads()

    def rebuild(self, documents: Iterable[Document]) -> None:
        with self._generations.exclusive(), _guarded("built"):
            fresh = self._generations.begin()
            try:
                writer = tantivy.Index(self._schema, path=str(fresh), reuse=False).writer(_BUILD_HEAP_BYTES, 1)
                for document in documents:
                    writer.add_document(_tantivy_document(encode(document)))
                writer.commit()
                writer.wait_merging_threads()
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            self._generations.swap(fresh)

    def search(self, question: Question) -> Answer:
        with _guarded("searched"):
            searcher = self._searcher()
            query = self._narrowed(question, leave_out=None)
            if question.limit == 0:
                return Answer((), self._count(searcher, query), self._facets(searcher, question, query))
            ids, total = _page(searcher, query, _sort_field(question), question.offset, question.limit)
            return Answer(ids, total, self._facets(searcher, question, query))

    def suggest(self, tiers: tuple[Clause, ...], excluded_ids: tuple[str, ...], limit: int) -> tuple[str, ...]:
        found: list[str] = []
        with _guarded("searched"):
            searcher = self._searcher()
            for clause in tiers:
                if len(found) < limit:
                    query = self._without(self._query(clause), excluded_ids)
                    found += _page(searcher, query, "by_popularity", 0, limit - len(found))[0]
        return tuple(found)

    def revisions(self) -> Iterator[tuple[str, int]]:
        with _guarded("read"):
            searcher = self._searcher()
            hits = searcher.search(Query.all_query(), max(1, searcher.num_docs), False).hits
            documents = [searcher.doc(address) for _, address in hits]
            found = [(str(d.get_first("id")), int(d.get_first(REVISION) or 0)) for d in documents]
        yield from found

    def tidy(self, older_than: timedelta) -> int:
        with self._generations.exclusive(), _guarded("tidied"):
            return self._generations.tidy(older_than)

    def close(self) -> None:
        with self._opening:
            self._opened = None

    # --- reading

    def _searcher(self) -> tantivy.Searcher:
        """A view of the index as of its last commit: two small file reads when nothing changed."""
        directory = self._generations.current()
        status = (directory / "meta.json").stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._opening:
            if self._opened is None or self._opened[0] != directory:
                index = tantivy.Index.open(str(directory))
                index.config_reader("manual")
                index.reload()
                self._opened = (directory, stamp, index)
            elif self._opened[1] != stamp:
                self._opened[2].reload()
                self._opened = (directory, stamp, self._opened[2])
            return self._opened[2].searcher()

    @staticmethod
    def _count(searcher: tantivy.Searcher, query: Query) -> int:
        return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]

    def _facets(self, searcher: tantivy.Searcher, question: Question, query: Query) -> dict[str, dict[str, int]]:
        """All facets without a choice of their own in one pass, each of the others in a pass without its choice."""
        counts = self._aggregated(searcher, query, [name for name in question.facets if name not in question.chosen])
        for name in question.facets:
            if name in question.chosen:
                counts |= self._aggregated(searcher, self._narrowed(question, leave_out=name), [name])
        return {name: counts[name] for name in question.facets}

    @staticmethod
    def _aggregated(searcher: tantivy.Searcher, query: Query, names: list[str]) -> dict[str, dict[str, int]]:
        if not names:
            return {}
        wanted = {
            n: {"terms": {"field": n, "size": MAX_VALUES, "segment_size": 65_000, "order": {"_count": "desc"}}}
            for n in names
        }
        found: dict[str, Any] = searcher.aggregate(query, wanted)
        return {name: {b["key"]: b["doc_count"] for b in found[name]["buckets"]} for name in names}

    # --- translating clauses

    def _narrowed(self, question: Question, leave_out: str | None) -> Query:
        query = self._query(question.clause)
        chosen = [
            (Occur.Must, _unscored(Query.term_set_query(self._schema, name, list(codes))))
            for name, codes in question.chosen.items()
            if name != leave_out
        ]
        if question.among:
            chosen.append((Occur.Must, _unscored(Query.term_set_query(self._schema, "id", list(question.among)))))
        narrowed = Query.boolean_query([(Occur.Must, query), *chosen]) if chosen else query
        return self._without(narrowed, question.excluded_ids)

    def _without(self, query: Query, excluded_ids: tuple[str, ...]) -> Query:
        if not excluded_ids:
            return query
        excluded = Query.term_set_query(self._schema, "id", list(excluded_ids))
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, excluded)])

    def _query(self, clause: Clause) -> Query:
        if isinstance(clause, Match):
            return Query.boost_query(self._match(clause), clause.boost)
        if isinstance(clause, OneOf):
            return _unscored(Query.term_set_query(self._schema, clause.field, list(clause.values)))
        if isinstance(clause, AnyOf):
            queries = [self._query(c) for c in clause.clauses]
            if clause.is_best:
                return Query.disjunction_max_query(queries, BEST_TIE)
            return Query.boolean_query([(Occur.Should, q) for q in queries], clause.at_least)
        if isinstance(clause, All):
            parts = [(Occur.Must, self._query(c)) for c in clause.clauses]
            parts += [(Occur.Should, self._query(c)) for c in clause.prefer]
            parts += [(Occur.MustNot, self._query(c)) for c in clause.without]
            return Query.boolean_query(parts)
        return Query.all_query()

    def _match(self, match: Match) -> Query:
        if len(match.tokens) == 1:  # tantivy panics on a phrase of one
            return Query.term_query(self._schema, match.field, match.tokens[0])
        return Query.phrase_query(self._schema, match.field, list(match.tokens))


def _sort_field(question: Question) -> str | None:
    """The field that is sorted by; None for the score."""
    if question.sort == "relevance" and not isinstance(question.clause, Everything):
        return None
    return "by_popularity" if question.sort == "popularity" else "by_modified"


def _page(
    searcher: tantivy.Searcher, query: Query, field: str | None, offset: int, limit: int
) -> tuple[tuple[str, ...], int]:
    """A page of ids in order of the field or the score, and the total. Ties go by id.

    tantivy leaves equal keys in no lasting order, so each group of them is ordered here: by looking one hit beyond both
    ends of the page, and from the start of the result if a group reaches across an end.
    """
    first = max(0, offset - 1)
    hits, total = _hits(searcher, query, field, first, offset - first + limit + 1)
    keys = [key for key, _ in hits]
    is_split_before = first < offset and len(keys) > 1 and keys[0] == keys[1]
    if is_split_before or _is_split_after(keys, offset - first + limit):
        first, fetched = 0, offset + limit + 1
        while True:
            hits, total = _hits(searcher, query, field, 0, fetched)
            if len(hits) < fetched or not _is_split_after([key for key, _ in hits], offset + limit):
                break
            fetched *= 2
    return tuple(_ordered(searcher, hits, offset - first, offset - first + limit)), total


def _hits(
    searcher: tantivy.Searcher, query: Query, field: str | None, offset: int, limit: int
) -> tuple[list[tuple[Any, tantivy.DocAddress]], int]:
    if field is None:
        result = searcher.search(query, limit, True, offset=offset, weight_by_field=WEIGHT)
    else:
        result = searcher.search(query, limit, True, field, offset, Order.Asc)
    return result.hits, int(result.count)  # type: ignore[attr-defined]


def _is_split_after(keys: list[Any], end: int) -> bool:
    """Whether the group of equal keys at `end` may go on beyond what was fetched."""
    return len(keys) > end > 0 and keys[end - 1] == keys[-1]


def _ordered(
    searcher: tantivy.Searcher, hits: list[tuple[Any, tantivy.DocAddress]], start: int, end: int
) -> Iterator[str]:
    """The ids of hits[start:end] once every group of equal keys is sorted by id; reads only the groups it needs."""
    position = 0
    for _, group in groupby(hits, key=lambda hit: hit[0]):
        addresses = [address for _, address in group]
        if position + len(addresses) > start and position < end:
            ids = sorted(str(searcher.doc(address).get_first("id")) for address in addresses)
            yield from ids[max(0, start - position) : end - position]
        position += len(addresses)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in CODES:
        builder.add_text_field(name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic")
    for name in SORT_KEYS:
        builder.add_integer_field(name, fast=True)
    for name in POSITIONED:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in SETS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field(REVISION, stored=True, fast=True)
    builder.add_float_field(WEIGHT, fast=True)
    return builder.build()


def _tantivy_document(encoded: Encoded) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", encoded.id)
    for name, text in encoded.texts.items():
        document.add_text(name, text)
    for name, rank in encoded.ranks.items():
        document.add_integer(name, rank)
    for name, codes in encoded.codes.items():
        for code in codes:
            document.add_text(name, code)
    document.add_integer(REVISION, encoded.revision)
    document.add_float(WEIGHT, encoded.weight)
    return document


@contextmanager
def _guarded(done: str) -> Iterator[None]:
    """Whatever goes wrong with the index's files becomes EngineAway, panics on damaged ones included."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise EngineAway(f"The search index cannot be {done}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise EngineAway(f"The search index is damaged and cannot be {done}; the worker rebuilds it.") from error
