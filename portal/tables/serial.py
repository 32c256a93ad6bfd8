"""Table schemas as JSON values and back, as the catalogue keeps them."""

from collections.abc import Mapping
from typing import Any

from portal.kernel.columns import AbsentColumn, Column, ColumnOrder, TableSchema
from portal.kernel.text import Origin, Text, Wording
from portal.kernel.vocab import ColumnAction, ColumnType


def schema_to_json(schema: TableSchema) -> dict[str, Any]:
    """A JSON-like object with the keys `columns` and `absent`."""
    return {
        "columns": [_column_to_json(column) for column in schema.columns],
        "absent": [{"name": absent.name, "reason": absent.reason} for absent in schema.absent],
    }


def schema_from_json(value: dict[str, Any]) -> TableSchema:
    """The schema that `schema_to_json` wrote. Raises KeyError or ValueError on anything else."""
    return TableSchema(
        columns=tuple(column_from_json(column) for column in value["columns"]),
        absent=tuple(AbsentColumn(absent["name"], absent["reason"]) for absent in value["absent"]),
    )


def _column_to_json(column: Column) -> dict[str, Any]:
    value = {
        "name": column.name,
        "type": column.type.value,
        "title": _text_to_json(column.title),
        "description": _text_to_json(column.description),
        "source_name": column.source_name,
        "null_count": column.null_count,
        "failed_casts": column.failed_casts,
        "action": column.action.value,
    }
    rare = {
        "parameter": column.parameter,
        "delivered_crs": column.delivered_crs,
        "declared_type": column.declared_type,
    }
    return value | {name: said for name, said in rare.items() if said}


def column_from_json(value: dict[str, Any]) -> Column:
    """One column out of a stored schema."""
    return Column(
        name=value["name"],
        type=ColumnType(value["type"]),
        title=_text_from_json(value["title"]),
        description=_text_from_json(value["description"]),
        source_name=value["source_name"],
        null_count=value["null_count"],
        failed_casts=value["failed_casts"],
        action=ColumnAction(value["action"]),
        parameter=value.get("parameter", ""),
        delivered_crs=value.get("delivered_crs", ""),
        declared_type=value.get("declared_type", ""),
    )


def orders_of(schema: Mapping[str, Any]) -> dict[str, ColumnOrder]:
    """Column → what was done with it, out of a stored schema."""
    return {c["name"]: ColumnOrder(ColumnAction(c["action"]), c.get("parameter", "")) for c in schema["columns"]}


def _text_to_json(text: Text) -> dict[str, Any]:
    wordings = {"zh": text.zh, "en": text.en}
    return {
        language: {"value": w.value, "origin": w.origin.value, "translated_from": w.translated_from}
        for language, w in wordings.items()
        if w
    }


def _text_from_json(value: dict[str, Any]) -> Text:
    return Text(
        **{language: Wording(w["value"], Origin(w["origin"]), w["translated_from"]) for language, w in value.items()}
    )
