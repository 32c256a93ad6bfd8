"""Column names: unique and not empty, with what the department wrote kept beside them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MAX_CHARS = 120
_SPACES = re.compile(r"[\s\u00a0\u3000\u200b\ufeff\x00-\x1f\x7f]+")
_RESERVED = frozenset({"file_row_number"})  # DuckDB's own, by which pages of rows are found
_UNNAMED = re.compile(r"Unnamed: \d+(_level_\d+)?")  # written by pandas where a header cell was empty


@dataclass(frozen=True, slots=True)
class ColumnName:
    """`name` is what the portal uses, `source_name` what was delivered (trimmed, on one line)."""

    name: str
    source_name: str


def cleaned(header: str) -> str:
    """A header cell on one line, without the space around it; empty when it only says that it had no name."""
    text = _SPACES.sub(" ", header).strip()
    return "" if _UNNAMED.fullmatch(text) else text


def unique_names(headers: Iterable[str]) -> tuple[ColumnName, ...]:
    """Names for header cells in order: `column_4` for an empty one, `x_2` for the second `x`, and for a name that is
    ours. Case is ignored."""
    source_names = [cleaned(header) for header in headers]
    taken = {name.casefold() for name in source_names}
    used: set[str] = set(_RESERVED)
    names = []
    for number, source_name in enumerate(source_names, 1):
        base = source_name[:_MAX_CHARS].rstrip() or f"column_{number}"
        name, count = base, 1
        while name.casefold() in used or (name != source_name and name.casefold() in taken):
            count += 1
            name = f"{base}_{count}"
        used.add(name.casefold())
        names.append(ColumnName(name, source_name))
    return tuple(names)


def renamed_counts(names: Iterable[ColumnName]) -> tuple[int, int]:
    """How many names were made for empty headers, and how many were changed to be unique."""
    empty = sum(1 for n in names if not n.source_name)
    return empty, sum(1 for n in names if n.source_name and n.name != n.source_name)
