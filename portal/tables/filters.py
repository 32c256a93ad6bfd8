"""The fields of a filter form into a condition."""

from collections.abc import Mapping, Sequence

from portal.kernel.columns import Column, TableSchema
from portal.kernel.errors import InvalidInput
from portal.kernel.vocab import ColumnType
from portal.tables.conditions import check_condition
from portal.tables.expressions import JsonValue
from portal.tables.query import All, Compare, Comparison, Condition
from portal.tables.values import fits


def condition_from_filters(filters: Mapping[str, Sequence[str]], schema: TableSchema) -> Condition | None:
    """Form fields into a condition: `f.<column>` contains (text) or equals, `min.<column>` and `max.<column>` ranges.

    Blank fields and unknown names are left out. Raises InvalidInput naming the field whose value does not fit its type.
    """
    found: list[Condition] = []
    for field, texts in filters.items():
        kind, _, name = field.partition(".")
        column = schema.column(name)
        if column is None or kind not in {"f", "min", "max"}:
            continue
        is_text = column.type is ColumnType.TEXT
        operator: Comparison = {"min": ">=", "max": "<="}.get(kind, "contains" if is_text else "=")  # type: ignore[assignment]
        for text in texts:
            if text.strip():
                found.append(Compare(column.name, operator, _field_value(column, text.strip(), field)))
    if not found:
        return None
    condition = found[0] if len(found) == 1 else All(tuple(found))
    check_condition(condition, schema)
    return condition


def _field_value(column: Column, text: str, field: str) -> JsonValue:
    value: JsonValue = text
    try:
        if column.type is ColumnType.INTEGER:
            value = int(text) if text.lstrip("+-").isdigit() else float(text)
        elif column.type is ColumnType.NUMBER:
            value = float(text)
        elif column.type is ColumnType.BOOLEAN:
            value = {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        if not fits(column.type, value):
            raise ValueError(field)
    except (ValueError, KeyError) as error:
        raise InvalidInput(
            f"The value of {field!r} does not fit a column of type {column.type}.", parameter=field
        ) from error
    return value
