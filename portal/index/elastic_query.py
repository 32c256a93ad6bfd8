"""Clauses as Elasticsearch's query DSL: structures only, never query strings."""

import zlib
from typing import Any

from portal.index.clauses import BEST_TIE, All, AnyOf, Clause, Everything, Match, OneOf
from portal.index.encoding import WEIGHT
from portal.index.facets import MAX_VALUES
from portal.index.protocol import Question

Body = dict[str, Any]


def query_of(clause: Clause) -> Body:
    """One clause."""
    if isinstance(clause, Match):
        return _match(clause)
    if isinstance(clause, OneOf):
        return {"bool": {"filter": [{"terms": {clause.field: list(clause.values)}}]}}
    if isinstance(clause, AnyOf):
        queries = [query_of(c) for c in clause.clauses]
        if clause.is_best:
            return {"dis_max": {"queries": queries, "tie_breaker": BEST_TIE}}
        return {"bool": {"should": queries, "minimum_should_match": clause.at_least}}
    if isinstance(clause, All):
        return {
            "bool": {
                "must": [query_of(c) for c in clause.clauses],
                "should": [query_of(c) for c in clause.prefer],
                "must_not": [query_of(c) for c in clause.without],
                "minimum_should_match": 0,
            }
        }
    return {"match_all": {}}


def _match(match: Match) -> Body:
    if len(match.tokens) == 1:
        return {"term": {match.field: {"value": match.tokens[0], "boost": match.boost}}}
    return {"match_phrase": {match.field: {"query": " ".join(match.tokens), "boost": match.boost}}}


def id_filter(ids: tuple[str, ...]) -> list[Body]:
    """A list of at most one clause that matches these ids."""
    return [{"terms": {"id": list(ids)}}] if ids else []


def page_body(question: Question) -> Body:
    """Arguments of `search` for a page of ids, the exact total, and facets that ignore their own choice."""
    chosen = {name: {"terms": {name: list(codes)}} for name, codes in question.chosen.items()}
    asked: Body = {
        "bool": {
            "must": [query_of(question.clause)],
            "filter": id_filter(question.among),
            "must_not": id_filter(question.excluded_ids),
        }
    }
    weighted: Body = {
        "function_score": {
            "query": asked,
            "field_value_factor": {"field": WEIGHT, "modifier": "log2p", "missing": 0},
            "boost_mode": "multiply",
        }
    }
    by_score = question.sort == "relevance" and not isinstance(question.clause, Everything)
    field = "by_popularity" if question.sort == "popularity" else "by_modified"
    body: Body = {
        "query": weighted if by_score else asked,
        "sort": [{"_score": "desc"}, {"id": "asc"}] if by_score else [{field: "asc"}],
        "from_": question.offset if question.limit else 0,
        "size": question.limit,
        "source": False,
        "track_total_hits": True,
        "timeout": "2s",
        "allow_partial_search_results": False,
        "preference": f"q{zlib.crc32(repr(question.clause).encode())}",  # every page of a result from the same copy
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    if question.facets:
        body["aggs"] = {
            name: {
                "filter": {"bool": {"filter": [clause for other, clause in chosen.items() if other != name]}},
                "aggs": {"codes": {"terms": {"field": name, "size": MAX_VALUES}}},
            }
            for name in question.facets
        }
    return body
