"""Places in a SELECT's list (`ORDER BY 2`) as what stands there: the clause set knows names alone."""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[(),]|[^'\"(),]+")
_PLACE = re.compile(r"\s*(\d{1,4})(\s+(?:asc|desc))?\s*", re.IGNORECASE)
_NAMED = re.compile(r"(.*\S)\s+as\s+(\"(?:[^\"]|\"\")+\"|\w+)\s*", re.IGNORECASE | re.DOTALL)


def name_places(clause: str, selected: str, *, by_alias: bool) -> str:
    """The clause with each place replaced by the item of `selected` it means, by its alias where `by_alias`.

    Raises ValueError for a place that is not in the list.
    """
    items = list(split_items(selected))
    return ", ".join(_named(part, items, by_alias=by_alias) for part in split_items(clause))


def split_items(text: str) -> Iterator[str]:
    """The parts of a list between its commas, those inside of parentheses and quotes left out."""
    depth, item = 0, ""
    for piece in _PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            yield item.strip()
            item = ""
        else:
            item += piece
    if item.strip():
        yield item.strip()


def _named(part: str, items: list[str], *, by_alias: bool) -> str:
    found = _PLACE.fullmatch(part)
    if found is None:
        return part
    place = int(found[1])
    if not 1 <= place <= len(items):
        raise ValueError(place)
    item = items[place - 1]
    named = _NAMED.fullmatch(item)
    return ((named[2] if by_alias else named[1]) if named else item) + (found[2] or "")
