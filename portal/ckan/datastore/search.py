"""`datastore_search`: rows of one resource, filtered, searched, sorted and paged as CKAN does it."""

from dataclasses import dataclass
from typing import Final

from portal.ckan.actions import Call, action
from portal.ckan.datastore.asking import SearchRequest, read_search
from portal.ckan.datastore.conditions import to_condition
from portal.ckan.datastore.fields import ROW_ID
from portal.ckan.datastore.filters import FilterOp, parse_filters
from portal.ckan.datastore.links import page_links
from portal.ckan.datastore.metadata import TABLE_METADATA, search_metadata
from portal.ckan.datastore.ordering import SortClause, check_fields, parse_sort, split_list
from portal.ckan.datastore.paging import Asked, Page, read_page
from portal.ckan.datastore.records import as_text
from portal.ckan.datastore.resources import Resource, open_resource
from portal.ckan.datastore.searching import check_language, search_text
from portal.ckan.errors import ValidationError
from portal.http.uses import note_use
from portal.kernel.vocab import ColumnType
from portal.tables import All, Condition

RANK: Final = 0.0573088
"""What PostgreSQL ranks a row with that has a word once; every row found has it here, in the table's order."""

_DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A request against the fields of a resource. `names`: what each record has, ranks among it; `listed`: what `fields`
    of the answer tells."""

    asked: Asked
    names: tuple[str, ...]
    listed: tuple[str, ...]
    ranks: tuple[str, ...]
    operation: FilterOp | None


@action("datastore_search", permission="read_data", budget="rows")
def datastore_search(call: Call) -> object:
    """Search the rows of a resource.

    resource_id (or id): the resource. filters: {"field": value | [values] | {"gte": 1, "lt": 5}}, joined by $and and $or.
    q: words, or {"field": words}. plain: false takes q as a query with & | ! and word:*. language. distinct.
    limit: 100 unless given, at most 32000. offset. fields: a list or names parted by commas.
    sort: "field desc nulls last, other". include_total. include_next_page. records_format: objects, lists, csv or tsv.
    """
    call.parts.rows.check_room()
    request = read_search(call.parameters)
    if request.resource_id == TABLE_METADATA:
        return search_metadata(call, request)
    resource = open_resource(call, request.resource_id)
    reading = read_against(request, resource)
    call.session.close()  # rows may take seconds, and connections are few
    page = read_page(call.parts.rows, resource, reading.asked)
    note_use(resource.ref.dataset_id)
    return _answer(request, resource, reading, page)


def read_against(request: SearchRequest, resource: Resource) -> Reading:
    """Check what is asked against the fields that there are. Raises ValidationError and InvalidQuery."""
    fields = resource.fields
    check_language(request.language if request.q or request.full_text else "")
    searched = _searched(request)
    ranks = tuple(rank for field, _ in searched if (rank := f"rank {field}".strip()) not in fields)
    known = {*fields, *ranks}
    given = split_list(request.fields)
    check_fields(given or (), known)
    names = tuple(dict.fromkeys(given)) if given else (*fields, *ranks)
    sort = tuple(clause for clause in parse_sort(request.sort, known) if clause.field in fields)
    operation = parse_filters(request.filters, fields)
    where: list[Condition] = [] if operation is None else [to_condition(operation, fields)]
    where += _words(request, resource, searched)
    asked = Asked(
        names=tuple(name for name in names if name in fields),
        where=where[0] if len(where) == 1 else All(tuple(where)) if where else None,
        sort=_until_unique(sort),
        limit=request.limit,
        offset=request.offset,
        is_distinct=request.distinct,
        with_total=request.include_total,
    )
    return Reading(asked, names, tuple(given) if given is not None else names, ranks, operation)


def with_ranks(reading: Reading, rows: list[list[object]]) -> list[list[object]]:
    """Rows with a rank wherever one is among their names."""
    if not reading.ranks:
        return rows
    at = {name: place for place, name in enumerate(reading.asked.names)}
    return [[row[at[name]] if name in at else RANK for name in reading.names] for row in rows]


def _searched(request: SearchRequest) -> list[tuple[str, object]]:
    """Field (empty: all of them) → what is searched there."""
    if isinstance(request.q, list):
        raise ValidationError({"q": [f'invalid value "{str(request.q[:1])[:100]}"']})
    found = list(request.q.items()) if isinstance(request.q, dict) else [("", request.q)] if request.q else []
    return [*found, ("", request.full_text)] if request.full_text else found


def _words(request: SearchRequest, resource: Resource, searched: list[tuple[str, object]]) -> list[Condition]:
    columns = [
        f.column for f in resource.fields.values() if f.id != ROW_ID and f.column.type is not ColumnType.GEOMETRY
    ]
    by_field: dict[str, tuple[str, ...]] = {field.id: (field.column.name,) for field in resource.fields.values()}
    by_field[""] = tuple(column.name for column in columns)
    return [search_text(field, text, by_field, is_plain=request.is_plain) for field, text in searched]


def _until_unique(sort: tuple[SortClause, ...]) -> tuple[SortClause, ...]:
    """Without repeated fields, and without what follows `_id`, which no two rows share."""
    found: dict[str, SortClause] = {}
    for clause in sort:
        found.setdefault(clause.field, clause)
        if clause.field == ROW_ID:
            break
    return tuple(found.values())


def _answer(request: SearchRequest, resource: Resource, reading: Reading, page: Page) -> dict[str, object]:
    told: dict[str, object] = dict(request.echo)
    if reading.operation is not None:
        told["filterops"] = reading.operation.as_json()
    told["records"] = _records(request, resource, reading, page)
    told["fields"] = [
        resource.fields[name].as_json() if name in resource.fields else {"id": name, "type": "float"}
        for name in reading.listed
    ]
    told["_links"] = page_links(request.limit, request.offset)
    if request.include_total:
        told |= {"total": page.total} | ({"total_was_estimated": False} if request.tells_estimate else {})
    if request.include_next_page and page.last_row is not None:
        is_descending = any(clause.is_descending for clause in reading.asked.sort)
        told["next_page"] = {ROW_ID: {"lt" if is_descending else "gt": page.last_row}}
    return told


def _records(request: SearchRequest, resource: Resource, reading: Reading, page: Page) -> object:
    rows = with_ranks(reading, page.rows)
    if request.records_format == "objects":
        return [dict(zip(reading.names, row, strict=True)) for row in rows]
    if request.records_format == "lists":
        return rows
    types = [resource.fields[name].type if name in resource.fields else "float" for name in reading.names]
    return as_text(rows, types, _DELIMITERS[request.records_format])
