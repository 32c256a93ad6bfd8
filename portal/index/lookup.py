"""Entries by a tree of conditions: exact values, words, ranges, and, or, not. Any tree, any sort, exact totals and facets.

Values travel as parameters; the shape of the statement comes from the tree alone, which callers build from what they parsed.
Whatever is not visible now is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, case, desc, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.catalogue.entries import DatasetEntry, EntryValue, EntryWords
from portal.catalogue.reading import invisible_ids
from portal.kernel.errors import InvalidInput
from portal.kernel.principal import Principal

MAX_FACET_VALUES: Final = 10_000
_MAX_CANDIDATES: Final = 20_000
COLUMNS: Final[Mapping[str, InstrumentedAttribute[Any]]] = {
    "id": DatasetEntry.dataset_id,
    "name": DatasetEntry.name,
    "title_string": DatasetEntry.title,
    "metadata_created": DatasetEntry.created_at,
    "metadata_modified": DatasetEntry.changed_at,
}
"""Fields with one value, which is compared → the column. Any other field is compared as text, as in CKAN's index."""
_SORTABLE: Final[Mapping[str, InstrumentedAttribute[Any]]] = {
    **COLUMNS,
    "num_resources": DatasetEntry.resource_count,
    "num_tags": DatasetEntry.tag_count,
}


@dataclass(frozen=True, slots=True)
class Every:
    """Everything, or nothing."""

    is_true: bool = True


@dataclass(frozen=True, slots=True)
class Is:
    """A field has exactly this value."""

    field: str
    value: str | int | datetime


@dataclass(frozen=True, slots=True)
class Like:
    """A field has a value of this shape: `*` any text, `?` one character, both only where `parts` were parted."""

    field: str
    glob: str  # with \\ before a sign that is meant literally


@dataclass(frozen=True, slots=True)
class Holds:
    """A field has a value that holds this text, whatever its case."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Within:
    """A field's value lies between two; None: no end on that side."""

    field: str
    low: str | int | datetime | None
    high: str | int | datetime | None
    has_low: bool = True
    has_high: bool = True


@dataclass(frozen=True, slots=True)
class Has:
    """A field's words have these in a row. `is_inside`: one word, found inside words as well (Chinese without spaces)."""

    field: str
    words: tuple[str, ...]
    is_inside: bool = False


@dataclass(frozen=True, slots=True)
class HasLike:
    """A field has a word of this shape, as `Like`."""

    field: str
    glob: str


@dataclass(frozen=True, slots=True)
class Known:
    """A field has any value or word."""

    field: str


@dataclass(frozen=True, slots=True)
class No:
    """Not."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least so many of these."""

    conditions: tuple["Condition", ...]
    at_least: int = 1


Condition: TypeAlias = Every | Is | Like | Holds | Within | Has | HasLike | Known | No | Both | Some


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question. `boosts`: conditions that raise the score, with weights; `sort`: (field or `score`, descending)."""

    where: Condition = Every()
    boosts: tuple[tuple[Condition, float], ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    offset: int = 0
    limit: int = 10
    facets: tuple[str, ...] = ()
    facet_limit: int = 50  # below 0: all
    facet_least: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of a page in order, the exact total, field → value → count, id → score where it was asked for."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    scores: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def look_up(session: Session, principal: Principal, asked: Lookup) -> Found:
    """What the caller may see of it. One statement for the total, one for the page, one for each facet."""
    matching = _matching(session, asked.where)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    rows: Sequence[Row[Any]] = _page(session, matching, asked) if asked.limit and asked.offset < total else ()
    facets = {name: _counts(session, principal, matching, name, asked) for name in asked.facets}
    scores = {row.dataset_id: float(row.score) for row in rows}
    return Found(tuple(scores), total, facets, scores, tuple(row.name for row in rows))


def list_values(
    session: Session, principal: Principal, name: str, *, part: str = "", limit: int = MAX_FACET_VALUES
) -> tuple[str, ...]:
    """Values of a field that visible datasets have and that hold `part`, whatever their case, in order."""
    query = (
        select(EntryValue.value)
        .where(EntryValue.field == name, EntryValue.dataset_id.in_(_matching(session, Every())))
        .distinct()
        .order_by(EntryValue.value)
    )
    if part:
        query = query.where(func.lower(EntryValue.value).contains(part.lower(), autoescape=True))
    return tuple(session.scalars(query.limit(limit)))


def _matching(session: Session, where: Condition) -> Select[str]:
    is_visible = DatasetEntry.dataset_id.not_in(invisible_ids())
    return select(DatasetEntry.dataset_id).where(DatasetEntry.is_listed, is_visible, _clause(session, where))


def _page(session: Session, matching: Select[str], asked: Lookup) -> Sequence[Row[Any]]:
    score: ColumnElement[float] = literal(0.0)
    for condition, weight in asked.boosts:
        score = score + case((_clause(session, condition), weight), else_=0.0)
    has_score = bool(asked.boosts)
    columns = {"score": score, **_SORTABLE}
    order: list[Any] = []
    for name, is_descending in asked.sort:
        if name in columns and (name != "score" or has_score):
            order.append(desc(columns[name]) if is_descending else columns[name].asc())
        if name == "id":
            break
    else:  # what is equal in all of them comes in order of its id, so that pages never overlap
        order.append(DatasetEntry.dataset_id)
    query = matching.add_columns(DatasetEntry.name, score.label("score")).order_by(*order)
    return session.execute(query.limit(asked.limit).offset(asked.offset)).all()


def _counts(
    session: Session, principal: Principal, matching: Select[str], name: str, asked: Lookup
) -> Mapping[str, int]:
    found: Any = EntryValue.value
    query = select(found, func.count()).where(EntryValue.field == name, EntryValue.dataset_id.in_(matching))
    if name in COLUMNS:
        found = COLUMNS[name]
        query = select(found, func.count()).where(DatasetEntry.dataset_id.in_(matching))
    query = query.group_by(found).having(func.count() >= max(1, asked.facet_least))
    most = MAX_FACET_VALUES if asked.facet_limit < 0 else min(asked.facet_limit, MAX_FACET_VALUES)
    counts = {
        _told(value): count for value, count in session.execute(query.order_by(func.count().desc(), found).limit(most))
    }
    if asked.facet_least < 1 and len(counts) < most and name not in COLUMNS:
        others = list_values(session, principal, name, limit=most + len(counts))
        counts |= dict.fromkeys([value for value in others if value not in counts][: most - len(counts)], 0)
    return counts


def _told(value: object) -> str:
    """A value as Solr tells it in a facet."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    return str(value)


# --- conditions into clauses


def _clause(session: Session, condition: Condition) -> ColumnElement[bool]:
    clause: ColumnElement[bool]
    match condition:
        case Every():
            clause = true() if condition.is_true else false()
        case No():
            clause = not_(_clause(session, condition.condition))
        case Both():
            clause = and_(true(), *(_clause(session, one) for one in condition.conditions))
        case Some():
            clause = _some(session, condition)
        case Known():
            clause = _known(condition.field)
        case HasLike():
            clause = _has_like(session, condition)
        case Has():
            pattern = (
                f"%{_plain(condition.words[0])}%" if condition.is_inside else f"% {_plain(' '.join(condition.words))} %"
            )
            clause = _in_words(condition.field, EntryWords.words.like(pattern, escape="\\"))
        case Is() | Like() | Holds() | Within():
            clause = _of_value(session, condition)
    return clause


def _some(session: Session, some: Some) -> ColumnElement[bool]:
    clauses = [_clause(session, one) for one in some.conditions]
    if some.at_least <= 1:
        return or_(false(), *clauses)
    if some.at_least >= len(clauses):
        return and_(true(), *clauses) if some.at_least == len(clauses) else false()
    counted: ColumnElement[int] = literal(0)
    for clause in clauses:
        counted = counted + case((clause, 1), else_=0)
    return counted >= some.at_least


def _of_value(session: Session, condition: Is | Like | Holds | Within) -> ColumnElement[bool]:
    column = COLUMNS.get(condition.field, EntryValue.value)
    matches = (
        _has_shape(session, column, condition.glob) if isinstance(condition, Like) else _compared(column, condition)
    )
    if condition.field in COLUMNS:
        return matches
    query = select(EntryValue.dataset_id).where(EntryValue.field == condition.field, matches)
    return DatasetEntry.dataset_id.in_(query)


def _compared(column: InstrumentedAttribute[Any], condition: Is | Holds | Within) -> ColumnElement[bool]:
    if isinstance(condition, Holds):
        return func.lower(column).contains(condition.text.lower(), autoescape=True)
    if isinstance(condition, Is):
        return column == condition.value
    clauses: list[ColumnElement[bool]] = [column.is_not(None)]
    if condition.low is not None:
        clauses.append(column >= condition.low if condition.has_low else column > condition.low)
    if condition.high is not None:
        clauses.append(column <= condition.high if condition.has_high else column < condition.high)
    return and_(*clauses)


def _has_shape(session: Session, column: InstrumentedAttribute[Any], glob: str) -> ColumnElement[bool]:
    """A whole value of a shape, case and all: LIKE of SQLite looks past case, its GLOB does not."""
    if session.get_bind().dialect.name == "sqlite":
        signs = {"*": "*", "?": "?"}
        parts = [signs.get(one) or re.sub(r"([\[*?])", r"[\1]", one[-1]) for one in _signs(glob)]
        return column.op("GLOB", is_comparison=True)("".join(parts))
    return column.like(_sql_pattern(glob), escape="\\")


def _known(name: str) -> ColumnElement[bool]:
    if name in COLUMNS:
        return COLUMNS[name].is_not(None)
    valued = DatasetEntry.dataset_id.in_(select(EntryValue.dataset_id).where(EntryValue.field == name))
    return or_(valued, _in_words(name, true()))


def _in_words(name: str, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return DatasetEntry.dataset_id.in_(select(EntryWords.dataset_id).where(EntryWords.field == name, clause))


def _has_like(session: Session, condition: HasLike) -> ColumnElement[bool]:
    """A word of a shape. What SQL cannot say of one word (`a*b` may not reach over a space) is looked at here."""
    inner = condition.glob.strip("*")
    starts, ends = condition.glob.startswith("*"), condition.glob.endswith("*") and not condition.glob.endswith("\\*")
    if not re.search(r"[*?]", re.sub(r"\\.", "", inner)):
        pattern = f"%{'' if starts else ' '}{_sql_pattern(inner)}{'' if ends else ' '}%"
        return _in_words(condition.field, EntryWords.words.like(pattern, escape="\\"))
    rough = EntryWords.words.like(f"%{_sql_pattern(condition.glob)}%", escape="\\")
    query = select(EntryWords.dataset_id, EntryWords.words).where(EntryWords.field == condition.field, rough)
    rows = session.execute(query.limit(_MAX_CANDIDATES + 1)).all()
    if len(rows) > _MAX_CANDIDATES:
        raise InvalidInput("Too many words go with this pattern; write more of the word.", parameter="q")
    shape = re.compile(f" {_regex(condition.glob)} ")
    return DatasetEntry.dataset_id.in_([dataset_id for dataset_id, words in rows if shape.search(words)])


def _regex(glob: str) -> str:
    signs = {"*": "[^ ]*", "?": "[^ ]"}
    return "".join(signs.get(one) or re.escape(one[-1]) for one in _signs(glob))


def _signs(glob: str) -> Sequence[str]:
    """A pattern sign by sign, a backslash with the sign it makes literal."""
    return re.findall(r"\\.|.", glob, re.DOTALL)


def _sql_pattern(glob: str) -> str:
    signs = {"*": "%", "?": "_"}
    return "".join(signs.get(one) or _plain(one[-1]) for one in _signs(glob))


def _plain(text: str) -> str:
    """A text that LIKE takes literally."""
    return re.sub(r"([\\%_])", r"\\\1", text)
