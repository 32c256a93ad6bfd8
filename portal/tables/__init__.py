"""Published tables: projection by column rules, and pages of rows."""

from portal.tables.engine import RowEngine, open_rows
from portal.tables.projection import PREVIEW_ROWS, Projection, project
from portal.tables.query import (
    MAX_LIMIT,
    MAX_OFFSET,
    All,
    Compare,
    Condition,
    Either,
    IsIn,
    IsNull,
    JsonValue,
    Not,
    RowPage,
    RowQuery,
    SortKey,
)
from portal.tables.readable import ReadableTable
from portal.tables.serial import schema_from_json, schema_to_json
from portal.tables.where import condition_from_filters, parse_order, parse_select, parse_where

__all__ = [
    "MAX_LIMIT",
    "MAX_OFFSET",
    "PREVIEW_ROWS",
    "All",
    "Compare",
    "Condition",
    "Either",
    "IsIn",
    "IsNull",
    "JsonValue",
    "Not",
    "Projection",
    "ReadableTable",
    "RowEngine",
    "RowPage",
    "RowQuery",
    "SortKey",
    "condition_from_filters",
    "open_rows",
    "parse_order",
    "parse_select",
    "parse_where",
    "project",
    "schema_from_json",
    "schema_to_json",
]
