"""Queries as a person would write them: the way back from values to text."""

import re
from collections.abc import Mapping

from portal.kernel.columns import TableSchema
from portal.kernel.vocab import ColumnType
from portal.tables import (
    All,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Either,
    Field,
    InBox,
    Intersects,
    IsIn,
    IsNull,
    JsonValue,
    Negative,
    Not,
    Ranges,
    RowQuery,
    Selected,
    SortKey,
    WithinDistance,
    parse_query,
)
from portal.tables.query import Subject


def clauses(query: RowQuery) -> dict[str, str]:
    """Parameter → text."""
    return {
        "select": ", ".join(_selected(item) for item in query.select),
        "where": condition_text(query.where) if query.where is not None else "",
        "group_by": ", ".join(text(key) for key in query.group_by),
        "having": condition_text(query.having) if query.having is not None else "",
        "order_by": ", ".join(_sorted(key) for key in query.order_by),
    }


def read(schema: TableSchema, texts: Mapping[str, str]) -> RowQuery:
    """The query of these texts."""
    given = {parameter: texts.get(parameter, "") for parameter in ("select", "where", "group_by", "having", "order_by")}
    return parse_query(
        schema,
        select=given["select"],
        where=given["where"],
        group_by=given["group_by"],
        having=given["having"],
        order_by=given["order_by"],
    )


def name(column: str) -> str:
    return column if re.fullmatch(r"[a-z]", column) else '"' + column.replace('"', '""') + '"'


def constant(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "false"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def text(subject: Subject) -> str:  # noqa: PLR0911 - one return a kind of expression
    if isinstance(subject, str):
        return name(subject)
    if isinstance(subject, Field):
        return name(subject.name)
    if isinstance(subject, Constant):
        word = {ColumnType.DATE: "date ", ColumnType.DATETIME: "datetime "}.get(subject.type, "")
        return word + constant(subject.value)
    if isinstance(subject, Arithmetic):
        return f"({text(subject.left)}{subject.sign} {text(subject.right)})"
    if isinstance(subject, Negative):
        return f"-({text(subject.operand)})"
    if isinstance(subject, Ranges):
        return f"range({text(subject.operand)}, {', '.join(repr(edge) for edge in subject.edges)})"
    arguments = ", ".join(text(argument) for argument in subject.arguments)
    return f"{subject.function.upper()}({arguments or '*'})"


def condition_text(condition: Condition) -> str:  # noqa: PLR0911 - one return a kind of condition
    if isinstance(condition, All | Either):
        word = " and " if isinstance(condition, All) else " OR "
        return "(" + word.join(condition_text(inner) for inner in condition.conditions) + ")"
    if isinstance(condition, Not):
        return f"not {condition_text(condition.condition)}"
    if isinstance(condition, IsNull):
        return f"({text(condition.column)} is null)"
    if isinstance(condition, IsIn):
        return f"({text(condition.column)} in ({', '.join(constant(value) for value in condition.values)}))"
    if isinstance(condition, Compare):
        value = condition.value
        written = constant(value) if value is None or isinstance(value, str | int | float) else text(value)
        return f"({text(condition.column)} {condition.operator} {written})"
    if isinstance(condition, WithinDistance):
        given = [condition.longitude, condition.latitude, condition.metres]
        return f"within_distance({name(condition.column)}, {', '.join(map(repr, given))})"
    if isinstance(condition, Intersects):
        return f"intersects({name(condition.column)}, {constant(condition.wkt)})"
    assert isinstance(condition, InBox)
    edges = [condition.west, condition.south, condition.east, condition.north]
    return f"bbox({name(condition.column)}, {', '.join(map(repr, edges))})"


def _selected(item: str | Selected) -> str:
    if isinstance(item, str):
        return name(item)
    return f"{text(item.expression)} as {name(item.name)}"


def _sorted(key: SortKey) -> str:
    return text(key.column) + (" desc" if key.is_descending else "")
