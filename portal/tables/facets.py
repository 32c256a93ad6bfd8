"""Facets: how often each value of a column is there, the commonest first."""

from collections.abc import Sequence

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.plans import fingerprint
from portal.tables.query import Condition, RowQuery
from portal.tables.readable import ReadableTable
from portal.tables.statements import VIEW, Statement, filtered
from portal.tables.terms import Terms

MAX_FACETS = 10
MAX_FACET_VALUES = 100
FacetKey = tuple[str, str, str, int]
"""Digest of the table, mark of the condition, column, number of values."""


def facets_asked(
    table: ReadableTable, query: RowQuery, columns: Sequence[str], most: int
) -> list[tuple[FacetKey, Statement]]:
    """Under which key each facet is remembered, and what has to be asked for it. Raises InvalidInput (`facets`)."""
    if len(columns) > MAX_FACETS or len(set(columns)) < len(columns):
        raise InvalidInput(f"facets: at most {MAX_FACETS} columns are taken, each once.", parameter="facets")
    if not 1 <= most <= MAX_FACET_VALUES:
        raise InvalidInput(f"A facet has 1 to {MAX_FACET_VALUES} values.", parameter="facets")
    mark = fingerprint(RowQuery(where=query.where))
    return [
        ((table.digest, mark, name, most), facet_statement(table.schema, query.where, name, most)) for name in columns
    ]


def facet_statement(schema: TableSchema, where: Condition | None, column: str, most: int) -> Statement:
    """The commonest values of a column, each with its rows, all rows and how many values there are."""
    terms = Terms(schema, "facets")
    found = terms.order(column)
    if found.type is ColumnType.GEOMETRY:
        raise terms.wrong(f"geometries have no values to count; leave the column {column!r} out.")
    condition, parameters = filtered(schema, where)
    inner = f"SELECT {found.sql} AS k0, count(*) AS a0 FROM {VIEW}{condition} GROUP BY 1"
    sql = f"SELECT k0, a0, sum(a0) OVER (), count(*) OVER () FROM ({inner}) AS g"
    return Statement(f"{sql} ORDER BY a0 DESC, k0 NULLS LAST LIMIT {int(most)}", parameters)
