"""What tells the same resource in two places: digests of its code, and of its title and department. No text is kept."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from harvesters.records import DatasetRecord
from portal.ingest.listings.label_sets import kept_labels
from portal.ingest.preparing.assembling import publisher_of
from portal.kernel.digests import text_digest

_LONGEST = 300


def identity_of(record: DatasetRecord) -> dict[str, Any]:
    """The columns of `SourceRecord` that reconciliation, coverage and the labels of a source are counted by."""
    department = publisher_of(record).source_name.strip()[:_LONGEST]
    title = record.titles.get("zh") or record.titles.get("en") or ""
    return {
        "department": department,
        "department_names": _names(record.publisher_names),
        "code_digest": _digest(record.resource_code),
        "title_digest": _digest(title, department),
        "labels": kept_labels(record),
    }


def _names(names: Mapping[str, str]) -> dict[str, str]:
    return {language: name.strip()[:_LONGEST] for language, name in names.items() if name.strip()}


def _digest(text: str, beside: str = "") -> str:
    """Compared without case, width and white space; blank for a blank text."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return text_digest(f"{plain}\n{beside}") if plain else ""
