"""Rows of a table: a clause set over the table's schema, walked by a cursor that stays with one version."""

from urllib.parse import urlencode

from flask import request

from portal.api.addresses import links
from portal.api.answers import RowsAnswer
from portal.api.operations import Answer, operation
from portal.api.parameters import RowClauses, RowParameters
from portal.catalogue.queries import open_version
from portal.http.context import parts, principal, session
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.kernel.columns import TableSchema
from portal.tables import RowPage, RowQuery, parse_order, parse_select, parse_where


@operation(
    "/datasets/<ref>/tables/<part>/rows",
    summary="Read the rows of a table",
    tag="rows",
    takes=RowParameters,
    gives=RowsAnswer,
    permission="read_data",
    budget="rows",
    problems=("not-found", "gone"),
)
def list_rows(clauses: RowClauses, ref: str, part: str) -> Answer:
    """Rows that match `where`, in the order of `order_by`. `next` (also a `Link` header) leads to the following rows of
    the same version, however the dataset changes meanwhile."""
    asked = parse_ref(ref)
    table = open_version(session(), principal(), asked, part, parts().store)
    page = parts().rows.page(table, _query(clauses, table.schema))
    if request.method == "GET":
        note_use(asked.dataset_id)
    pinned = table.version_key.rpartition("/")[0]
    next_url = _next_page(pinned, part, page)
    return Answer(
        {
            "ref": pinned,
            "part": part,
            "columns": [{"name": column.name, "type": column.type.value} for column in page.columns],
            "rows": _rows(page, clauses.layout),
            "total": page.total,
            "limit": clauses.limit,
            "next": next_url,
        },
        next_url=next_url,
    )


def _query(clauses: RowClauses, schema: TableSchema) -> RowQuery:
    return RowQuery(
        select=parse_select(clauses.select, schema) if clauses.select.strip() else (),
        where=parse_where(clauses.where, schema) if clauses.where.strip() else None,
        order_by=parse_order(clauses.order_by, schema) if clauses.order_by.strip() else (),
        limit=clauses.limit,
        cursor=clauses.cursor,
        with_total=clauses.with_total,
    )


def _rows(page: RowPage, layout: str) -> list[object]:
    if layout == "arrays":
        return list(page.rows)
    names = [column.name for column in page.columns]
    return [dict(zip(names, row, strict=True)) for row in page.rows]


def _next_page(pinned: str, part: str, page: RowPage) -> str | None:
    if page.next_cursor is None:
        return None
    arguments = {name: value for name, value in request.args.items() if name != "cursor"} | {"cursor": page.next_cursor}
    return f"{links().table(pinned, part)}/rows?{urlencode(arguments)}"
