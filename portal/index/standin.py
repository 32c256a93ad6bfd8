"""While the engine is away: the database answers, by comparing letters in titles and keywords.

Coarser than an engine (no stems, no Traditional–Simplified, order by use or date, publisher and columns only by
`field:`), and said to be so by `is_degraded`; but never a dataset that is not visible.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from portal.access import VISIBLE_STATES
from portal.catalogue.models import Dataset, DatasetTheme, DatasetWording, Publisher
from portal.catalogue.reading import LAYER_FORMAT, TABLE_FORMATS, is_layer
from portal.catalogue.versions import VersionPart
from portal.db import Database
from portal.index import tokens
from portal.index.facets import MAX_VALUES, NAMES
from portal.index.protocol import SearchRequest, SearchResult
from portal.index.query import Query, Term
from portal.kernel.vocab import PartKind

_WORDINGS = {
    None: ("title", "keywords"),
    "title": ("title",),
    "keywords": ("keywords",),
    "description": ("description",),
}


def search(database: Database, request: SearchRequest, query: Query) -> SearchResult:
    """A page of ids with total and facets, flagged as degraded."""
    without = [not_(_term(term)) for term in query.excluded]
    strict = [*(_term(term) for term in query.required), *without]
    loose = [term for term in query.required if not term.field]
    with database.reading() as session:
        result = _answer(session, request, strict, is_relaxed=False)
        if result.total == 0 and len(loose) > 1 and not any(request.facets.values()):
            kept = [_term(term) for term in query.required if term.field]
            widened = [*kept, or_(*(_term(term) for term in loose)), *without]
            result = _answer(session, request, widened, is_relaxed=True)
    return result


def match(database: Database, request: SearchRequest, query: Query, ids: tuple[str, ...]) -> frozenset[str]:
    """Those of the ids that have all words and chosen values."""
    wanted = [*(_term(term) for term in query.required), *(not_(_term(term)) for term in query.excluded)]
    chosen = [_chosen(name, codes) for name, codes in request.facets.items() if codes]
    with database.reading() as session:
        return frozenset(session.scalars(_visible([*wanted, *chosen, Dataset.id.in_(ids)])))


def suggest(database: Database, prefix: str, limit: int) -> tuple[str, ...]:
    """Ids of datasets with all typed pieces in their title, most used first."""
    pieces = tokens.pieces(tokens.fold(prefix[:200]))[:10]
    if not pieces:
        return ()
    wanted = [_written(("title",), piece) for piece in pieces]
    with database.reading() as session:
        return tuple(session.scalars(_visible(wanted).order_by(Dataset.popularity.desc(), Dataset.id).limit(limit)))


def _answer(
    session: Session, request: SearchRequest, wanted: list[ColumnElement[bool]], *, is_relaxed: bool
) -> SearchResult:
    chosen = {name: _chosen(name, codes) for name, codes in request.facets.items() if codes}
    narrowed = _visible([*wanted, *chosen.values()])
    total = session.scalar(select(func.count()).select_from(narrowed.subquery())) or 0
    first = Dataset.popularity if request.sort == "popularity" else Dataset.modified_at
    page = narrowed.order_by(first.desc(), Dataset.id).offset(request.offset).limit(request.limit)
    counts = {
        name: _counted(session, name, _visible([*wanted, *(c for other, c in chosen.items() if other != name)]))
        for name in (NAMES if request.with_facets else ())
    }
    return SearchResult(
        tuple(session.scalars(page)), total, counts, is_relaxed=is_relaxed and total > 0, is_degraded=True
    )


def _visible(conditions: Iterable[ColumnElement[bool]]) -> Select[str]:
    return select(Dataset.id).where(Dataset.state.in_(VISIBLE_STATES), *conditions)


def _counted(session: Session, name: str, datasets: Select[str]) -> dict[str, int]:
    """Code → number of datasets, the most frequent first."""
    codes = _codes(name).subquery()
    count = func.count(codes.c.dataset_id.distinct())
    query = select(codes.c.code, count).where(codes.c.dataset_id.in_(datasets)).group_by(codes.c.code)
    rows = session.execute(query.order_by(count.desc(), codes.c.code).limit(MAX_VALUES))
    return {row[0]: int(row[1]) for row in rows}


def _chosen(name: str, values: Iterable[str]) -> ColumnElement[bool]:
    codes = _codes(name).subquery()
    return Dataset.id.in_(select(codes.c.dataset_id).where(codes.c.code.in_(tuple(values))))


def _codes(name: str) -> Select[str, str] | CompoundSelect[str, str]:
    """(dataset_id, code) of one facet, as rows."""
    id_ = Dataset.id.label("dataset_id")
    if name == "department":
        return select(id_, Publisher.slug.label("code")).join(Publisher, Publisher.id == Dataset.publisher_id)
    if name == "theme":
        return select(DatasetTheme.dataset_id.label("dataset_id"), DatasetTheme.theme_slug.label("code"))
    if name == "format":
        return _formats()
    if name == "language":
        title = and_(DatasetWording.dataset_id == Dataset.id, DatasetWording.field == "title")
        return select(id_, DatasetWording.language.label("code")).join(DatasetWording, title)
    column = Dataset.update_cycle if name == "update_frequency" else Dataset.openness
    return select(id_, column.label("code"))


def _formats() -> CompoundSelect[str, str]:
    """As `read_formats` has them: tables count under what is made of them and what they were delivered in."""
    current = and_(VersionPart.dataset_id == Dataset.id, VersionPart.version_number == Dataset.current_version)
    is_table = VersionPart.kind == PartKind.TABLE

    def coded(code: ColumnElement[str], *conditions: ColumnElement[bool]) -> Select[str, str]:
        columns = select(Dataset.id.label("dataset_id"), code.label("code"))
        return columns.select_from(Dataset).join(VersionPart, current).where(*conditions)

    return union_all(
        coded(func.lower(VersionPart.format), not_(is_table)),
        coded(func.lower(VersionPart.original_format), is_table, VersionPart.original_format.is_not(None)),
        *(coded(literal(name), is_table) for name in TABLE_FORMATS),
        coded(literal(LAYER_FORMAT), is_table, is_layer()),
    )


def _term(term: Term) -> ColumnElement[bool]:
    if term.field in NAMES:
        return _chosen(term.field, (term.code,))
    if term.field == "publisher":
        return and_(*(_published_by(piece) for piece in term.pieces))
    if term.field not in _WORDINGS:
        return false()  # columns are in no text that SQL could search cheaply
    return and_(*(_written(_WORDINGS[term.field], piece) for piece in term.pieces))


def _written(fields: tuple[str, ...], piece: str) -> ColumnElement[bool]:
    text = func.lower(DatasetWording.value).contains(piece, autoescape=True)
    return Dataset.id.in_(select(DatasetWording.dataset_id).where(DatasetWording.field.in_(fields), text))


def _published_by(piece: str) -> ColumnElement[bool]:
    name = func.lower(Publisher.source_name).contains(piece, autoescape=True)
    return Dataset.publisher_id.in_(select(Publisher.id).where(name))
