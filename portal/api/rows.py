"""Rows and groups of a table: a clause set over the table's schema, walked by a cursor that stays with one version."""

from urllib.parse import urlencode

from flask import request

from portal.api.addresses import links
from portal.api.answers import RowsAnswer
from portal.api.clauses import RowParameters, RowsAsked
from portal.api.operations import Answer, operation
from portal.catalogue.queries import open_version
from portal.http.context import leave_session, parts, principal, session
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.tables import Facet, ReadableTable, RowPage, parse_names


@operation(
    "/datasets/<ref>/tables/<part>/rows",
    summary="Read the rows of a table, or groups of them",
    tag="rows",
    takes=RowParameters,
    gives=RowsAnswer,
    permission="read_data",
    budget="rows",
    problems=("not-found", "gone", "grant-needed"),
)
def list_rows(asked: RowsAsked, ref: str, part: str) -> Answer:
    """Rows that match `where`, in the order of `order_by`; with `group_by` or a function such as `sum` in `select`, groups of
    rows. `next` (also a `Link` header) leads to what follows, of the same version, however the dataset changes meanwhile."""
    table, page, body = _answered(asked, ref, part)
    if request.method == "GET":
        note_use(parse_ref(ref).dataset_id)
    next_url = _next_page(table, part, page)
    return Answer(body | {"next": next_url}, next_url=next_url)


@operation(
    "/datasets/<ref>/tables/<part>/rows",
    summary="Ask for rows in long clauses",
    tag="rows",
    method="POST",
    body=RowParameters,
    gives=RowsAnswer,
    permission="read_data",
    budget="rows",
    problems=("not-found", "gone", "grant-needed"),
)
def query_rows(_nothing: None, asked: RowsAsked, ref: str, part: str) -> Answer:
    """The same as reading them, with the clauses as JSON, for clauses that are too long for an address. Go on by sending the
    same with `cursor`: the `next_cursor` of the answer before."""
    _, _, body = _answered(asked, ref, part)
    return Answer(body | {"next": None})


def _answered(asked: RowsAsked, ref: str, part: str) -> tuple[ReadableTable, RowPage, dict[str, object]]:
    """Everything is read and checked before rows are looked up, and nothing at all where there is no room for one more."""
    parts().rows.check_room()
    table = open_version(session(), principal(), parse_ref(ref), part, parts().store)
    query = asked.clauses.query(table.schema, limit=asked.limit, cursor=asked.cursor, with_total=asked.with_total)
    names = parse_names(asked.facets, table.schema, "facets") if asked.facets.strip() else ()
    leave_session()
    page, facets = parts().rows.page_with_facets(table, query, names, asked.facet_limit)
    body: dict[str, object] = {
        "ref": _pinned(table),
        "part": part,
        "columns": [{"name": column.name, "type": column.type.value} for column in page.columns],
        "rows": _rows(page, asked.layout),
        "total": page.total,
        "total_relation": page.total_relation,
        "limit": asked.limit,
        "next_cursor": page.next_cursor,
    }
    if names:
        body["facets"] = {facet.column: _facet(facet) for facet in facets}
    return table, page, body


def _facet(facet: Facet) -> dict[str, object]:
    values = [{"value": found.value, "count": found.count} for found in facet.values]
    return {"values": values, "others": facet.others, "other_rows": facet.other_rows}


def _rows(page: RowPage, layout: str) -> list[object]:
    if layout == "arrays":
        return list(page.rows)
    names = [column.name for column in page.columns]
    return [dict(zip(names, row, strict=True)) for row in page.rows]


def _pinned(table: ReadableTable) -> str:
    return table.version_key.rpartition("/")[0]


def _next_page(table: ReadableTable, part: str, page: RowPage) -> str | None:
    if page.next_cursor is None:
        return None
    arguments = {name: value for name, value in request.args.items() if name != "cursor"} | {"cursor": page.next_cursor}
    return f"{links().table(_pinned(table), part)}/rows?{urlencode(arguments)}"
