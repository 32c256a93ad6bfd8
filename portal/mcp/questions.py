"""The three tools: find datasets, learn what is in one, ask its rows. Each spends the caller's own budget.

A tool's error is an answer that a model can act on: what was wrong, where, and what to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from marshmallow import Schema
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Forbidden, HTTPException

from portal.access import Permission, can
from portal.catalogue import queries
from portal.catalogue.views import DatasetCard, DatasetView, PartView
from portal.exports.metadata.offers import list_offers
from portal.exports.metadata.site import Site
from portal.http.context import leave_session, parts, principal, session
from portal.http.limits import charge
from portal.http.problems import describe_error
from portal.http.refs import parse_ref
from portal.http.uses import note_use
from portal.index import SearchRequest
from portal.index.facets import FACETS
from portal.kernel.errors import PortalError
from portal.kernel.text import Language, Text
from portal.limits import BudgetClass
from portal.mcp.arguments import DescribeArguments, RowArguments, SearchFacets, describe_arguments, read_arguments
from portal.storage.errors import StorageError
from portal.tables import parse_query

Members = dict[str, Any]
_JSON = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `gives`: the JSON schema of its structured answer."""

    name: str
    title: str
    description: str
    takes: type[Schema]
    gives: Members
    run: Callable[[Mapping[str, Any]], Members]


def call_tool(name: str, given: object) -> Members | None:
    """The result of a call, an error among them; None when there is no such tool."""
    tool = TOOLS.get(name)
    if tool is None:
        return None
    try:
        told = tool.run(read_arguments(tool.takes(), given))
    except (PortalError, HTTPException, StorageError, OperationalError) as error:
        problem = describe_error(error)
        if problem.status == 500:
            raise
        wait = f" Try again in {seconds} s." if (seconds := problem.headers.get("Retry-After")) else ""
        words = f"{problem.title}: {problem.detail}{wait}"
        return {"content": [{"type": "text", "text": words}], "isError": True}
    text = orjson.dumps(told, option=_JSON).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": orjson.loads(text), "isError": False}


@cache
def list_tools() -> tuple[Members, ...]:
    """The tools as the protocol describes them."""
    return tuple(
        {
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": describe_arguments(tool.takes),
            "outputSchema": tool.gives,
            "annotations": {"readOnlyHint": True, "openWorldHint": False},
        }
        for tool in TOOLS.values()
    )


def _search(asked: Mapping[str, Any]) -> Members:
    chosen = {facet.name: tuple(asked[facet.name]) for facet in FACETS if asked[facet.name]}
    request = SearchRequest(
        text=asked["query"],
        facets=chosen,
        sort=asked["sort"],
        offset=asked["offset"],
        limit=asked["limit"],
        with_facets=False,
    )
    result = parts().search.search(request)
    cards = queries.list_cards(session(), principal(), result.ids)
    return {
        "total": result.total,
        "is_relaxed": result.is_relaxed,
        "datasets": [_card(card) for card in cards],
    }


def _describe(asked: Mapping[str, Any]) -> Members:
    view = queries.get_dataset(session(), principal(), parse_ref(asked["dataset"]))
    note_use(view.card.id)
    site = Site.of(parts().settings)
    return _card(view.card) | {
        "keywords": {language.value: list(view.keywords.get(language, ())) for language in Language},
        "version": view.version.number,
        "licence": view.licence or site.terms(Language.EN),
        "condition": view.open_condition,
        "tables": [_table(part) for part in view.parts if part.schema is not None],
        "downloads": _downloads(view, site),
    }


def _query(asked: Mapping[str, Any]) -> Members:
    if not can(principal(), Permission.READ_DATA):
        raise Forbidden("Your key does not allow reading rows.")
    charge(BudgetClass.ROWS)
    parts().rows.check_room()
    ref = parse_ref(asked["dataset"])
    table = queries.open_version(session(), principal(), ref, asked["table"], parts().store)
    clauses = {name: asked[name] for name in ("select", "where", "group_by", "having", "order_by")}
    query = parse_query(table.schema, **clauses, limit=asked["limit"], cursor=asked["cursor"] or None)
    leave_session()
    page = parts().rows.page(table, query)
    note_use(ref.dataset_id)
    return {
        "dataset": table.version_key.rpartition("/")[0],
        "table": asked["table"],
        "columns": [{"name": column.name, "type": column.type.value} for column in page.columns],
        "rows": [list(row) for row in page.rows],
        "total": page.total,
        "total_relation": page.total_relation,
        "next_cursor": page.next_cursor,
    }


def _card(card: DatasetCard) -> Members:
    site = Site.of(parts().settings)
    return {
        "id": card.id,
        "title": _text(card.title),
        "description": _text(card.description),
        "publisher": {"slug": card.publisher_slug, "name": _text(card.publisher_name)},
        "themes": list(card.theme_slugs),
        "openness": card.openness.value,
        "update_cycle": card.update_cycle.value,
        "modified_at": card.modified_at,
        "row_count": card.row_count,
        "page": site.page(Language.EN, card.id),
    }


def _table(part: PartView) -> Members:
    return {
        "name": part.slug,
        "title": _text(part.name),
        "row_count": part.row_count,
        "columns": [
            {
                "name": column.name,
                "type": column.type.value,
                "title": _text(column.title),
                "description": _text(column.description),
            }
            for column in (part.schema.columns if part.schema else ())
        ],
    }


def _downloads(view: DatasetView, site: Site) -> list[Members]:
    offers = (offer for offer in list_offers(view, site) if offer.download)
    return [{"part": o.part.slug, "format": o.format, "url": o.download, "size_bytes": o.size_bytes} for o in offers]


def _text(text: Text) -> Members:
    return {language.value: wording.value for language in Language if (wording := text.wording(language))}


def _object(**properties: str) -> Members:
    """The JSON schema of an object with these members; `?` behind a type: or null."""
    kinds = {name: {"type": [kind[:-1], "null"] if kind.endswith("?") else kind} for name, kind in properties.items()}
    return {"type": "object", "properties": kinds, "required": sorted(properties)}


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "search_datasets",
            "Search datasets",
            "Find public datasets of the district by words and facets, in Chinese or English.",
            SearchFacets,
            _object(total="integer", is_relaxed="boolean", datasets="array"),
            _search,
        ),
        Tool(
            "describe_dataset",
            "Describe a dataset",
            "What a dataset holds: its tables with their columns and types, its downloads, licence and publisher.",
            DescribeArguments,
            _object(
                id="string", title="object", tables="array", downloads="array", openness="string", version="integer"
            ),
            _describe,
        ),
        Tool(
            "query_rows",
            "Query rows",
            "Rows of a table, or groups of them with calculations (count, sum, avg, min, max, median). Describe the dataset "
            "first, to know its tables and columns.",
            RowArguments,
            _object(
                dataset="string",
                table="string",
                columns="array",
                rows="array",
                total="integer?",
                total_relation="string",
                next_cursor="string?",
            ),
            _query,
        ),
    )
}
