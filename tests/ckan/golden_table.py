"""What a real CKAN was asked about the rows of its DataStore, and what it answered."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESOURCE = "0a000000-0000-4000-8000-000000000001"


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
