"""The embedded engine: tantivy in a local directory. Any process may read; one at a time writes."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
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
            ids, total = self._page(searcher, query, question)
            return Answer(ids, total, self._facets(searcher, question, query))

    def suggest(self, tiers: tuple[Clause, ...], excluded_ids: tuple[str, ...], limit: int) -> tuple[str, ...]:
        found: list[str] = []
        with _guarded("searched"):
            searcher = self._searcher()
            for clause in tiers:
                if len(found) < limit:
                    query = self._without(self._query(clause), excluded_ids)
                    hits = searcher.search(query, limit - len(found), False, "by_popularity", order=Order.Asc).hits
                    found += [key.rpartition(" ")[2] for key, _ in hits]
        return tuple(found)

    def revisions(self) -> Iterator[tuple[str, int]]:
        with _guarded("read"):
            searcher = self._searcher()
            hits = searcher.search(Query.all_query(), max(1, searcher.num_docs), False).hits
            documents = [searcher.doc(address) for _, address in hits]
            found = [(str(d.get_first("id")), int(d.get_first(REVISION) or 0)) for d in documents]
        yield from found

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

    def _page(self, searcher: tantivy.Searcher, query: Query, question: Question) -> tuple[tuple[str, ...], int]:
        if question.sort == "relevance" and not isinstance(question.clause, Everything):
            return _best_page(searcher, query, question.offset, question.limit)
        field = "by_popularity" if question.sort == "popularity" else "by_modified"
        result = searcher.search(query, question.limit, True, field, question.offset, Order.Asc)
        return tuple(key.rpartition(" ")[2] for key, _ in result.hits), int(result.count)  # type: ignore[attr-defined]

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


def _best_page(searcher: tantivy.Searcher, query: Query, offset: int, limit: int) -> tuple[tuple[str, ...], int]:
    """A page by score, then by id. tantivy leaves equal scores in no lasting order, so whole groups of them are ordered."""
    wanted = offset + limit
    fetched = wanted + 1
    while True:
        result = searcher.search(query, fetched, True, weight_by_field=WEIGHT)
        hits = result.hits
        if len(hits) < fetched or hits[wanted - 1][0] != hits[-1][0]:
            break
        fetched *= 2
    first_score = hits[offset][0] if len(hits) > offset else None
    start = next((i for i, (score, _) in enumerate(hits) if score == first_score), len(hits))
    last_score = hits[min(wanted, len(hits)) - 1][0] if hits else None
    group = [(score, address) for score, address in hits[start:] if last_score is not None and score >= last_score]
    ordered = sorted((-score, str(searcher.doc(address).get_first("id"))) for score, address in group)
    page = tuple(dataset_id for _, dataset_id in ordered[offset - start : wanted - start])
    return page, int(result.count)  # type: ignore[attr-defined]


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in CODES:
        builder.add_text_field(name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic")
    for name in SORT_KEYS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
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
    for name, text in (*encoded.texts.items(), *encoded.keys.items()):
        document.add_text(name, text)
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
