"""A document as engines store it: field → token stream, codes, sort keys. The same for every engine."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from portal.index import plan, tokens
from portal.index.facets import NAMES
from portal.index.protocol import Document
from portal.kernel.digests import value_digest
from portal.kernel.text import Language

TEXT_CHARS: Final = 20_000
"""Characters of one text that are indexed."""

POSITIONED: Final = (*plan.BOOSTS, plan.FRAGMENTS, plan.THEME_NAMES)
"""Fields whose tokens have positions, so that phrases work."""

SETS: Final = (plan.EDGES, plan.STARTS)
"""Fields that are only asked for single tokens."""

CODES: Final = ("id", *NAMES)
SORT_KEYS: Final = ("by_modified", "by_popularity")
WEIGHT: Final = "weight"
REVISION: Final = "revision"

SCHEMA: Final = value_digest([2, tokens.TOKENS_VERSION, TEXT_CHARS, POSITIONED, SETS, CODES, SORT_KEYS])[:8]
"""Names the layout; an index of another schema is not asked but rebuilt."""

_SECONDS: Final = 2**33  # until the year 2242
_COUNTS: Final = 2**33
_ID_CHARACTERS: Final = 5
_ID_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIFTY_YEARS_S: Final = 50 * 365.25 * 86400


@dataclass(frozen=True, slots=True)
class Encoded:
    """`texts`: field → tokens joined by spaces. `codes`: facet → codes. `keys`: sort field → string, ascending;
    `ranks`: the same order as one integer, but for datasets that differ only late in their ids."""

    id: str
    revision: int
    texts: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str]
    ranks: Mapping[str, int]
    weight: float


def encode(document: Document) -> Encoded:
    """What the engine gets for one document."""
    titles = _folded(document.titles)
    fed = {
        "title": titles,
        "keywords": _folded(document.keywords),
        "description": _folded(document.descriptions),
        "publisher": _folded(document.publisher_names),
        "columns": [tokens.fold(document.columns[:TEXT_CHARS])],
        plan.THEME_NAMES: _folded(document.theme_names),
    }
    texts = {name: tokens.field_stream(parts) for name, parts in fed.items()}
    texts[plan.FRAGMENTS] = tokens.fragment_stream(titles)
    texts[plan.EDGES] = tokens.edge_stream(titles)
    texts[plan.STARTS] = tokens.start_stream(titles)
    places = {
        "by_modified": _SECONDS - int(document.modified_at.timestamp()),
        "by_popularity": _COUNTS - min(document.popularity, _COUNTS),
    }
    return Encoded(
        id=document.id,
        revision=document.revision,
        texts=texts,
        codes={name: tuple(dict.fromkeys(document.facets.get(name, ()))) for name in NAMES},
        keys={name: f"{place:012d} {document.id}" for name, place in places.items()},
        ranks={name: place << 5 * _ID_CHARACTERS | _id_rank(document.id) for name, place in places.items()},
        weight=_weight(document),
    )


def _folded(by_language: Mapping[Language, str]) -> list[str]:
    return [tokens.fold(by_language[language][:TEXT_CHARS]) for language in Language if by_language.get(language)]


def _id_rank(dataset_id: str) -> int:
    """The first five characters as 25 bits that sort as the ids do; equal for ids that are not told apart by them."""
    rank = 0
    for position in range(_ID_CHARACTERS):
        character = dataset_id[position : position + 1]
        place = bisect_left(_ID_ALPHABET, character)
        if character and place == 32:  # beyond the alphabet: all that follow are as high
            return (rank << 5 * (_ID_CHARACTERS - position)) | ((1 << 5 * (_ID_CHARACTERS - position)) - 1)
        rank = rank << 5 | place
        if not character or _ID_ALPHABET[place] != character:  # between two letters: what follows does not count
            return rank << 5 * (_ID_CHARACTERS - 1 - position)
    return rank


def _weight(document: Document) -> float:
    """0–0.3, by which a score is lifted up to 20 % (times log2(2 + weight)): use counts twice as much as freshness.

    Freshness is measured from a fixed day, so that nothing has to be indexed again because time passes.
    """
    use = min(1.0, math.log1p(max(document.popularity, 0)) / math.log1p(10_000))
    freshness = min(1.0, max(0.0, (document.modified_at - _EPOCH).total_seconds() / _FIFTY_YEARS_S))
    return round(0.2 * use + 0.1 * freshness, 6)
