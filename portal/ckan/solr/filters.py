"""Queries of Solr's standard parser as conditions: every clause is required unless `OR`, `-` or `NOT` says otherwise."""

from collections.abc import Sequence
from datetime import datetime

from portal.ckan.solr.errors import Unreadable
from portal.ckan.solr.fields import of_any, of_phrase, of_range, of_term
from portal.ckan.solr.grammar import Clause, Group, Phrase, Range, Term, parse
from portal.index.lookup import Both, Condition, Every, No, Some

DEFAULT_FIELD = "text"


def read_filter(text: str, now: datetime) -> Condition:
    """The condition of an `fq`, or of a `q` that names fields. Raises Unreadable."""
    if "{!" in text:
        raise Unreadable("Local parameters must be defined at the beginning of param 'fq'.")
    return of_group(parse(text), DEFAULT_FIELD, now, is_top=True) if text.strip() else Every()


def of_group(group: Group, name: str, now: datetime, *, is_top: bool = False) -> Condition:
    """Clauses in a row: those required and those of which one is enough, without those excluded.

    Only excluded ones: everything else at the top, nothing inside brackets, as Solr has it.
    """
    required, optional, excluded = sort_clauses(group.clauses)
    conditions = [_of_clause(clause, name, now) for clause in required]
    conditions += [No(_of_clause(clause, name, now)) for clause in excluded]
    if optional and not required:
        conditions.append(Some(tuple(_of_clause(clause, name, now) for clause in optional)))
    if not required and not optional and not is_top:
        return Every(is_true=False)
    return conditions[0] if len(conditions) == 1 else Both(tuple(conditions))


def sort_clauses(
    clauses: Sequence[Clause], *, default_or: bool = False
) -> tuple[list[Clause], list[Clause], list[Clause]]:
    """(required, optional, excluded), by the rules of Lucene's classic parser: `OR` makes the clauses on both its sides
    optional, `AND` required; between clauses without either, the default operator stands."""
    kinds: list[str] = []
    for clause in clauses:
        if kinds and clause.conj == "or" and not default_or and kinds[-1] == "must":
            kinds[-1] = "may"
        if kinds and clause.conj == "and" and kinds[-1] == "may":
            kinds[-1] = "must"
        if clause.mod == "not":
            kinds.append("not")
        elif clause.mod == "must" or clause.conj == "and":
            kinds.append("must")
        else:
            kinds.append("may" if default_or or clause.conj == "or" else "must")
    sorted_: dict[str, list[Clause]] = {"must": [], "may": [], "not": []}
    for kind, clause in zip(kinds, clauses, strict=True):
        sorted_[kind].append(clause)
    return sorted_["must"], sorted_["may"], sorted_["not"]


def _of_clause(clause: Clause, outer: str, now: datetime) -> Condition:
    name = clause.field or outer
    match clause.value:
        case None:
            return of_any(name)
        case Group():
            return of_group(clause.value, name, now)
        case Range():
            return of_range(name, clause.value, now)
        case Phrase():
            return of_phrase(name, clause.value, now)
        case Term():
            return of_term(name, clause.value, now)
