"""One page of a resource through the row engine, quick at any depth where the table's own order is walked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from portal.ckan.datastore.asking import MAX_LIMIT
from portal.ckan.datastore.conditions import NOTHING
from portal.ckan.datastore.fields import ROW_ID, with_row_numbers
from portal.ckan.datastore.ordering import SortClause
from portal.ckan.datastore.records import write_cells
from portal.ckan.datastore.resources import Resource
from portal.ckan.errors import InvalidQuery, ValidationError
from portal.kernel.errors import InvalidInput
from portal.tables import All, Compare, Condition, ReadableTable, RowEngine, RowQuery, SortKey
from portal.tables.duck import ROW_NUMBER
from portal.tables.query import CellValue

MANY_ROWS: Final = 1_000
MAX_PAGE_CHARS: Final = 64_000_000
_PARAMETERS = {"where": "filters", "order_by": "sort", "select": "fields", "group_by": "fields"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What to read: fields by name, condition, order."""

    names: tuple[str, ...]
    where: Condition | None
    sort: tuple[SortClause, ...]
    limit: int
    offset: int
    is_distinct: bool
    with_total: bool

    @property
    def walks_rows(self) -> bool:
        """Whether rows come in the order of `_id`, up or down."""
        return not self.is_distinct and all(clause.field == ROW_ID for clause in self.sort)

    @property
    def is_descending(self) -> bool:
        return any(clause.is_descending for clause in self.sort)


@dataclass(frozen=True, slots=True)
class Page:
    """Cells as CKAN prints them, in the order of `Asked.names`. `last_row`: the `_id` of the last, in a walk by `_id`."""

    rows: list[list[object]]
    total: int | None
    last_row: int | None


def read_page(engine: RowEngine, resource: Resource, asked: Asked) -> Page:
    """One page. Raises ValidationError for what the engine cannot be asked, Unavailable when it is too much."""
    try:
        return _distinct(engine, resource, asked) if asked.is_distinct else _plain(engine, resource, asked)
    except InvalidInput as error:
        raise ValidationError({_PARAMETERS.get(error.parameter, error.parameter): [str(error)]}) from error


def _plain(engine: RowEngine, resource: Resource, asked: Asked) -> Page:
    table = with_row_numbers(resource.table)
    total = _total(engine, table, asked)
    if _is_empty(asked, total):
        return Page([], total, None)
    fields = [resource.fields[name] for name in asked.names]
    columns = [field.column for field in fields]
    selected = tuple(dict.fromkeys([*(column.name for column in columns), ROW_NUMBER]))
    query = RowQuery(select=selected, order_by=_order(resource, asked), limit=asked.limit, with_total=False)
    found = engine.page(table, _window(query, asked, table.row_count), max_limit=MAX_LIMIT, max_offset=None).rows
    _check_size(found)
    cells = write_cells([row[: len(columns)] for row in found], fields)
    if ROW_ID in asked.names:
        place = asked.names.index(ROW_ID)
        for row in cells:
            row[place] = _row_id(row[place])
    last = _row_id(found[-1][selected.index(ROW_NUMBER)]) if found and asked.walks_rows else None
    return Page(cells, total, last)


def _check_size(rows: Sequence[Sequence[CellValue]]) -> None:
    """Raise ValidationError for a page that is larger than an answer may be: rows are many here, and texts may be long."""
    if (
        len(rows) > MANY_ROWS
        and sum(len(cell) for row in rows for cell in row if isinstance(cell, str)) > MAX_PAGE_CHARS
    ):
        raise ValidationError(
            {
                "limit": [
                    f"These {len(rows)} rows are more than an answer holds; ask for fewer rows, or for fewer fields."
                ]
            }
        )


def whole_query(resource: Resource, asked: Asked) -> tuple[ReadableTable, RowQuery]:
    """The table and the query of everything that is asked for, from the first row on."""
    names = tuple(dict.fromkeys(resource.fields[name].column.name for name in asked.names))
    query = RowQuery(select=names, where=asked.where, order_by=_order(resource, asked), with_total=False)
    if asked.is_distinct and ROW_ID not in asked.names:
        query = replace(query, group_by=names)
    return with_row_numbers(resource.table), query


def _window(query: RowQuery, asked: Asked, rows: int) -> RowQuery:
    """The query of one page. A walk through the whole table is a range of row numbers, which costs the same at any depth."""
    if asked.where is not None or not asked.walks_rows:
        return replace(query, where=asked.where, offset=asked.offset)
    first = rows - asked.offset - asked.limit if asked.is_descending else asked.offset
    last = first + asked.limit
    return replace(query, where=All((Compare(ROW_NUMBER, ">=", max(first, 0)), Compare(ROW_NUMBER, "<", last))))


def _distinct(engine: RowEngine, resource: Resource, asked: Asked) -> Page:
    """Rows that differ in the fields asked for: groups by them."""
    if ROW_ID in asked.names or not asked.names:
        return _plain(engine, resource, replace(asked, is_distinct=False))
    if any(clause.field not in asked.names for clause in asked.sort):
        raise InvalidQuery("for SELECT DISTINCT, ORDER BY expressions must appear in select list")
    fields = [resource.fields[name] for name in asked.names]
    if any(field.is_nested for field in fields):
        raise InvalidQuery("could not identify an equality operator for type json")
    names = tuple(field.column.name for field in fields)
    table = with_row_numbers(resource.table)
    query = RowQuery(
        select=names,
        group_by=names,
        where=asked.where,
        order_by=_order(resource, asked),
        limit=max(asked.limit, 1),
        offset=asked.offset,
        with_total=False,
    )
    total = engine.count(table, query) if asked.with_total else None
    if _is_empty(asked, total):
        return Page([], total, None)
    found = engine.page(table, query, max_limit=MAX_LIMIT, max_offset=None).rows
    _check_size(found)
    return Page(write_cells(found, fields), total, None)


def _total(engine: RowEngine, table: ReadableTable, asked: Asked) -> int | None:
    if asked.where == NOTHING:
        return 0
    if asked.where is None:
        return table.row_count
    return engine.count(table, RowQuery(where=asked.where)) if asked.with_total else None


def _is_empty(asked: Asked, total: int | None) -> bool:
    return asked.limit == 0 or asked.where == NOTHING or (total is not None and asked.offset >= total)


def _order(resource: Resource, asked: Asked) -> tuple[SortKey, ...]:
    if any(resource.fields[clause.field].is_nested for clause in asked.sort):
        raise InvalidQuery("could not identify an ordering operator for type json")
    return tuple(
        SortKey(resource.fields[clause.field].column.name, clause.is_descending, nulls_first=clause.nulls_first)
        for clause in asked.sort
    )


def _row_id(number: object) -> int:
    return int(str(number)) + 1
