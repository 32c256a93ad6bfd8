"""The clauses of a query as people write them: text into values, checked against the table. A caller's text ends here.

docs/tables.md is the reference of the language; `grammar` has its grammar.
"""

from dataclasses import replace
from typing import cast

from portal.kernel.columns import TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.clauses import Reader
from portal.tables.conditions import check_condition
from portal.tables.group_statements import groups_of
from portal.tables.plans import first_repeated, is_grouped
from portal.tables.query import Condition, RowQuery, Selected, SortKey, Subject
from portal.tables.statements import check_rows


def parse_query(
    schema: TableSchema,
    *,
    select: str = "",
    where: str = "",
    group_by: str = "",
    having: str = "",
    order_by: str = "",
    limit: int = 100,
    cursor: str | None = None,
    with_total: bool = True,
) -> RowQuery:
    """All clauses of a query; blank ones are not there. Raises InvalidInput with the parameter and the position in it."""
    reader = Reader(schema)

    def read(text: str, parameter: str, start: str) -> object:
        return reader.read(text, parameter, start) if text.strip() else None

    query = RowQuery(
        select=tuple(cast("list[str | Selected]", read(select, "select", "selection") or [])),
        where=cast("Condition | None", read(where, "where", "condition")),
        order_by=tuple(cast("list[SortKey]", read(order_by, "order_by", "ordering") or [])),
        limit=limit,
        cursor=cursor,
        with_total=with_total,
        group_by=tuple(cast("list[Subject]", read(group_by, "group_by", "grouping") or [])),
        having=cast("Condition | None", read(having, "having", "condition")),
        places=reader.places,
    )
    _check(schema, query, reader)
    return query


def parse_where(text: str, schema: TableSchema) -> Condition:
    """Parse for example `区 = '东城区' and (数量 >= 3 or 名称 contains '学校') and not 备注 is null`.

    Raises InvalidInput with parameter `where` and the position of what is wrong.
    """
    reader = Reader(schema)
    condition = cast("Condition", reader.read(text, "where", "condition"))
    check_condition(condition, schema, reader.places)
    return condition


def parse_order(text: str, schema: TableSchema) -> tuple[SortKey, ...]:
    """Parse `数量 desc, 名称`, of rows. Raises InvalidInput with parameter `order_by`."""
    reader = Reader(schema)
    keys = tuple(cast("list[SortKey]", reader.read(text, "order_by", "ordering")))
    check_rows(schema, RowQuery(order_by=keys), reader.places)
    return keys


def parse_select(text: str, schema: TableSchema) -> tuple[str | Selected, ...]:
    """Parse `名称, "column with space", 数量 * 2 as 双倍`, of rows or, with aggregates alone, of all rows together.

    Raises InvalidInput with parameter `select`."""
    reader = Reader(schema)
    query = RowQuery(select=tuple(cast("list[str | Selected]", reader.read(text, "select", "selection"))))
    _check(schema, query, reader)
    return query.select


def parse_names(text: str, schema: TableSchema, parameter: str) -> tuple[str, ...]:
    """Parse `名称, "column with space"`: columns alone. Raises InvalidInput with that parameter."""
    reader = Reader(schema)
    found = cast("list[str | Selected]", reader.read(text, parameter, "selection"))
    places = [reader.places.get((id(item), ""), 0) for item in reader.asked]
    for place, item in zip(places, found, strict=True):
        column = schema.column(item) if isinstance(item, str) else None
        if column is not None and column.type is ColumnType.GEOMETRY:
            raise InvalidInput(
                f"{parameter}: geometries have no values to count, at character {place + 1}.",
                parameter=parameter,
                position=place,
            )
        if isinstance(item, Selected):
            raise InvalidInput(
                f"{parameter}: the name of a column is expected, at character {place + 1}.",
                parameter=parameter,
                position=place,
            )
    if len(set(found)) < len(found):
        place = places[first_repeated(found)]
        raise InvalidInput(
            f"{parameter}: a column is named twice, at character {place + 1}.", parameter=parameter, position=place
        )
    return tuple(cast("list[str]", found))


def _check(schema: TableSchema, query: RowQuery, reader: Reader) -> None:
    placed = replace(query, select=tuple(reader.asked))
    if is_grouped(query):
        groups_of(schema, placed, reader.places)
    else:
        check_rows(schema, placed, reader.places)
