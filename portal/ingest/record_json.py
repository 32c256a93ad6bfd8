"""Mapped records as JSON values and back: what `harvest_record` keeps, and what a held record is published from."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from harvesters.records import DatasetRecord, FieldRecord, FilePart, Increments, LinkPart, Part, TablePart

_PARTS: dict[str, type[TablePart] | type[FilePart] | type[LinkPart]] = {
    "table": TablePart,
    "file": FilePart,
    "link": LinkPart,
}


def record_to_json(record: DatasetRecord) -> dict[str, Any]:
    """A JSON object with every field that is not empty."""
    value = _filled(record)
    value["keywords"] = {language: list(words) for language, words in record.keywords.items()}
    value["theme_labels"] = list(record.theme_labels)
    value["fields"] = [_filled(field) for field in record.fields]
    value["parts"] = [part_to_json(part) for part in record.parts]
    return value


def record_from_json(value: Mapping[str, Any]) -> DatasetRecord:
    """The record that `record_to_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
    plain = dict(value)
    plain["keywords"] = {language: tuple(words) for language, words in value.get("keywords", {}).items()}
    plain["theme_labels"] = tuple(value.get("theme_labels", ()))
    plain["fields"] = tuple(FieldRecord(**field) for field in value.get("fields", ()))
    plain["parts"] = tuple(_part_from_json(part) for part in value.get("parts", ()))
    for texts in ("titles", "descriptions", "publisher_names"):
        plain.setdefault(texts, {})
    return DatasetRecord(**plain)


def part_to_json(part: Part) -> dict[str, Any]:
    """One part, with its kind under `kind`."""
    kind = next(name for name, kind in _PARTS.items() if isinstance(part, kind))
    return {"kind": kind, "names": dict(part.names)} | _filled(part)


def _part_from_json(value: Mapping[str, Any]) -> Part:
    plain = {name: item for name, item in value.items() if name != "kind"}
    if plan := plain.get("increments"):
        plain["increments"] = Increments(**{**plan, "key_columns": tuple(plan["key_columns"])})
    return _PARTS[value["kind"]](**plain)


def _filled(item: DatasetRecord | FieldRecord | Part) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: _plain(value) for name, value in values.items() if value not in ("", None, (), {})} | (
        {"locator": dict(item.locator)} if isinstance(item, TablePart | FilePart) else {}
    )


def _plain(value: object) -> object:
    if isinstance(value, Increments):
        return asdict(value) | {"key_columns": list(value.key_columns)}
    return dict(value) if isinstance(value, Mapping) else value
