"""Queries of groups as parameterised DuckDB SQL: groups and their aggregates inside, what was asked of them outside."""

from dataclasses import dataclass

from portal.kernel.columns import TableSchema
from portal.tables.conditions import compile_condition
from portal.tables.cursors import Place
from portal.tables.expressions import JsonValue
from portal.tables.plans import given_names, group_terms, outputs
from portal.tables.query import RowQuery
from portal.tables.statements import VIEW, Key, Statement, after, filtered, ordered, sort_keys
from portal.tables.terms import Places, Typed


@dataclass(frozen=True, slots=True)
class Groups:
    """A query of groups, checked. `keys`: what they are sorted by, those of the groups last, so that no two are alike."""

    inner: Statement
    having: tuple[str, list[JsonValue]] | None
    columns: list[Typed]
    keys: list[Key]

    def page(self, query: RowQuery, place: Place | None) -> Statement:
        """The columns of the page and its keys, for one group more than the page has."""
        listed, values = self._listed()
        keys = [key.typed for key in self.keys]
        conditions = [self.having] if self.having else []
        if place is not None:
            conditions.append(after(self.keys, place.keys))
        where = f" WHERE {' AND '.join(sql for sql, _ in conditions)}" if conditions else ""
        sql = f"SELECT {', '.join([listed, *(typed.sql for typed in keys)])} FROM ({self.inner.sql}) AS g{where}"
        order = f" ORDER BY {ordered(self.keys)}" if keys else ""
        parameters = [*values, *_values(keys), *self.inner.parameters]
        parameters += [value for _, found in conditions for value in found] + _values(keys)
        return Statement(f"{sql}{order} LIMIT {int(query.limit) + 1} OFFSET {int(query.offset)}", parameters)

    def all(self) -> Statement:
        """Every group of the answer in order."""
        listed, values = self._listed()
        where, found = (f" WHERE {self.having[0]}", self.having[1]) if self.having else ("", [])
        order = f" ORDER BY {ordered(self.keys)}" if self.keys else ""
        sql = f"SELECT {listed} FROM ({self.inner.sql}) AS g{where}{order}"
        return Statement(sql, [*values, *self.inner.parameters, *found, *_values([key.typed for key in self.keys])])

    def count(self) -> Statement:
        """How many groups there are."""
        where, found = (f" WHERE {self.having[0]}", self.having[1]) if self.having else ("", [])
        return Statement(f"SELECT count(*) FROM ({self.inner.sql}) AS g{where}", [*self.inner.parameters, *found])

    def _listed(self) -> tuple[str, list[JsonValue]]:
        return ", ".join(typed.sql for typed in self.columns), _values(self.columns)


def groups_of(schema: TableSchema, query: RowQuery, places: Places | None = None) -> Groups:
    """The query against the schema. Raises InvalidInput naming the parameter that is wrong, and the place where known."""
    names = given_names(query)
    terms = group_terms(schema, query, "select", places=places)
    columns = [terms.of(output.expression) for output in outputs(schema, query, places)]
    having = None
    if query.having is not None:
        terms.speak_of("having", names)
        having = compile_condition(query.having, terms)
    terms.speak_of("order_by", names)
    keys = [*sort_keys(terms, query.order_by), *(Key(Typed(f"k{n}", (), k.type)) for n, k in enumerate(terms.keys))]
    where, parameters = filtered(schema, query.where, places=places)
    made = [f"{key.sql} AS k{n}" for n, key in enumerate(terms.keys)]
    made += [f"{aggregate.sql} AS a{n}" for n, aggregate in enumerate(terms.aggregates)]
    grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(len(terms.keys)))}" if terms.keys else ""
    values = [*_values(terms.keys), *_values(terms.aggregates)]
    inner = Statement(f"SELECT {', '.join(made) or '1'} FROM {VIEW}{where}{grouped}", [*values, *parameters])
    return Groups(inner, having, columns, keys)


def _values(found: list[Typed]) -> list[JsonValue]:
    return [value for typed in found for value in typed.values]
