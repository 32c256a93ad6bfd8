"""A document as engines store it: field → token stream, codes, sort keys. The same for every engine."""

import math
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

SCHEMA: Final = value_digest([1, tokens.TOKENS_VERSION, TEXT_CHARS, POSITIONED, SETS, CODES, SORT_KEYS])[:8]
"""Names the layout; an index of another schema is not asked but rebuilt."""

_SECONDS: Final = 10**12
_COUNTS: Final = 10**9
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIFTY_YEARS_S: Final = 50 * 365.25 * 86400


@dataclass(frozen=True, slots=True)
class Encoded:
    """`texts`: field → tokens joined by spaces. `codes`: facet → codes. `keys`: sort field → string, ascending."""

    id: str
    revision: int
    texts: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str]
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
    return Encoded(
        id=document.id,
        revision=document.revision,
        texts=texts,
        codes={name: tuple(dict.fromkeys(document.facets.get(name, ()))) for name in NAMES},
        keys={
            "by_modified": f"{_SECONDS - int(document.modified_at.timestamp()):012d} {document.id}",
            "by_popularity": f"{_COUNTS - min(document.popularity, _COUNTS):010d} {document.id}",
        },
        weight=_weight(document),
    )


def _folded(by_language: Mapping[Language, str]) -> list[str]:
    return [tokens.fold(by_language[language][:TEXT_CHARS]) for language in Language if by_language.get(language)]


def _weight(document: Document) -> float:
    """0–0.3, by which a score is lifted up to 20 % (times log2(2 + weight)): use counts twice as much as freshness.

    Freshness is measured from a fixed day, so that nothing has to be indexed again because time passes.
    """
    use = min(1.0, math.log1p(max(document.popularity, 0)) / math.log1p(10_000))
    freshness = min(1.0, max(0.0, (document.modified_at - _EPOCH).total_seconds() / _FIFTY_YEARS_S))
    return round(0.2 * use + 0.1 * freshness, 6)
