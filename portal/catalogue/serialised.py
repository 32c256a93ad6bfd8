"""Bilingual texts and table schemas as the JSON that the database keeps, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.kernel.columns import ColumnRule, TableSchema
from portal.kernel.declaration import RowEnds
from portal.kernel.text import Language, Origin, Text, Wording
from portal.kernel.vocab import ColumnAction
from portal.tables.serial import schema_to_json


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
    """The schema with the decision about every delivered column under `rules`."""
    return {**schema_to_json(schema), "rules": dump_rules(rules)}


def dump_rules(rules: tuple[ColumnRule, ...]) -> list[list[str]]:
    """Column rules as [name, action, reason, parameter]."""
    return [[r.name, r.action, r.reason, r.parameter] for r in rules]


def load_rules(stored: Sequence[Sequence[str]]) -> tuple[ColumnRule, ...]:
    """The inverse of `dump_rules`."""
    return tuple(ColumnRule(name, ColumnAction(action), reason, how) for name, action, reason, how in stored)


def dump_row_ends(ends: RowEnds | None) -> dict[str, Any] | None:
    """The column that ends rows, as JSON."""
    if ends is None:
        return None
    return {"column": ends.column, "is_blank_forever": ends.is_blank_forever, "forever": list(ends.forever)}


def load_row_ends(stored: Mapping[str, Any] | None) -> RowEnds | None:
    """The inverse of `dump_row_ends`."""
    return RowEnds(stored["column"], stored["is_blank_forever"], tuple(stored["forever"])) if stored else None


def _wording(stored: Mapping[str, Any] | None) -> Wording | None:
    if not stored or not stored["value"]:
        return None
    return Wording(stored["value"], Origin(stored["origin"]), stored["translated_from"])
