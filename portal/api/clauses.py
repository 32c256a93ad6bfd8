"""The clause set as callers send it: one schema for rows, groups, facets and exports, in an address or as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from portal.kernel.columns import TableSchema
from portal.tables import MAX_LIMIT, RowQuery, parse_query
from portal.tables.facets import MAX_FACET_VALUES, MAX_FACETS
from portal.tables.grammar import MAX_CHARS


@dataclass(frozen=True, slots=True)
class Clauses:
    """What is asked of a table, still as text: the table's schema decides what it means."""

    select: str = ""
    where: str = ""
    group_by: str = ""
    having: str = ""
    order_by: str = ""

    def query(
        self, schema: TableSchema, *, limit: int = 100, cursor: str | None = None, with_total: bool = True
    ) -> RowQuery:
        """The same checked against a table. Raises InvalidInput with the parameter and the position."""
        return parse_query(
            schema,
            select=self.select,
            where=self.where,
            group_by=self.group_by,
            having=self.having,
            order_by=self.order_by,
            limit=limit,
            cursor=cursor,
            with_total=with_total,
        )


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """A page of an answer, and how it is to look."""

    clauses: Clauses
    limit: int
    cursor: str | None
    with_total: bool
    facets: str
    facet_limit: int
    layout: str


def _clause(description: str) -> fields.String:
    return fields.String(
        load_default="", validate=validate.Length(max=MAX_CHARS), metadata={"description": description}
    )


class ClauseParameters(Schema):
    """What is asked of a table; docs/tables.md has the grammar."""

    select = _clause(
        "Columns and calculations, separated by commas, each with `as` and a name if wanted: `街道, sum(数量) * 2 as 和`. "
        'Names with spaces stand in "double quotes". Empty: all columns; of groups their keys and `count`.'
    )
    where = _clause(
        "A condition: `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)`, `between … and …`, `like`, `ilike`, `contains`, "
        "`starts with`, `ends with`, `is null`, `and`, `or`, `not`, parentheses; text in 'single quotes'; of layers "
        "`within_distance(column, longitude, latitude, metres)`, `intersects(column, 'WKT')`, "
        "`bbox(column, west, south, east, north)`, over the date line where west is the greater."
    )
    group_by = _clause(
        "Makes groups: columns, `year(…)`, `month(…)`, `range(column, 0, 10, 100)`, or names from `select`."
    )
    having = _clause("A condition on groups: `count(*) > 10 and 和 < 5`.")
    order_by = _clause(
        "Columns, names from `select` or calculations, each with `desc` for descending. Empty: the order of the table; of "
        "groups that of their keys. What has no value comes last."
    )


class RowParameters(ClauseParameters):
    """Which rows or groups of a table."""

    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(min=1, max=MAX_LIMIT),
        metadata={"description": "How many rows or groups an answer has at most."},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=8_000),
        metadata={
            "description": "Where the page before ended, as in its `next_cursor`; all clauses must stay the same."
        },
    )
    total = fields.Boolean(load_default=True, metadata={"description": "Whether to count the whole answer."})
    facets = _clause(
        f"Columns, separated by commas (at most {MAX_FACETS}): how often each value is there in the rows that match `where`."
    )
    facet_limit = fields.Integer(
        load_default=10,
        validate=validate.Range(min=1, max=MAX_FACET_VALUES),
        metadata={"description": "How many values a facet has at most, the commonest first."},
    )
    layout = fields.String(
        load_default="objects",
        validate=validate.OneOf(["objects", "arrays"]),
        metadata={"description": "Each row as an object by column name, or as an array in the order of `columns`."},
    )

    @post_load
    def _value(self, data: Mapping[str, Any], **_: Any) -> RowsAsked:
        return RowsAsked(
            clauses=Clauses(
                select=data["select"],
                where=data["where"],
                group_by=data["group_by"],
                having=data["having"],
                order_by=data["order_by"],
            ),
            limit=data["limit"],
            cursor=data["cursor"],
            with_total=data["total"],
            facets=data["facets"],
            facet_limit=data["facet_limit"],
            layout=data["layout"],
        )
