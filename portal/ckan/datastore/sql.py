"""`datastore_search_sql`: no SQL of a caller is run; a simple SELECT is told as the call of `/api/v1` that says the same."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from portal.ckan.actions import Call, action
from portal.ckan.datastore.ordinals import name_places
from portal.ckan.datastore.resources import Resource, open_resource
from portal.ckan.datastore.statements import NotSimple, Select, parse_select_statement
from portal.ckan.errors import ActionNotFound, NotAuthorized, ValidationError
from portal.kernel.errors import InvalidInput
from portal.tables import parse_query
from portal.tables.plans import is_grouped
from portal.tables.query import MAX_LIMIT, RowQuery

NO_SQL: Final = "This portal runs no SQL of its callers."
_CLAUSES: Final = "select, where, group_by, having, order_by, limit"
_WRITES: Final = re.compile(
    r"\s*(insert|update|delete|drop|create|alter|truncate|copy|grant|revoke|call|do|set)\b", re.I
)
_NULLS_LAST: Final = re.compile(r"\s+nulls\s+last\b", re.I)


class SqlNotRun(ValidationError):
    """409: why the statement is not run, and where there is one the call that answers it."""

    def __init__(self, told: str, equivalent: str | None = None) -> None:
        super().__init__(told)
        if equivalent:
            self.fields |= {"equivalent": equivalent}


@action("datastore_search_sql", permission="read_data", budget="rows")
def datastore_search_sql(call: Call) -> object:
    """No SQL is run here. The answer is an error that explains why, and for a simple SELECT from one resource gives the
    equivalent call of /api/v1 in `equivalent`.

    sql: the statement.
    """
    sql = call.required("sql")
    if kind := _WRITES.match(sql):
        raise SqlNotRun(f"Invalid query AST element: {kind[1].title()}Stmt")
    if re.search(r"--|/\*", _without_texts(sql)):
        raise SqlNotRun(f"{NO_SQL} A statement with comments is told as no call of /api/v1; leave them out.")
    if ";" in _without_texts(sql).rstrip().rstrip(";"):
        raise SqlNotRun("Query is not a single statement")
    try:
        select = parse_select_statement(sql)
    except NotSimple as error:
        told = f"{NO_SQL} Only one SELECT from one resource can be told as a call of /api/v1; this is none: {error}."
        raise SqlNotRun(told) from error
    if select.table.lower().startswith(("pg_", "information_schema")):
        raise NotAuthorized("Access denied: Not authorized to access system tables")
    try:
        resource = open_resource(call, select.table)
    except ActionNotFound as error:
        raise ActionNotFound from error
    raise _explained(call, select, resource)


def _explained(call: Call, select: Select, resource: Resource) -> SqlNotRun:
    try:
        clauses, query = _clauses(select, resource)
    except InvalidInput as error:
        return SqlNotRun(f"{NO_SQL} The clauses of /api/v1 ({_CLAUSES}) cannot say this statement: {error}")
    base = f"{call.parts.settings.base_url.rstrip('/')}/api/v1/datasets/{resource.ref}/tables/{resource.part}"
    kept = {name: text for name, text in clauses.items() if text} | {"limit": str(query.limit)}
    address = f"{base}/rows?{urlencode(kept)}"
    told = f"{NO_SQL} The same is answered by {address}"
    if is_grouped(query):
        told += " (groups of rows)"
    if select.limit is None or select.limit > MAX_LIMIT:
        told += f"; a page has at most {MAX_LIMIT} rows, `next` leads to those that follow"
    if select.offset:
        told += f"; pages are walked by `next`, so the first {select.offset} rows are to be left out by the reader"
    if any(key.is_descending for key in query.order_by):
        told += "; rows without a value come last there in both directions"
    return SqlNotRun(f"{told}.", address)


def _clauses(select: Select, resource: Resource) -> tuple[Mapping[str, str], RowQuery]:
    """The clauses in the words of the clause set, checked against the table. Raises InvalidInput."""
    clauses = dict(select.clauses)
    clauses["order_by"] = _NULLS_LAST.sub("", clauses.get("order_by", ""))
    if select.limit == 0:
        raise InvalidInput("limit: LIMIT 0 asks for no row.", parameter="limit")
    for name in ("order_by", "group_by"):
        try:
            clauses[name] = name_places(clauses.get(name, ""), clauses["select"], by_alias=name == "order_by")
        except ValueError as error:
            raise InvalidInput(f"{name}: place {error} is not in the list of SELECT.", parameter=name) from error
    if select.is_distinct:
        if clauses["group_by"]:
            raise InvalidInput("DISTINCT beside GROUP BY has no counterpart.", parameter="group_by")
        clauses["group_by"] = clauses["select"] or ", ".join(_quoted(c.name) for c in resource.table.schema.columns)
        clauses["select"] = clauses["group_by"]
    limit = min(MAX_LIMIT, MAX_LIMIT if select.limit is None else max(select.limit, 1))
    named = {name: clauses.get(name, "") for name in ("select", "where", "group_by", "having", "order_by")}
    query = parse_query(
        resource.table.schema,
        select=named["select"],
        where=named["where"],
        group_by=named["group_by"],
        having=named["having"],
        order_by=named["order_by"],
        limit=limit,
    )
    return named, query


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _without_texts(sql: str) -> str:
    return re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", "", sql)
