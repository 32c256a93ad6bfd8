"""The parameter `q`: a query that names fields is read by the standard parser, any other by the forgiving one (dismax).

The forgiving parser knows words, phrases, `+`, `-`, `AND`, `OR` and `NOT`, and takes every other sign as it stands; most of
the words have to be found, each in any of the fields searched.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from portal.ckan.solr.errors import Unreadable
from portal.ckan.solr.fields import of_phrase, of_term
from portal.ckan.solr.filters import read_filter, sort_clauses
from portal.ckan.solr.grammar import Clause, Phrase, Term, Value, parse
from portal.index.lookup import Both, Condition, Every, No, Some

DEFAULT_FIELDS: Final = "name^4 title^4 tags^2 groups^2 text"
DEFAULT_MATCH: Final = "2<-1 5<80%"
_NEUTRAL: Final = frozenset({"", "*:*", '""', "''"})
_SIGNS = re.compile(r"[\\!():^\[\]{}~*?/&|]")
_FIELD = re.compile(r"([\w.\-]+)(?:\^(\d{1,6}(?:\.\d{1,6})?))?", re.ASCII)
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """What a `q` asks for, and which conditions make a hit better."""

    where: Condition = Every()
    boosts: tuple[tuple[Condition, float], ...] = field(default_factory=tuple)


def read_query(
    text: str, now: datetime, *, fields: str = DEFAULT_FIELDS, least: str = DEFAULT_MATCH, parser: str = ""
) -> ReadQuery:
    """The conditions of a `q`. Raises Unreadable for local parameters, operators without words, a wrong `mm` or `qf`."""
    if text.strip() in _NEUTRAL:
        return ReadQuery()
    if text.lstrip().startswith("{!"):
        raise Unreadable("Local parameters are not supported in param 'q'.")
    if parser == "lucene" or (":" in text and parser in {"", "edismax"}):
        where = read_filter(text.replace("{!", ""), now)
        return ReadQuery(where, ((where, 1.0),))
    return _forgiving(text, now, _fields(fields), least)


def _forgiving(text: str, now: datetime, fields: tuple[tuple[str, float], ...], least: str) -> ReadQuery:
    plain = text if text.count('"') % 2 == 0 else text.replace('"', " ")
    escaped = "".join(
        part if part.startswith('"') else _SIGNS.sub(lambda found: f"\\{found[0]}", part)
        for part in re.split(r'("(?:[^"])*")', plain)
    )
    spaced = re.sub(r"(?<!\S)[+-]+(?=\s|$)", " ", re.sub(r"(?<!\S)([+-])[+-]+", r"\1", escaped))
    if not spaced.strip():
        return ReadQuery(Every(is_true=False))
    clauses = parse(spaced).clauses
    required, optional, excluded = sort_clauses(clauses, default_or=True)
    if not required and not optional:
        return ReadQuery(Every(is_true=False))
    wanted = [_anywhere(clause, fields, now) for clause in optional]
    conditions: list[Condition] = [_anywhere(clause, fields, now) for clause in required]
    if wanted:
        conditions.append(Some(tuple(wanted), _at_least(least, len(wanted))))
    conditions += [No(_anywhere(clause, fields, now)) for clause in excluded]
    boosts = tuple(
        (_in_field(name, clause.value, now), weight) for clause in (*required, *optional) for name, weight in fields
    )
    return ReadQuery(Both(tuple(conditions)), boosts)


def _anywhere(clause: Clause, fields: tuple[tuple[str, float], ...], now: datetime) -> Condition:
    return Some(tuple(_in_field(name, clause.value, now) for name, _ in fields))


def _in_field(name: str, value: Value, now: datetime) -> Condition:
    try:
        if isinstance(value, Phrase):
            return of_phrase(name, value, now)
        if isinstance(value, Term):
            return of_term(name, value, now, any_part=True)
    except Unreadable:  # a word where the field holds numbers or instants: not there
        pass
    return Every(is_true=False)


def _fields(text: str) -> tuple[tuple[str, float], ...]:
    found = tuple((name, float(weight or 1)) for name, weight in _FIELD.findall(text))[:_MOST_FIELDS]
    if not found or _FIELD.sub("", text).strip(" ,"):
        raise Unreadable(f"qf: '{text[:100]}' is no list of fields with weights.")
    return found


def _at_least(spec: str, count: int) -> int:
    """How many of so many have to match, by Solr's `mm`: `3`, `-1`, `75%`, or conditions as `2<-1 5<80%`."""
    result = count
    try:
        for part in spec.split() or [""]:
            bound, is_condition, amount = part.partition("<")
            if is_condition and count <= int(bound):
                break
            result = _amount(amount if is_condition else part, count)
    except ValueError as error:
        raise Unreadable(f"mm: '{spec[:60]}' cannot be read.") from error
    return max(1, min(result, count))


def _amount(text: str, count: int) -> int:
    if text.endswith("%"):
        share = int(text[:-1])
        return count * share // 100 if share >= 0 else count - count * -share // 100
    number = int(text)
    return number if number >= 0 else count + number
