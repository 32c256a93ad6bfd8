"""`sort` and `fields`: lists in one text, names with spaces, and what may follow a name."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.ckan.errors import ValidationError

_MAX_CLAUSE_CHARS = 400
_CLAUSE = re.compile(
    r"(?P<field>.+?)(?: +(?P<way>asc|desc))?(?: +nulls +(?P<nulls>first|last) *)?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class SortClause:
    """Order by one field. PostgreSQL's rule where nothing is said: nulls come last upwards and first downwards."""

    field: str
    is_descending: bool
    nulls_first: bool


def split_list(given: object, *, unquote: bool = True) -> list[str] | None:
    """A list as CKAN takes one: of texts, or one text with commas. None when nothing is given; empty text: an empty list.

    With `unquote`, double quotes around an item are taken off. Items must be texts (`check_list`).
    """
    if given is None:
        return None
    if given == "":
        return []
    items = [item.strip() for item in given.split(",")] if isinstance(given, str) else list(given)  # type: ignore[call-overload]
    return [_unquoted(item) if unquote else item for item in items]


def _unquoted(item: str) -> str:
    return item.strip().strip('"') if item and item[0] == item[-1] else item


def check_list(name: str, given: object) -> None:
    """Raise ValidationError unless it is nothing, a text or a list of texts."""
    if given is None or isinstance(given, str):
        return
    if not isinstance(given, list):
        raise ValidationError({name: ["Not a list"]})
    for item in given:
        if not isinstance(item, str):
            raise ValidationError({name: [f"Neither a string nor a list: {item!r:.100}"]})


def check_fields(names: Sequence[str], known: Collection[str]) -> None:
    """Raise ValidationError (`fields`) that names the first field there is none of."""
    for name in names:
        if name not in known:
            raise ValidationError({"fields": [f'invalid value "{name[:200]}"']})


def parse_sort(given: object, known: Collection[str]) -> tuple[SortClause, ...]:
    """Parse `year desc nulls last, "name with space"`. Raises ValidationError (`sort`)."""
    return tuple(_clause(text, known) for text in split_list(given, unquote=False) or ())


def _clause(text: str, known: Collection[str]) -> SortClause:
    match = _CLAUSE.fullmatch(text) if len(text) <= _MAX_CLAUSE_CHARS else None
    field = match["field"] if match else ""
    if len(field) > 1 and field[0] == field[-1] == '"':
        field = field[1:-1]
    if match is None or field not in known:
        raise ValidationError({"sort": [f'invalid value "{text[:200]}"']})
    is_descending = (match["way"] or "asc").lower() == "desc"
    nulls = (match["nulls"] or "").lower()
    return SortClause(field, is_descending, nulls == "first" if nulls else is_descending)
