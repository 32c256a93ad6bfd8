"""Published tables: projection by column rules, pages of rows and of groups, and whole answers as files."""

from portal.tables.engine import RowEngine, open_rows
from portal.tables.expressions import Arithmetic, Call, Constant, Expression, Field, JsonValue, Negative, Ranges
from portal.tables.filters import condition_from_filters
from portal.tables.plans import answer_schema, fingerprint, is_grouped
from portal.tables.projection import PREVIEW_ROWS, Projection, project
from portal.tables.query import (
    MAX_LIMIT,
    MAX_OFFSET,
    All,
    Compare,
    Condition,
    Either,
    Facet,
    FacetCount,
    InBox,
    Intersects,
    IsIn,
    IsNull,
    Not,
    RowPage,
    RowQuery,
    Selected,
    SortKey,
    WithinDistance,
)
from portal.tables.readable import ReadableTable
from portal.tables.serial import schema_from_json, schema_to_json
from portal.tables.where import parse_names, parse_order, parse_query, parse_select, parse_where

__all__ = [
    "MAX_LIMIT",
    "MAX_OFFSET",
    "PREVIEW_ROWS",
    "All",
    "Arithmetic",
    "Call",
    "Compare",
    "Condition",
    "Constant",
    "Either",
    "Expression",
    "Facet",
    "FacetCount",
    "Field",
    "InBox",
    "Intersects",
    "IsIn",
    "IsNull",
    "JsonValue",
    "Negative",
    "Not",
    "Projection",
    "Ranges",
    "ReadableTable",
    "RowEngine",
    "RowPage",
    "RowQuery",
    "Selected",
    "SortKey",
    "WithinDistance",
    "answer_schema",
    "condition_from_filters",
    "fingerprint",
    "is_grouped",
    "open_rows",
    "parse_names",
    "parse_order",
    "parse_query",
    "parse_select",
    "parse_where",
    "project",
    "schema_from_json",
    "schema_to_json",
]
