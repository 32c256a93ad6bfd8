"""The rows that a CKAN's DataStore holds of a resource, with the types and the data dictionary that it declares."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from harvesters.errors import SkipRecord
from harvesters.records import FieldRecord, RowBatch

PAGE_ROWS: Final = 2_000
_OWN: Final = frozenset({"_id", "_full_text"})
Ask = Callable[[int], object]
"""The answer of `datastore_search` from an offset on, in the order of `_id`."""


def read_rows(ask: Ask, resource: str) -> Iterator[RowBatch]:
    """All rows, page by page. Raises SkipRecord for what is no answer, and when the table changes while it is read."""
    fields: tuple[FieldRecord, ...] | None = None
    read = 0
    while True:
        answer = ask(read)
        found, rows = _fields(answer, resource), _rows(answer, resource)
        if fields is not None and found != fields:
            raise SkipRecord(f"The fields of {resource[:80]!r} changed while its rows were read. Run again.")
        names = tuple(field.name for field in found)
        if rows or fields is None:
            yield RowBatch(names, tuple(tuple(_cell(row.get(name)) for name in names) for row in rows), found)
        fields, read = found, read + len(rows)
        total = _total(answer)
        if not rows and total is not None and read != total:
            raise SkipRecord(f"{resource[:80]!r} gives {read:,} rows of {total:,}. Run again.")
        if not rows or read == total:
            return


def _fields(answer: object, resource: str) -> tuple[FieldRecord, ...]:
    listed = answer.get("fields") if isinstance(answer, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(f, Mapping) and isinstance(f.get("id"), str) for f in listed):
        raise SkipRecord(f"datastore_search tells no fields of {resource[:80]!r}.")
    return tuple(_field(field) for field in listed if field["id"] not in _OWN)


def _field(told: Mapping[str, object]) -> FieldRecord:
    info = told.get("info")
    words = info if isinstance(info, Mapping) else {}
    return FieldRecord(
        name=str(told["id"]),
        title=_text(words.get("label")),
        type_label=_text(words.get("type_override")) or _text(told.get("type")),
        description=_text(words.get("notes")),
    )


def _rows(answer: object, resource: str) -> list[Mapping[str, object]]:
    rows = answer.get("records") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise SkipRecord(f"datastore_search gives no rows of {resource[:80]!r}.")
    return rows


def _total(answer: object) -> int | None:
    """How many rows there are; None where that is not told, or only estimated."""
    total = answer.get("total") if isinstance(answer, Mapping) and not answer.get("total_was_estimated") else None
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _cell(value: object) -> str | None:
    """A text as it is, any other value as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
