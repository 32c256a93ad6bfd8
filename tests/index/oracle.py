"""What every engine must find, worked out document by document without any engine."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from portal.index import SearchRequest
from portal.index.clauses import All, AnyOf, Clause, Match, OneOf
from portal.index.encoding import Encoded
from portal.index.facets import NAMES
from portal.index.plan import plan
from portal.index.query import parse_query


@dataclass(frozen=True)
class Expected:
    ids: frozenset[str]
    facets: Mapping[str, Mapping[str, int]]
    is_relaxed: bool


def expect(encoded: list[Encoded], request: SearchRequest) -> Expected:
    """The set, the facet counts and whether words were given up."""
    for step in plan(parse_query(request.text)):
        found = [document for document in encoded if matches(step.clause, document)]
        if found:
            break
    else:
        found = []
    kept = [document for document in found if _is_chosen(document, request.facets)]
    facets = {
        name: dict(
            Counter(
                code
                for document in found
                if _is_chosen(document, {n: c for n, c in request.facets.items() if n != name})
                for code in document.codes[name]
            )
        )
        for name in NAMES
    }
    return Expected(frozenset(d.id for d in kept), facets, step.is_relaxed and bool(found))


def matches(clause: Clause, document: Encoded) -> bool:
    if isinstance(clause, Match):
        return f" {' '.join(clause.tokens)} " in f" {document.texts[clause.field]} "
    if isinstance(clause, OneOf):
        return bool(set(clause.values) & set(document.codes[clause.field]))
    if isinstance(clause, AnyOf):
        return sum(matches(c, document) for c in clause.clauses) >= clause.at_least
    if isinstance(clause, All):
        return all(matches(c, document) for c in clause.clauses) and not any(
            matches(c, document) for c in clause.without
        )
    return True


def _is_chosen(document: Encoded, choices: Mapping[str, tuple[str, ...]]) -> bool:
    return all(set(codes) & set(document.codes[name]) for name, codes in choices.items())
