"""The production engine: Elasticsearch 8 or 9, behind an alias that is swapped after a rebuild.

It is fed our tokens through the built-in `whitespace` analyzer and needs no scripts, no `_reindex` and no analysis module.
"""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, Final

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch
from elasticsearch.helpers import BulkIndexError, streaming_bulk

from portal.index.breaker import Breaker
from portal.index.clauses import Clause
from portal.index.elastic_query import id_filter, page_body, query_of
from portal.index.encoding import CODES, POSITIONED, REVISION, SCHEMA, SETS, SORT_KEYS, WEIGHT, Encoded, encode
from portal.index.errors import EngineAway, ServerSilent
from portal.index.protocol import Answer, Document, Question

ASK_TIMEOUT_S: Final = 3.0
WRITE_TIMEOUT_S: Final = 60.0
_PAGE: Final = 2000
_CONFLICT, _NOT_FOUND, _TOO_MANY = 409, 404, 429


class ElasticsearchEngine:
    """Search in the cluster at `url` (user:password@ in it for basic authentication). The constructor does no I/O."""

    def __init__(self, url: str, alias: str) -> None:
        self._client = Elasticsearch(url, request_timeout=ASK_TIMEOUT_S, max_retries=0, retry_on_timeout=False)
        self._alias = alias
        self._prefix = f"{alias}-{SCHEMA}-"
        self._breaker = Breaker("Elasticsearch")

    def is_ready(self, *, is_thorough: bool = False) -> bool:
        with self._asking() as client:
            return self._in_use(client).startswith(self._prefix)

    def exclusive(self) -> AbstractContextManager[None]:
        """Nothing to hold: each document carries its revision and the cluster refuses an older one."""
        return nullcontext()

    def change(self, documents: Iterable[Document], deleted: Mapping[str, int]) -> None:
        actions = [_put(encode(document)) for document in documents]
        actions += [
            {"_op_type": "delete", "_id": dataset_id, "version": revision, "version_type": "external_gte"}
            for dataset_id, revision in deleted.items()
        ]
        with self._asking() as client:
            if not self._in_use(client):
                raise EngineAway(f"There is no index behind the alias {self._alias}; the worker builds one.")
            self._bulk(client, actions, self._alias, refresh=True, require_alias=True)

    def rebuild(self, documents: Iterable[Document]) -> None:
        with self._asking() as client:
            slow = client.options(request_timeout=WRITE_TIMEOUT_S)
            fresh = f"{self._prefix}{secrets.token_hex(4)}"
            slow.indices.create(index=fresh, settings=_SETTINGS, mappings=_mappings())
            try:
                self._bulk(client, (_put(encode(d)) for d in documents), fresh, refresh=False, require_alias=False)
                slow.indices.refresh(index=fresh)
            except BaseException:
                slow.options(ignore_status=_NOT_FOUND).indices.delete(index=fresh)
                raise
            self._swap(slow, fresh)

    def search(self, question: Question) -> Answer:
        with self._asking() as client:
            found = client.search(index=self._alias, **page_body(question)).body
        if found["timed_out"]:  # this query was too much, the server is there: not the breaker's business
            raise EngineAway("Elasticsearch took too long; the query was given up.")
        counts = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found["aggregations"][name]["codes"]["buckets"]}
            for name in question.facets
        }
        ids = tuple(hit["_id"] for hit in found["hits"]["hits"])
        return Answer(ids, int(found["hits"]["total"]["value"]), counts)

    def suggest(self, tiers: tuple[Clause, ...], excluded_ids: tuple[str, ...], limit: int) -> tuple[str, ...]:
        found: list[str] = []
        with self._asking() as client:
            for clause in tiers:
                if len(found) >= limit:
                    break
                query = {"bool": {"filter": [query_of(clause)], "must_not": id_filter(excluded_ids)}}
                answer = client.search(
                    index=self._alias,
                    query=query,
                    size=limit - len(found),
                    sort=[{"by_popularity": "asc"}],
                    source=False,
                    track_total_hits=False,
                )
                found += [hit["_id"] for hit in answer["hits"]["hits"]]
        return tuple(found)

    def revisions(self) -> Iterator[tuple[str, int]]:
        after: list[Any] | None = None
        while True:
            with self._asking() as client:
                answer = client.options(request_timeout=WRITE_TIMEOUT_S).search(
                    index=self._alias,
                    query={"match_all": {}},
                    sort=[{"id": "asc"}],
                    size=_PAGE,
                    search_after=after,
                    source=False,
                    docvalue_fields=[{"field": REVISION}],
                    track_total_hits=False,
                )
            hits = answer["hits"]["hits"]
            for hit in hits:
                yield hit["_id"], int(hit["fields"][REVISION][0])
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def tidy(self, older_than: timedelta) -> int:
        youngest = (time.time() - older_than.total_seconds()) * 1_000
        with self._asking() as client:
            in_use = self._in_use(client)
            existing = client.indices.get(index=f"{self._alias}-*", features="settings").body if in_use else {}
            old = [
                name
                for name, told in existing.items()
                if name != in_use
                and _is_ours(name, self._alias)
                and int(told["settings"]["index"]["creation_date"]) <= youngest
            ]
            if old:
                client.options(ignore_status=_NOT_FOUND).indices.delete(index=old)
        return len(old)

    def close(self) -> None:
        self._client.close()

    def _in_use(self, client: Elasticsearch) -> str:
        """The index behind the alias; empty when there is none."""
        answer = client.options(ignore_status=_NOT_FOUND).indices.get_alias(name=self._alias)
        names = [name for name in answer.body if name not in {"error", "status"}]
        return str(names[0]) if len(names) == 1 else ""

    def _swap(self, client: Elasticsearch, fresh: str) -> None:
        """Point the alias at `fresh` in one step, then remove what it stood for before and leftovers of killed builds."""
        client.indices.update_aliases(
            actions=[
                *self._impostor(client),
                {"remove": {"index": f"{self._alias}-*", "alias": self._alias, "must_exist": False}},
                {"add": {"index": fresh, "alias": self._alias, "is_write_index": True}},
            ]
        )
        existing = client.indices.get(index=f"{self._alias}-*", features="settings").body
        old = [name for name in existing if name != fresh and _is_ours(name, self._alias)]
        if old:
            client.options(ignore_status=_NOT_FOUND).indices.delete(index=old)

    def _impostor(self, client: Elasticsearch) -> list[dict[str, Any]]:
        """The action that removes an empty index that bears the alias's name: a cluster makes one when a deletion is sent
        to a lost alias, whatever `require_alias` says. One with documents is somebody else's and stays."""
        if not client.indices.exists(index=self._alias) or client.indices.exists_alias(name=self._alias):
            return []
        if client.count(index=self._alias)["count"]:
            raise EngineAway(
                f"An index is named {self._alias}, where our alias should be: rename it or set another name."
            )
        return [{"remove_index": {"index": self._alias}}]

    @staticmethod
    def _bulk(
        client: Elasticsearch, actions: Iterable[dict[str, Any]], index: str, *, refresh: bool, require_alias: bool
    ) -> None:
        """Send in chunks. An older revision than what is there (409) and deleting what is not there (404) are fine.

        `require_alias`: without it the cluster makes an index of its own under a lost alias's name.
        """
        outcomes = streaming_bulk(
            client.options(request_timeout=WRITE_TIMEOUT_S),
            actions,
            index=index,
            chunk_size=500,
            raise_on_error=False,
            max_retries=2,
            refresh=refresh,
            require_alias=require_alias,
        )
        for is_done, item in outcomes:
            outcome = next(iter(item.values()))
            is_fine = outcome.get("status") == _CONFLICT or outcome.get("result") == "not_found"
            if not is_done and not is_fine:
                raise EngineAway(f"Elasticsearch refused {outcome.get('_id')}: {outcome.get('error')}")

    @contextmanager
    def _asking(self) -> Iterator[Elasticsearch]:
        """The client; whatever keeps the cluster from answering becomes EngineAway.

        A cluster that is gone or overloaded opens the breaker; one that refuses a single request (404, 400) does not.
        """
        try:
            with self._breaker.call():
                try:
                    yield self._client
                except (TransportError, BulkIndexError) as error:
                    raise ServerSilent(f"Elasticsearch does not answer: {error}") from error
                except ApiError as error:
                    if error.status_code < 500 and error.status_code != _TOO_MANY:
                        raise
                    raise ServerSilent(f"Elasticsearch answered {error.status_code}: {str(error)[:300]}") from error
        except ApiError as error:
            raise EngineAway(f"Elasticsearch refused ({error.status_code}): {str(error)[:300]}") from error


def _is_ours(name: str, alias: str) -> bool:
    """Whether an index was made here: alias-schema-random, both eight hex digits."""
    parts = name.removeprefix(f"{alias}-").split("-")
    return len(parts) == 2 and all(len(part) == 8 and set(part) <= set("0123456789abcdef") for part in parts)


def _put(encoded: Encoded) -> dict[str, Any]:
    source = {"id": encoded.id, REVISION: encoded.revision, WEIGHT: encoded.weight}
    return {
        "_op_type": "index",
        "_id": encoded.id,
        "version": encoded.revision,
        "version_type": "external_gte",
        "_source": {**source, **encoded.texts, **encoded.codes, **encoded.keys},
    }


_SETTINGS: Final = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "gc_deletes": "1h",  # how long a deletion's revision is remembered against a late, older document
}


def _mappings() -> dict[str, Any]:
    text = {"type": "text", "analyzer": "whitespace"}
    fields: dict[str, Any] = {name: {"type": "keyword"} for name in (*CODES, *SORT_KEYS)}
    fields |= dict.fromkeys(POSITIONED, text)
    fields |= {name: {**text, "index_options": "docs", "norms": False} for name in SETS}
    fields |= {REVISION: {"type": "long"}, WEIGHT: {"type": "double"}}
    return {"dynamic": "strict", "_source": {"enabled": False}, "properties": fields}
