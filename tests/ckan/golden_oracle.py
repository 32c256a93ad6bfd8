"""Random searches over the recorded state, and what plain Python makes of them: an answer for any filter, slice and facet."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.ckan.golden_state import THEMES

FIELDS = ("organization", "groups", "tags", "res_format", "license_id", "name", "num_tags")
FACETS = ("organization", "groups", "tags", "res_format", "license_id")
Package = Mapping[str, Any]
Holds = Callable[[Package], bool]


@dataclass(frozen=True)
class Question:
    """Parameters of a search, and the names, total and facets that have to come."""

    parameters: Mapping[str, object]
    names: Sequence[str]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def make_questions(state: Mapping[str, Any], how_many: int, seed: int = 2026) -> list[Question]:
    """So many questions, the same for the same seed."""
    chance = random.Random(seed)
    public = [p for p in state["packages"] if p["state"] == "active" and not p["private"]]
    return [_question(chance, public) for _ in range(how_many)]


def values_of(package: Package, field: str) -> list[str]:
    """The values by which a package is found in a field."""
    found: Mapping[str, list[Any]] = {
        "organization": [package["organization"]["name"]],
        "groups": [THEMES[group["name"]] for group in package["groups"]],
        "tags": [tag["name"] for tag in package["tags"]],
        "res_format": [resource["format"] for resource in package["resources"]],
        "license_id": [package["license_id"]],
        "name": [package["name"]],
        "num_tags": [package["num_tags"]],
    }
    return list(dict.fromkeys(str(value) for value in found[field] if value))


def _question(chance: random.Random, public: Sequence[Package]) -> Question:
    filters = [_tree(chance, public, chance.randint(0, 3)) for _ in range(chance.randint(1, 2))]
    kept = [p for p in public if all(holds(p) for _, holds in filters)]
    is_falling = chance.random() < 0.5
    kept.sort(key=lambda p: p["name"], reverse=is_falling)
    start, rows, field = chance.choice([0, 0, 3, 1_000]), chance.choice([0, 5, 40]), chance.choice(FACETS)
    texts = [text for text, _ in filters]
    parameters: dict[str, object] = {
        "fq": texts[0],
        "q": texts[1] if len(texts) > 1 else "*:*",
        "sort": f"name {'desc' if is_falling else 'asc'}",
        "start": start,
        "rows": rows,
        "fl": "name",
        "facet.field": json.dumps([field]),
        "facet.limit": -1,
    }
    counts = Counter(value for p in kept for value in values_of(p, field))
    return Question(parameters, [p["name"] for p in kept[start : start + rows]], len(kept), {field: counts})


def _tree(chance: random.Random, public: Sequence[Package], depth: int) -> tuple[str, Holds]:
    if depth == 0:
        return _leaf(chance, public)
    (left, one), (right, other) = (_tree(chance, public, depth - 1) for _ in range(2))
    shapes: list[tuple[str, Holds]] = [
        (f"({left} AND {right})", lambda p: one(p) and other(p)),
        (f"({left} OR {right})", lambda p: one(p) or other(p)),
        (f"(+{left} -{right})", lambda p: one(p) and not other(p)),
        (f"(*:* NOT {left})", lambda p: not one(p)),
        (f"({left} {right})", lambda p: one(p) and other(p)),
        (f"({left} && !{right})", lambda p: one(p) and not other(p)),
    ]
    return chance.choice(shapes)


def _leaf(chance: random.Random, public: Sequence[Package]) -> tuple[str, Holds]:
    field = chance.choice(FIELDS)
    known = [value for p in public for value in values_of(p, field)]
    value, other = sorted((chance.choice(known), chance.choice(known)))
    quoted = '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
    shapes: list[tuple[str, Holds]] = [
        (f"{field}:{quoted}", lambda p: value in values_of(p, field)),
        (f"{field}:{quoted}^2", lambda p: value in values_of(p, field)),
        (f"{field}:[* TO *]", lambda p: bool(values_of(p, field))),
        (f'{field}:[{quoted} TO "{other}"]', lambda p: any(value <= v <= other for v in values_of(p, field))),
        (f"{field}:{{{quoted} TO *]", lambda p: any(value < v for v in values_of(p, field))),
    ]
    if value.isalnum():
        shape = f"{value[:2]}*"
        shapes.append((f"{field}:{shape}", lambda p: any(fnmatchcase(v, shape) for v in values_of(p, field))))
    return chance.choice(shapes)
