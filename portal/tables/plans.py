"""A query against a schema: what its answer's columns are, whether it is about rows or about groups, what names mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.kernel.columns import Column, TableSchema
from portal.kernel.digests import text_digest
from portal.kernel.errors import InvalidInput
from portal.kernel.text import Text
from portal.tables.expressions import Call, Expression, Field, default_name
from portal.tables.group_terms import GroupTerms
from portal.tables.query import RowQuery, Selected, Subject
from portal.tables.terms import Places, Terms, Typed, has_aggregate
from portal.tables.values import is_plain_text

MAX_SELECTED = 1_000
MAX_GROUP_KEYS = 64
MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Output:
    """One column of an answer."""

    name: str
    expression: Expression


def is_grouped(query: RowQuery) -> bool:
    """Whether the answer is about groups of rows, or all of them together."""
    if query.group_by or query.having is not None:
        return True
    return any(isinstance(item, Selected) and has_aggregate(item.expression) for item in query.select)


def outputs(schema: TableSchema, query: RowQuery, places: Places | None = None) -> tuple[Output, ...]:
    """The columns of the answer in order. Raises InvalidInput (`select`)."""
    found = _asked(query)
    if not found:
        return tuple(Output(column.name, Field(column.name)) for column in schema.columns)
    names = [output.name for output in found]
    if len(names) > MAX_SELECTED:
        raise InvalidInput(f"select takes at most {MAX_SELECTED} columns.", parameter="select")
    if len(set(names)) < len(names):
        raise _twice(query, first_repeated(names), names, places or {})
    return tuple(found)


def _twice(query: RowQuery, second: int, names: Sequence[str], places: Places) -> InvalidInput:
    """What to raise about two columns of one name: of `select`, or of the keys of groups that nothing else is asked of."""
    parameter, asked, said = "select", tuple[object, ...](query.select), "name one with as"
    if not query.select:
        parameter, asked, said = "group_by", query.group_by, "name them in select with as"
    position = places.get((id(asked[second]), "")) if second < len(asked) else None
    return InvalidInput(
        f"{parameter}: two columns of the answer are called {names[second][:100]!r}; {said}.",
        parameter=parameter,
        position=position,
    )


def first_repeated(things: Sequence[object]) -> int:
    """The place of the first that was there before. Raises StopIteration when all differ."""
    return next(place for place, thing in enumerate(things) if thing in things[:place])


def _asked(query: RowQuery) -> list[Output]:
    """What `select` asks for; of groups, if it is empty, their keys and `count`; else nothing."""
    if query.select or not is_grouped(query):
        return [_output(item) for item in query.select]
    keys = [_output(key if isinstance(key, str) else Selected(key), "group_by") for key in query.group_by]
    return [*keys, Output("count", Call("count"))]


def _output(item: str | Selected, parameter: str = "select") -> Output:
    if isinstance(item, str):
        return Output(item, Field(item))
    if isinstance(item.expression, Field) and not item.name:
        return Output(item.expression.name, item.expression)
    name = item.name or default_name(item.expression)[:MAX_NAME_CHARS]
    if not name.strip() or len(name) > MAX_NAME_CHARS or not name.isprintable() or not is_plain_text(name):
        raise InvalidInput(
            f"{parameter}: a name has 1 to {MAX_NAME_CHARS} characters that can be seen.", parameter=parameter
        )
    return Output(name, item.expression)


def given_names(query: RowQuery) -> dict[str, Expression]:
    """What the answer calls something other than by a column's own name."""
    return {o.name: o.expression for o in _asked(query) if o.expression != Field(o.name)}


def group_keys(schema: TableSchema, query: RowQuery, places: Places | None = None) -> tuple[Expression, ...]:
    """What the rows are grouped by: a column where there is one of that name, else what `select` called so.

    Raises InvalidInput (`group_by`)."""
    names = given_names(query)

    def meant(key: Subject) -> Expression:
        field = Field(key) if isinstance(key, str) else key
        if isinstance(field, Field) and schema.column(field.name) is None:
            return names.get(field.name, field)
        return field

    keys = tuple(meant(key) for key in query.group_by)
    if len(keys) > MAX_GROUP_KEYS:
        raise InvalidInput(f"group_by takes at most {MAX_GROUP_KEYS} keys.", parameter="group_by")
    if len(set(keys)) < len(keys):
        position = (places or {}).get((id(query.group_by[first_repeated(keys)]), ""))
        raise InvalidInput("group_by names a key twice.", parameter="group_by", position=position)
    return keys


def answer_schema(schema: TableSchema, query: RowQuery) -> TableSchema:
    """Names, types and titles of the answer's columns. Raises InvalidInput for what cannot be selected."""
    found = outputs(schema, query)
    terms = group_terms(schema, query, "select") if is_grouped(query) else Terms(schema, "select")
    return TableSchema(tuple(_column(schema, output, terms.of(output.expression)) for output in found))


def group_terms(
    schema: TableSchema,
    query: RowQuery,
    parameter: str,
    *,
    names: Mapping[str, Expression] | None = None,
    places: Places | None = None,
) -> GroupTerms:
    """Terms over the groups of a query."""
    keys = group_keys(schema, query, places)
    return GroupTerms(schema, parameter, keys, names=names, places=places)


def _column(schema: TableSchema, output: Output, typed: Typed) -> Column:
    if isinstance(output.expression, Field):
        column = schema.column(output.expression.name)
        if column is not None:
            return column if column.name == output.name else replace(column, name=output.name)
    return Column(output.name, typed.type, Text(), Text(), "")


def fingerprint(query: RowQuery) -> str:
    """A digest of what is asked: columns, conditions, groups and order; not of which page of it."""
    return text_digest(repr((query.select, query.where, query.group_by, query.having, query.order_by)))
