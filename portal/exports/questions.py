"""Which rows an export is of: the clauses of a query as they were asked for, and what they mean for a table.

The texts travel (in an address, in a job), the table's schema decides what they mean, in the web process and in the worker
alike. The digest of the meaning names the file, so the same question asked twice, or written otherwise, is one file.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.columns import TableSchema
from portal.kernel.digests import text_digest
from portal.kernel.errors import InvalidInput
from portal.tables import RowQuery, answer_schema, fingerprint, is_grouped, parse_query
from portal.tables.group_statements import groups_of
from portal.tables.statements import all_statement

_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clause set as text; all empty: the whole table. `limit`: a whole number, of rows from the start of the answer."""

    select: str = ""
    where: str = ""
    group_by: str = ""
    having: str = ""
    order_by: str = ""
    limit: str = ""

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Clauses":
        """From a mapping of clause to text; a clause that is left out is empty."""
        return cls(**{name: texts.get(name, "").strip() for name in cls.__slots__})

    @property
    def texts(self) -> dict[str, str]:
        """Clause → text, of those that say something."""
        return {name: text for name in self.__slots__ if (text := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Question:
    """Checked clauses: `query` and `limit` (None: all rows) are what they mean for one table, `digest` (64 hex digits) names
    that."""

    clauses: Clauses
    query: RowQuery
    limit: int | None
    digest: str


def ask(clauses: Clauses, schema: TableSchema) -> Question | None:
    """The question that the clauses put to a table of this schema; None: all of it. Raises InvalidInput."""
    if not clauses.texts:
        return None
    query = parse_query(
        schema,
        select=clauses.select,
        where=clauses.where,
        group_by=clauses.group_by,
        having=clauses.having,
        order_by=clauses.order_by,
    )
    answer_schema(schema, query)
    groups_of(schema, query).all() if is_grouped(query) else all_statement(schema, query)  # making it is the check
    limit = _number(clauses.limit)
    digest = fingerprint(query)
    return Question(clauses, query, limit, digest if limit is None else text_digest(f"{digest} limit {limit}"))


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and int(text)):
        raise InvalidInput(
            "limit: a whole number from 1 on is expected; left out, the file has all rows.", parameter="limit"
        )
    return int(text)
