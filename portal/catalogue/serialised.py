"""Bilingual texts and table schemas as the JSON that the database keeps, and back."""

from collections.abc import Mapping
from typing import Any

from portal.kernel.columns import AbsentColumn, Column, ColumnRule, TableSchema
from portal.kernel.text import Language, Origin, Text, Wording
from portal.kernel.vocab import ColumnAction, ColumnType


def dump_text(text: Text) -> dict[str, Any]:
    """Language → {value, origin, translated_from}; absent languages are left out."""
    return {
        language: {"value": w.value, "origin": w.origin, "translated_from": w.translated_from}
        for language in Language
        if (w := text.wording(language))
    }


def load_text(stored: Mapping[str, Any]) -> Text:
    """The inverse of `dump_text`."""
    return Text(*(_wording(stored.get(language)) for language in Language))


def dump_schema(schema: TableSchema, rules: tuple[ColumnRule, ...]) -> dict[str, Any]:
    """The schema and the decision about every delivered column."""
    return {
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "title": dump_text(c.title),
                "description": dump_text(c.description),
                "source_name": c.source_name,
                "null_count": c.null_count,
                "failed_casts": c.failed_casts,
                "action": c.action,
            }
            for c in schema.columns
        ],
        "absent": [[a.name, a.reason] for a in schema.absent],
        "rules": dump_rules(rules),
    }


def load_schema(stored: Mapping[str, Any]) -> TableSchema:
    """The schema of a stored part."""
    columns = tuple(
        Column(
            name=c["name"],
            type=ColumnType(c["type"]),
            title=load_text(c["title"]),
            description=load_text(c["description"]),
            source_name=c["source_name"],
            null_count=c["null_count"],
            failed_casts=c["failed_casts"],
            action=ColumnAction(c["action"]),
        )
        for c in stored["columns"]
    )
    return TableSchema(columns, tuple(AbsentColumn(name, reason) for name, reason in stored["absent"]))


def dump_rules(rules: tuple[ColumnRule, ...]) -> list[list[str]]:
    """Column rules as [name, action, reason]."""
    return [[r.name, r.action, r.reason] for r in rules]


def load_rules(stored: Mapping[str, Any] | None) -> tuple[ColumnRule, ...]:
    """The column rules kept beside a stored schema; none where there is no schema."""
    rules = stored["rules"] if stored else []
    return tuple(ColumnRule(name, ColumnAction(action), reason) for name, action, reason in rules)


def _wording(stored: Mapping[str, Any] | None) -> Wording | None:
    if not stored or not stored["value"]:
        return None
    return Wording(stored["value"], Origin(stored["origin"]), stored["translated_from"])
