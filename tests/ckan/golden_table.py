"""The DataStore table that a real CKAN was asked about: its fields and rows, as one of our tables and as a file."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from portal.kernel.vocab import ColumnType

RESOURCE = "0a000000-0000-4000-8000-000000000001"
_TYPES: Mapping[str, ColumnType] = {
    "int": ColumnType.INTEGER,
    "text": ColumnType.TEXT,
    "float": ColumnType.NUMBER,
    "numeric": ColumnType.NUMBER,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.DATETIME,
    "bool": ColumnType.BOOLEAN,
    "json": ColumnType.TEXT,
}


@dataclass(frozen=True)
class Asked:
    """One recorded request and its answer."""

    group: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None
    caller: str
    status: int
    text: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query) or self.body}"


def read_golden(folder: Path) -> list[Asked]:
    """Every recorded request."""
    with gzip.open(folder / "golden.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [_asked(json.loads(line)) for line in lines]


def _asked(told: Mapping[str, Any]) -> Asked:
    request = told["request"]
    query = {name: str(value) for name, value in (request.get("query") or {}).items()}
    return Asked(
        request["group"],
        request["method"],
        request["path"],
        query,
        request.get("json"),
        request.get("auth") or "none",
        told["status"],
        told["body"],
    )


def read_table(folder: Path) -> tuple[dict[str, ColumnType], list[list[object]]]:
    """Column types and rows of the table, in order; JSON cells as text."""
    with gzip.open(folder / "state.json.gz", "rt", encoding="utf-8") as text:
        table = json.load(text)["datastore"][RESOURCE]
    fields: Sequence[tuple[str, str]] = [(name, type_) for name, type_ in table["fields"]]
    rows = [[_cell(type_, record.get(name)) for name, type_ in fields] for record in table["records"]]
    return {name: _TYPES[type_] for name, type_ in fields}, rows


def _cell(type_: str, value: Any) -> object:
    if value is None:
        return None
    if type_ == "json":
        return json.dumps(value, ensure_ascii=False)
    if type_ == "numeric":
        return float(value)
    if type_ == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if type_ == "timestamp" else value
